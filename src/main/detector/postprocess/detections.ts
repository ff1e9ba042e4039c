// From a head's outputs for one image to its detections.

import type { AnchorGrid, FeatureSize } from '../anchors/anchor-grid.ts';
import { type BoxCoder, clipAt } from '../coders/box-coder.ts';
import { classwiseNms, type ScoredBoxes } from './nms.ts';
import { type Pairs, sigmoid, topAnchors, topPairs } from './select.ts';

/** Outputs of one level for one image, channels last; N = height * width * anchors per cell. */
export interface LevelPredictions {
  /** [N, K] */
  readonly clsLogits: Float32Array;
  /** [N, 4] */
  readonly bboxPreds: Float32Array;
  /** quality of the box (IoU or centerness), multiplied into the score where a head has it: [N] */
  readonly iouLogits?: Float32Array;
}

export interface TestOptions {
  readonly numClasses: number;
  readonly coder: BoxCoder;
  /** whose pre-selection: the official code's, or mmdet 3's, which also drops boxes without area */
  readonly rule?: 'official' | 'mmdet3';
  /** class score below which a pair is dropped, before the box quality is multiplied in */
  readonly scoreThresh?: number;
  readonly nmsThresh?: number;
  /** anchors (official) or pairs (mmdet 3) of a level that reach NMS */
  readonly nmsPre?: number;
  readonly maxPerImage?: number;
}

export interface ImageShape {
  /** size in the network's input without padding; boxes are clipped to it */
  readonly imgShape: FeatureSize;
  /** input pixels per original pixel, [x, y]; boxes come back in original pixels. Absent: they stay in input pixels */
  readonly scaleFactor?: readonly [number, number];
}

export const testDefaults = {
  rule: 'official',
  scoreThresh: 0.05,
  nmsThresh: 0.6,
  nmsPre: 1000,
  maxPerImage: 100,
} as const;

/** Detections of one image by falling score: boxes [N, 4] xyxy, scores [N], labels [N]. */
export function detect(
  grid: AnchorGrid,
  levels: readonly LevelPredictions[],
  shape: ImageShape,
  options: TestOptions,
): ScoredBoxes {
  const settings = { ...testDefaults, ...options };
  const select = settings.rule === 'mmdet3' ? topPairs : topAnchors;
  const found = levels.map((level, l) => {
    const pairs = select(level.clsLogits, settings.numClasses, settings.scoreThresh, settings.nmsPre);
    return boxesOfPairs(grid, grid.levels[l]?.start ?? 0, level, pairs, shape, settings);
  });
  const all = concat(found);
  const candidates = settings.rule === 'mmdet3' ? pick(all, withArea(all.boxes)) : all;
  return pick(candidates, classwiseNms(candidates, settings.nmsThresh, settings.maxPerImage));
}

function boxesOfPairs(
  grid: AnchorGrid,
  start: number,
  level: LevelPredictions,
  pairs: Pairs,
  shape: ImageShape,
  { coder, rule }: { coder: BoxCoder; rule: 'official' | 'mmdet3' },
): ScoredBoxes {
  const { imgShape, scaleFactor } = shape;
  const boxes = new Float32Array(pairs.anchors.length * 4);
  const scores = pairs.scores.slice();
  pairs.anchors.forEach((a, i) => {
    coder.decodeAt(grid.boxes, start + a, level.bboxPreds, a, boxes, i * 4);
    clipAt(boxes, i * 4, imgShape.height, imgShape.width);
    if (level.iouLogits) scores[i] = (scores[i] as number) * sigmoid(level.iouLogits[a] as number);
  });
  if (scaleFactor !== undefined) rescale(boxes, scaleFactor, rule);
  return { boxes, scores, labels: pairs.labels };
}

/** Input pixels to original pixels, in place, each reference rounding its own way. */
function rescale(boxes: Float32Array, scale: readonly [number, number], rule: 'official' | 'mmdet3'): void {
  for (let o = 0; o < boxes.length; o++) {
    const factor = o & 1 ? scale[1] : scale[0];
    const value = boxes[o] as number;
    boxes[o] = rule === 'mmdet3' ? value * Math.fround(1 / factor) : value / Math.fround(factor);
  }
}

function withArea(boxes: Float32Array): Int32Array {
  const kept: number[] = [];
  for (let o = 0; o < boxes.length; o += 4) {
    const width = (boxes[o + 2] as number) - (boxes[o] as number);
    const height = (boxes[o + 3] as number) - (boxes[o + 1] as number);
    if (width > 0 && height > 0) kept.push(o / 4);
  }
  return Int32Array.from(kept);
}

function concat(parts: readonly ScoredBoxes[]): ScoredBoxes {
  const count = parts.reduce((sum, part) => sum + part.scores.length, 0);
  const boxes = new Float32Array(count * 4);
  const scores = new Float32Array(count);
  const labels = new Int32Array(count);
  let start = 0;
  for (const part of parts) {
    boxes.set(part.boxes, start * 4);
    scores.set(part.scores, start);
    labels.set(part.labels, start);
    start += part.scores.length;
  }
  return { boxes, scores, labels };
}

function pick(from: ScoredBoxes, indices: Int32Array): ScoredBoxes {
  const boxes = new Float32Array(indices.length * 4);
  indices.forEach((i, n) => {
    boxes.set(from.boxes.subarray(i * 4, i * 4 + 4), n * 4);
  });
  return {
    boxes,
    scores: Float32Array.from(indices, (i) => from.scores[i] as number),
    labels: Int32Array.from(indices, (i) => from.labels[i] as number),
  };
}
