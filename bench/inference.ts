/**
 * A forward pass of one image (backbone, neck, head) against the same network in PyTorch and against our own exports in
 * onnxruntime and as a SavedModel, in one run, and what post-processing adds on our side. DDOD_PYTHON, CASES and RUNS as in bench/train-step.ts.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { Tape } from '../src/main/detector/autograd/tape.ts';
import type { Batch } from '../src/main/detector/data/batch.ts';
import { detectBatch } from '../src/main/detector/engine/detect-batch.ts';
import { networkGraph } from '../src/main/detector/export/network-graph.ts';
import { writeOnnx } from '../src/main/detector/export/onnx/write.ts';
import { lower } from '../src/main/detector/export/tensorflow/lower.ts';
import { writeSavedModel } from '../src/main/detector/export/tensorflow/saved-model.ts';
import { type Network, strides } from '../src/main/detector/network.ts';
import { type Tensor, tf } from '../src/main/detector/tf.ts';
import { type Case, type DetectorKind, inferenceCases } from './detectors/cases.ts';
import { compare } from './detectors/compare.ts';
import { makeNetwork, measure, randomPixels } from './detectors/ours.ts';

const candidates = 1000;

async function infer(one: Case, detector: DetectorKind) {
  const network = makeNetwork(one, detector);
  const pixels = randomPixels(one);
  const forward = await measure(network, () => sum(logitsOf(network, pixels)));
  const batch = batchOf(one, pixels);
  const scoreThresh = thresholdFor(logitsOf(network, pixels));
  const detect = await measure(
    network,
    () => detectBatch(network, batch, { scoreThresh })[0]?.scores.length ?? 0,
  );
  return {
    ...forward,
    cpuSeconds: detect.cpuSeconds,
    withPostprocess: { seconds: detect.seconds, detections: detect.check },
  };
}

/** The exported network in onnxruntime, on the same pixels. */
async function inferOnnx(one: Case, detector: DetectorKind) {
  const network = makeNetwork(one, detector);
  const values = randomPixels(one).dataSync<'float32'>();
  const options = { half: false, deformConv: 'DeformConv', metadata: {} } as const;
  const session = await InferenceSession.create(writeOnnx(networkGraph(network, 1), options));
  const pixels = new OrtTensor('float32', values, [1, one.height, one.width, 3]);
  const forward = await measure(network, async () => {
    const maps = await session.run({ pixels });
    return sum(strides.map((_, level) => maps[`cls_logits.${level}`]?.data as Float32Array));
  });
  return { ...forward, runtime: 'onnxruntime-node' };
}

/** The exported network as a SavedModel, on the same pixels. */
async function inferSavedModel(one: Case, detector: DetectorKind) {
  const network = makeNetwork(one, detector);
  const pixels = randomPixels(one);
  const folder = mkdtempSync(join(tmpdir(), 'ddod-bench-'));
  writeSavedModel(folder, lower(networkGraph(network, 1), 'tensorflow'));
  const model = await tf.node.loadSavedModel(folder);
  rmSync(folder, { recursive: true });
  const forward = await measure(network, () => {
    const maps = model.predict({ pixels }) as Record<string, Tensor>;
    const values = Object.entries(maps).map(([name, map]) => [name, map.dataSync<'float32'>()] as const);
    tf.dispose(maps);
    return sum(values.filter(([name]) => name.startsWith('cls_logits')).map(([, logits]) => logits));
  });
  return { ...forward, runtime: 'tfjs-node, SavedModel' };
}

/** Class logits of all levels; reading them waits for the whole forward pass. */
function logitsOf(network: Network, pixels: Tensor): Float32Array[] {
  const found: Float32Array[] = [];
  tf.tidy(() => {
    for (const { clsLogits, bboxPreds, iouLogits } of network.forward(new Tape(false), pixels)) {
      for (const { tensor } of [bboxPreds, iouLogits]) tensor.dataSync();
      found.push(clsLogits.tensor.dataSync<'float32'>());
    }
  });
  return found;
}

/** The score that a thousand classes of anchors exceed, so that random weights give post-processing its usual work. */
function thresholdFor(logits: readonly Float32Array[]): number {
  const sorted = Float32Array.from(logits.flatMap((level) => [...level])).sort();
  return 1 / (1 + Math.exp(-(sorted.at(-candidates) ?? 0)));
}

function batchOf({ height, width }: Case, pixels: Tensor): Batch {
  const none = new Float32Array(0);
  const size = {
    width,
    height,
    padWidth: width,
    padHeight: height,
    originalWidth: width,
    originalHeight: height,
  };
  const labels = { gtBoxes: none, gtLabels: new Int32Array(0), ignoreBoxes: none };
  const image = { index: 0, path: '', ...size, scaleX: 1, scaleY: 1, flipped: false, ...labels };
  return { width, height, pixels: pixels.dataSync<'float32'>(), images: [image] };
}

function sum(levels: readonly Float32Array[]): number {
  return levels.reduce((all, level) => level.reduce((total, value) => total + value, all), 0);
}

const [name, detector, runtime] = process.argv.slice(2);
const one = inferenceCases[name ?? ''];
if (one === undefined) compare(import.meta.url, 'forward', inferenceCases);
else {
  const exported = { onnxruntime: inferOnnx, savedmodel: inferSavedModel };
  const run = exported[runtime as keyof typeof exported] ?? infer;
  console.log(JSON.stringify(await run(one, detector as DetectorKind)));
}
