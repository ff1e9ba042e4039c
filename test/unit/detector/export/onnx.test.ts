// ONNX files in onnxruntime: the numbers of the engine, at several sizes, in every form the writer knows.
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import { Tape } from '../../../../src/main/detector/autograd/tape.ts';
import type { Batch } from '../../../../src/main/detector/data/batch.ts';
import { hashUniform } from '../../../../src/main/detector/data/hash-uniform.ts';
import { normalisationTable, normaliseInto } from '../../../../src/main/detector/data/normalise.ts';
import type { RgbImage } from '../../../../src/main/detector/data/rgb-image.ts';
import { type Detections, detectBatch } from '../../../../src/main/detector/engine/detect-batch.ts';
import { detectionGraph, headsGraph } from '../../../../src/main/detector/export/detector-graph.ts';
import { decodeModel } from '../../../../src/main/detector/export/onnx/schema.ts';
import { writeOnnx } from '../../../../src/main/detector/export/onnx/write.ts';
import type { TestSettings } from '../../../../src/main/detector/export/postprocess.ts';
import type { BackboneConfig, Network } from '../../../../src/main/detector/network.ts';
import { testDefaults } from '../../../../src/main/detector/postprocess/detections.ts';
import { tf } from '../../../../src/main/detector/tf.ts';
import { expectClose } from '../../../golden/fixture.ts';
import { smallNetwork } from './network.ts';

const resnet = (depth: 18 | 50): BackboneConfig => ({
  kind: 'resnet',
  depth,
  style: 'pytorch',
  frozenStages: 1,
  baseChannels: 8,
  stemChannels: 8,
});

const small = smallNetwork(resnet(18));
const networks: [string, Network][] = [
  ['ddod-atss, EfficientNet-Lite0', smallNetwork()],
  ['ddod-atss, ResNet-18', small],
  ['ddod-atss, ResNet-50', smallNetwork(resnet(50))],
  ['atss, ResNet-18', smallNetwork(resnet(18), false)],
];
afterAll(() => {
  for (const [, network] of networks) network.dispose();
});

const plain = { half: false, deformConv: 'DeformConv', metadata: {} } as const;
const settings = { ...testDefaults, nmsPre: 150 };

it.each(networks)('%s finds in onnxruntime what the engine finds, at two sizes', async (_, network) => {
  const bytes = writeOnnx(detectionGraph(network, settings), plain);
  for (const image of [noise(120, 160), noise(64, 250)]) {
    const expected = found(network, image, settings);
    expect(expected.scores.length).toBeGreaterThan(20);
    expectSame(await runOnnx(bytes, image), expected, 0.02);
  }
});

