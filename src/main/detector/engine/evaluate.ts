/** Runs a network over labelled images and counts how right it is. */
import type { Problem } from '../../../shared/problem.ts';
import type { Recipe } from '../../../shared/recipe.ts';
import { Loader, type Sample } from '../data/loader.ts';
import { evaluateCoco } from '../evaluation/coco.ts';
import { followDetections } from '../evaluation/outcomes.ts';
import type { EvaluationInput } from '../evaluation/rows.ts';
import { bestThreshold, thresholdCurve } from '../evaluation/thresholds.ts';
import type { Network } from '../network.ts';
import { type Detections, detectBatch } from './detect-batch.ts';
import type { Metrics } from './training.ts';

export interface EvaluateOptions {
  readonly onProgress?: (done: number) => void;
  readonly signal?: AbortSignal;
  /** Told of an image that cannot be read, by its place: nothing is found on it, and no number counts it. */
  readonly onSkip?: (problem: Problem, place: number) => void;
  /** Threads that decode; 0 decodes on the calling one, which takes the least memory. */
  readonly decoders?: number;
}

export interface NetworkEvaluation {
  /** The twelve COCO numbers. */
  readonly metrics: Metrics;
  readonly perClass: readonly { readonly name: string; readonly AP: number; readonly AP50: number }[];
  /** The score from which on F1 is best. */
  readonly bestThreshold: number;
  /** One a sample, in original upright pixels. */
  readonly detections: readonly Detections[];
}

/** COCO metrics of `network` on `samples`, at their original resolution. */
export async function evaluateNetwork(
  network: Network,
  samples: readonly Sample[],
  recipe: Recipe,
  classes: readonly string[],
  options: EvaluateOptions = {},
): Promise<NetworkEvaluation> {
  const unreadable = new Set<number>();
  const onSkip = (problem: Problem, place: number) => {
    unreadable.add(place);
    options.onSkip?.(problem, place);
  };
  const detections = await detectSamples(network, samples, recipe, { ...options, onSkip });
  return { ...evaluateDetections(samples, detections, classes, unreadable), detections };
}

/** COCO metrics of `detections`, one entry a sample; the samples at the places `unreadable` do not count. */
export function evaluateDetections(
  samples: readonly Sample[],
  detections: readonly Detections[],
  classes: readonly string[],
  unreadable: ReadonlySet<number> = new Set(),
): Omit<NetworkEvaluation, 'detections'> {
  const counts = (_: unknown, place: number) => !unreadable.has(place);
  const input = evaluationInput(samples.filter(counts), detections.filter(counts), classes);
  const result = evaluateCoco(input);
  const perClass = classes.map((name, index) => {
    const { AP, AP50 } = result.perClass[index] ?? { AP: -1, AP50: -1 };
    return { name, AP, AP50 };
  });
  const thresholds = thresholdCurve(input, followDetections(input));
  return { metrics: result.metrics, perClass, bestThreshold: bestThreshold(thresholds) };
}

/** Labels and `detections` as the protocols count them, one entry of either a sample. */
export function evaluationInput(
  samples: readonly Sample[],
  detections: readonly Detections[],
  classes: readonly string[],
): EvaluationInput {
  return {
    numImages: samples.length,
    numClasses: classes.length,
    gt: groundTruth(samples),
    dt: flatDetections(detections),
  };
}

/** What the network sees on each sample, in the samples' order. */
export async function detectSamples(
  network: Network,
  samples: readonly Sample[],
  recipe: Recipe,
  { onProgress, signal, onSkip, decoders }: EvaluateOptions = {},
): Promise<Detections[]> {
  const { input, rule, test, train } = recipe;
  const scale = input.scales.at(-1);
  if (scale === undefined || samples.length === 0) return [];
  const found: Detections[] = samples.map(() => ({
    boxes: new Float32Array(0),
    scores: new Float32Array(0),
    labels: new Int32Array(0),
  }));
  const loader = new Loader(samples, {
    order: 'sequential',
    seed: 0,
    batchSize: train.batch,
    scales: [scale],
    resample: input.resample,
    normalisation: network.backbone.normalisation,
    unreadable: 'skip',
    onSkip: ({ problem, index }) => onSkip?.(problem, index),
    cacheBytes: 0,
    ...(decoders === undefined ? {} : { workers: decoders }),
  });
  try {
    for await (const batch of loader.epoch(0, 0, signal)) {
      const results = detectBatch(network, batch, { rule, ...test });
      batch.images.forEach(({ index }, n) => {
        const result = results[n];
        if (result !== undefined) found[index] = result;
      });
      onProgress?.((batch.images.at(-1)?.index ?? 0) + 1);
    }
  } finally {
    await loader.close();
  }
  return found;
}

function groundTruth(samples: readonly Sample[]) {
  const rows = samples.flatMap(({ boxes, labels, ignore }, image) => [
    ...[...labels].map((label, g) => ({ image, label, box: xywh(boxes, g), crowd: 0 })),
    ...ignoredRows(ignore, image, samples),
  ]);
  return {
    imageIndex: Int32Array.from(rows, (row) => row.image),
    classIndex: Int32Array.from(rows, (row) => row.label),
    boxes: Float64Array.from(rows.flatMap((row) => row.box)),
    area: Float64Array.from(rows, ({ box: [, , width, height] }) => width * height),
    iscrowd: Uint8Array.from(rows, (row) => row.crowd),
    ignore: Uint8Array.from(rows, (row) => row.crowd),
  };
}

/** An ignored region excuses detections of every class, as COCO's crowds do. */
function ignoredRows(ignore: Float32Array, image: number, samples: readonly Sample[]) {
  if (ignore.length === 0) return [];
  const classes = new Set(samples.flatMap(({ labels }) => [...labels]));
  return Array.from({ length: ignore.length / 4 }, (_, i) =>
    [...classes].map((label) => ({ image, label, box: xywh(ignore, i), crowd: 1 })),
  ).flat();
}

function flatDetections(detections: readonly Detections[]) {
  const rows = detections.flatMap(({ boxes, scores, labels }, image) =>
    [...scores].map((score, d) => ({ image, label: labels[d] ?? 0, score, box: xywh(boxes, d) })),
  );
  return {
    imageIndex: Int32Array.from(rows, (row) => row.image),
    classIndex: Int32Array.from(rows, (row) => row.label),
    boxes: Float64Array.from(rows.flatMap((row) => row.box)),
    scores: Float64Array.from(rows, (row) => row.score),
  };
}

function xywh(boxes: Float32Array, index: number): [number, number, number, number] {
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxes.subarray(index * 4, index * 4 + 4);
  return [x1, y1, x2 - x1, y2 - y1];
}
