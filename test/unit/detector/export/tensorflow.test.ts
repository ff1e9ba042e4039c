// SavedModel and TensorFlow.js files find what the engine finds, on images of any size, also where there is nothing.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Tape } from '../../../../src/main/detector/autograd/tape.ts';
import type { RgbImage } from '../../../../src/main/detector/data/rgb-image.ts';
import { detectionGraph, headsGraph } from '../../../../src/main/detector/export/detector-graph.ts';
import { exportFormats } from '../../../../src/main/detector/export/formats.ts';
import type { Graph } from '../../../../src/main/detector/export/graph.ts';
import type { TestSettings } from '../../../../src/main/detector/export/postprocess.ts';
import { lower } from '../../../../src/main/detector/export/tensorflow/lower.ts';
import { writeSavedModel } from '../../../../src/main/detector/export/tensorflow/saved-model.ts';
import { writeTfjsModel } from '../../../../src/main/detector/export/tensorflow/tfjs-model.ts';
import type { Network } from '../../../../src/main/detector/network.ts';
import { testDefaults } from '../../../../src/main/detector/postprocess/detections.ts';
import { type Tensor, tf } from '../../../../src/main/detector/tf.ts';
import { batchOf, found, noise } from './engine.ts';
import { smallNetwork } from './network.ts';

type Numbers = Record<string, Float32Array | Int32Array>;

const root = mkdtempSync(join(tmpdir(), 'ddod-tensorflow-'));
const resnet = {
  kind: 'resnet',
  style: 'pytorch',
  frozenStages: 1,
  baseChannels: 8,
  stemChannels: 8,
} as const;

const ddod = smallNetwork();
const official: TestSettings = { ...testDefaults, scoreThresh: 0.3 };

interface Case {
  readonly network: Network;
  readonly settings: TestSettings;
  readonly ways: readonly string[];
  /** Height and width of pictures. */
  readonly sizes: readonly (readonly [number, number])[];
}

const cases: Readonly<Record<string, Case>> = {
  'DDOD on EfficientNet-Lite0': {
    network: ddod,
    settings: official,
    ways: ['SavedModel', 'tensorflow', 'wasm'],
    sizes: [
      [90, 150],
      [64, 33],
    ],
  },
  'DDOD on ResNet-18, rule of mmdet 3': {
    network: smallNetwork({ ...resnet, depth: 18 }),
    settings: { ...official, rule: 'mmdet3' },
    ways: ['SavedModel', 'wasm'],
    sizes: [[60, 70]],
  },
  'ATSS on ResNet-50 as caffe has it, few anchors': {
    network: smallNetwork({ ...resnet, depth: 50, style: 'caffe' }, false),
    settings: { ...official, nmsPre: 20, maxPerImage: 7 },
    ways: ['SavedModel'],
    sizes: [[80, 64]],
  },
};

beforeAll(() => {
  const wasm = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(`${dirname(wasm)}/`);
});

afterEach(() => tf.setBackend('tensorflow'));
afterAll(() => rmSync(root, { recursive: true }));

describe.each(Object.entries(cases))('%s', (name, { network, settings, ways, sizes }) => {
  const graph = detectionGraph(network, settings);

  it.each(ways)('finds the same through %s', async (way) => {
    for (const [height, width] of sizes) {
      const image = noise(height, width);
      const expected = found(network, image, settings);
      const made =
        way === 'SavedModel'
          ? await runSavedModel(name, graph, [image])
          : await runTfjs(name, graph, image, way);
      expect(expected!.scores.length).toBeGreaterThan(3);
      expectClose(made, { ...expected! });
    }
  });
});

it.each(['SavedModel', 'wasm'])('finds nothing where there is nothing, through %s', async (way) => {
  const graph = detectionGraph(ddod, { ...testDefaults, scoreThresh: 0.999 });
  const image = noise(40, 40);
  const made =
    way === 'SavedModel'
      ? await runSavedModel('nothing', graph, [image])
      : await runTfjs('nothing', graph, image, way);
  expect(
    Object.entries(made)
      .map(([name, { length }]) => [name, length])
      .sort(),
  ).toEqual([
    ['boxes', 0],
    ['labels', 0],
    ['scores', 0],
  ]);
});

it('gives the maps of several images at once', async () => {
  const images = [noise(50, 70), noise(50, 70, 'other')];
  const made = await runSavedModel('heads', headsGraph(ddod), images);
  const { pixels, height, width } = batchOf(ddod, images);
  const levels = ddod.forward(new Tape(false), tf.tensor4d(pixels, [2, height, width, 3]));
  levels.forEach(({ clsLogits, bboxPreds, iouLogits }, level) => {
    expectClose({ map: made[`cls_logits.${level}`]! }, { map: clsLogits.tensor.dataSync<'float32'>() });
    expectClose({ map: made[`bbox_preds.${level}`]! }, { map: bboxPreds.tensor.dataSync<'float32'>() });
    expectClose({ map: made[`iou_logits.${level}`]! }, { map: iouLogits.tensor.dataSync<'float32'>() });
  });
});