describe('the file', () => {
  const image = noise(96, 130);
  const graph = detectionGraph(small, settings);

  it("follows mmdet 3's rule where the recipe does", async () => {
    const mmdet3 = { ...settings, rule: 'mmdet3' } as const;
    const bytes = writeOnnx(detectionGraph(small, mmdet3), plain);
    expectSame(await runOnnx(bytes, image), found(small, image, mmdet3), 0.02);
  });

  it('says deformable convolutions in older operators', async () => {
    const bytes = writeOnnx(graph, { ...plain, deformConv: 'GridSample' });
    const types = decodeModel(bytes).graph.node.map(({ opType }) => opType);
    expect(types).toContain('GridSample');
    expect(types).not.toContain('DeformConv');
    expectSame(await runOnnx(bytes, image), found(small, image, settings), 0.02);
  });

  it('is half as large with weights of half precision, and nearly as exact', async () => {
    const [whole, half] = [false, true].map((half) => writeOnnx(graph, { ...plain, half })) as [
      Uint8Array,
      Uint8Array,
    ];
    const weights = graph.constants.reduce((sum, { data }) => sum + data.length, 0) * 4;
    expect(whole.length - half.length).toBeGreaterThan(0.4 * weights);
    const [expected, actual] = [await runOnnx(whole, image), await runOnnx(half, image)];
    expect(Math.abs(actual.scores[0]! - expected.scores[0]!)).toBeLessThan(0.02);
  });

  it('finds nothing where nothing is', async () => {
    const bytes = writeOnnx(detectionGraph(small, { ...settings, scoreThresh: 0.9999999 }), plain);
    expect((await runOnnx(bytes, image)).scores.length).toBe(0);
  });

  it("gives the head's maps of several images", async () => {
    const bytes = writeOnnx(headsGraph(small), plain);
    const session = await InferenceSession.create(bytes);
    const two = Uint8Array.from([...image.data, ...image.data.toReversed()]);
    const maps = await session.run({ image: new OrtTensor('uint8', two, [2, 96, 130, 3]) });
    expect(maps['cls_logits.0']?.dims).toEqual([2, 12, 20, 3]);
    expect(maps['iou_logits.4']?.dims).toEqual([2, 1, 2, 1]);
    const batch = batchOf(small, image);
    const pixels = tf.tensor(batch.pixels, [1, batch.height, batch.width, 3]);
    const [level] = small.forward(new Tape(false), pixels);
    const expected = level!.bboxPreds.tensor.dataSync<'float32'>();
    expectClose((maps['bbox_preds.0']!.data as Float32Array).slice(0, expected.length), expected, {
      abs: 1e-3,
    });
    await session.release();
  });
});

function found(network: Network, image: RgbImage, wanted: TestSettings): Detections {
  const [detections] = detectBatch(network, batchOf(network, image), wanted);
  return detections!;
}

async function runOnnx(bytes: Uint8Array, image: RgbImage): Promise<Detections> {
  const session = await InferenceSession.create(bytes);
  const input = new OrtTensor('uint8', image.data, [1, image.height, image.width, 3]);
  const { boxes, scores, labels } = await session.run({ image: input });
  await session.release();
  return {
    boxes: boxes!.data as Float32Array,
    scores: scores!.data as Float32Array,
    labels: labels!.data as Int32Array,
  };
}

/** Rounding may swap neighbours of nearly equal score, or decide an overlap at the threshold. */
function expectSame(actual: Detections, expected: Detections, pixels: number): void {
  const found = [...expected.scores].filter((score, i) =>
    [...actual.scores].some(
      (other, j) =>
        Math.abs(other - score) < 1e-4 &&
        actual.labels[j] === expected.labels[i] &&
        [0, 1, 2, 3].every((c) => Math.abs(actual.boxes[j * 4 + c]! - expected.boxes[i * 4 + c]!) < pixels),
    ),
  );
  expect(actual.scores.length).toBe(expected.scores.length);
  expect(found.length).toBeGreaterThanOrEqual(expected.scores.length - 1);
}

function noise(height: number, width: number): RgbImage {
  const data = Uint8Array.from(hashUniform('noise', height * width * 3), (u) => u * 256);
  return { width, height, data };
}

function batchOf(network: Network, image: RgbImage): Batch {
  const [width, height] = [image.width, image.height].map((side) => Math.ceil(side / 32) * 32) as [
    number,
    number,
  ];
  const pixels = new Float32Array(width * height * 3);
  normaliseInto(image, normalisationTable(network.backbone.normalisation), pixels, 0, width);
  const sizes = {
    originalWidth: image.width,
    originalHeight: image.height,
    padWidth: width,
    padHeight: height,
  };
  const one = {
    index: 0,
    path: '',
    width: image.width,
    height: image.height,
    scaleX: 1,
    scaleY: 1,
    flipped: false,
  };
  const labels = {
    gtBoxes: new Float32Array(0),
    gtLabels: new Int32Array(0),
    ignoreBoxes: new Float32Array(0),
  };
  return { pixels, width, height, images: [{ ...one, ...sizes, ...labels }] };
}