it.each([
  ['float16', 0.55, 0.02],
  ['uint8', 0.32, 0.2],
] as const)('weights as %s take less room and find nearly the same', async (precision, share, tolerance) => {
  const graph = detectionGraph(ddod, { ...official, maxPerImage: 5 });
  const image = noise(90, 150);
  const full = await runTfjs('float32', graph, image, 'tensorflow');
  expectClose(await runTfjs(precision, graph, image, 'tensorflow', precision), full, tolerance);
  expect(weightBytes(precision) / weightBytes('float32')).toBeLessThan(share);
});

describe.each(['tfjs', 'savedmodel'] as const)('the format %s', (name) => {
  const format = exportFormats[name];
  const folder = join(root, `format-${name}`);
  const metadata = { classes: '["a"]' };

  it('is opened as it was written, with weights of half precision', async () => {
    const settings = { ...official, maxPerImage: 5 };
    const graph = detectionGraph(ddod, settings);
    const request = { detections: graph, heads: headsGraph(ddod), weights: 'float16', metadata } as const;
    const files = await format.write(request, folder);
    expect(files).toContain(format.mainFile);
    for (const file of files) expect(statSync(join(folder, file)).size, file).toBeGreaterThan(0);
    const detector = await format.open(join(folder, format.mainFile));
    expect(detector.runtime).toMatch(/TensorFlow \d/);
    expect(detector.metadata).toEqual(metadata);
    const image = noise(90, 150);
    const tensors = tf.memory().numTensors;
    const made = await detector.detect(image);
    expect(tf.memory().numTensors).toBe(tensors);
    expectClose({ ...made }, { ...found(ddod, image, settings) }, 0.02);
    await detector.close();
  });

  it('refuses heads alone, and what is something else', async () => {
    const heads = join(folder, format.mainFile.replace('/', '_heads/'));
    await expect(format.open(heads)).rejects.toThrow('does not give boxes, scores and labels');
    const other = join(root, `other-${name}`, format.mainFile);
    mkdirSync(dirname(other), { recursive: true });
    writeFileSync(other, 'something else');
    await expect(format.open(other)).rejects.toThrow(' is no ');
  });
});

function imageTensor(images: readonly RgbImage[]): Tensor {
  const [{ height, width }] = images as [RgbImage];
  const data = Int32Array.from(images.flatMap((image) => [...image.data]));
  return tf.tensor4d(data, [images.length, height, width, 3], 'int32');
}

async function runSavedModel(name: string, graph: Graph, images: readonly RgbImage[]): Promise<Numbers> {
  const folder = join(root, name, 'saved-model');
  writeSavedModel(folder, lower(graph, 'tensorflow'));
  const model = await tf.node.loadSavedModel(folder);
  const made = model.predict({ image: imageTensor(images) }) as unknown as Record<string, Tensor>;
  model.dispose();
  return numbersOf(made);
}

async function runTfjs(
  name: string,
  graph: Graph,
  image: RgbImage,
  backend: string,
  precision?: 'float16' | 'uint8',
): Promise<Numbers> {
  const folder = join(root, name, 'tfjs');
  writeTfjsModel(folder, lower(graph, 'tfjs'), { precision: precision ?? 'float32' });
  await tf.setBackend(backend);
  const model = await tf.loadGraphModel(`file://${join(folder, 'model.json')}`);
  const made = (await model.predictAsync(imageTensor([image]))) as unknown as Record<string, Tensor>;
  const numbers = await numbersOf(made);
  model.dispose();
  await tf.setBackend('tensorflow');
  return numbers;
}

async function numbersOf(tensors: Record<string, Tensor>): Promise<Numbers> {
  const read = Object.entries(tensors).map(
    async ([name, tensor]) => [name, await tensor.data<'float32'>()] as const,
  );
  return Object.fromEntries(await Promise.all(read));
}

/** Equal within `tolerance` times the largest number, each. */
function expectClose(made: Numbers, expected: Numbers, tolerance = 1e-4): void {
  expect(Object.keys(made).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, values] of Object.entries(expected)) {
    const others = made[name]!;
    expect(others.length, name).toBe(values.length);
    const most = (list: Iterable<number>) =>
      [...list].reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    const apart = Array.from(values, (value, i) => value - others[i]!);
    expect(most(apart), name).toBeLessThanOrEqual(tolerance * most(values));
  }
}

function weightBytes(name: string): number {
  const folder = join(root, name, 'tfjs');
  const files = readdirSync(folder).filter((file) => file.endsWith('.bin'));
  return files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
}
