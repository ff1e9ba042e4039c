// Greedy non-maximum suppression per class, as torchvision's and mmcv's batched form does it by shifted coordinates.

import { areaAt, intersectionAt } from '../coders/overlaps.ts';

/** Boxes that may suppress each other if of one class. */
export interface ScoredBoxes {
  /** [N, 4] xyxy */
  readonly boxes: Float32Array;
  /** [N] */
  readonly scores: Float32Array;
  /** [N] */
  readonly labels: Int32Array;
}

/**
 * Indices of the kept boxes by falling score, equal scores in input order, at most `maxKept`. A box falls where a
 * better one of its class overlaps it by an IoU above `iouThresh`. Boxes without area suppress nothing.
 */
export function classwiseNms(input: ScoredBoxes, iouThresh: number, maxKept = Infinity): Int32Array {
  const { scores, labels } = input;
  const shifted = shiftByLabel(input);
  const keptOfClass = new Map<number, number[]>();
  const kept: number[] = [];
  for (const i of byFallingScore(scores)) {
    if (kept.length >= maxKept) break;
    const label = labels[i] as number;
    const rivals = keptOfClass.get(label) ?? [];
    if (rivals.some((rival) => suppresses(shifted, rival, i, iouThresh))) continue;
    if (rivals.push(i) === 1) keptOfClass.set(label, rivals);
    kept.push(i);
  }
  return Int32Array.from(kept);
}

/** Indices sorted by falling score; stable. */
export function byFallingScore(scores: Float32Array): Int32Array {
  return Int32Array.from(scores.keys()).sort(
    (a, b) => (scores[b] as number) - (scores[a] as number) || a - b,
  );
}

/** Boxes moved apart by class in float32: the rounding of the references' coordinate offset. */
function shiftByLabel({ boxes, labels }: ScoredBoxes): Float32Array {
  let largest = -Infinity;
  for (const coordinate of boxes) if (coordinate > largest) largest = coordinate;
  const step = Math.fround(largest + 1);
  return boxes.map((coordinate, o) => coordinate + Math.fround((labels[o >> 2] as number) * step));
}

function suppresses(boxes: Float32Array, better: number, worse: number, iouThresh: number): boolean {
  const shared = intersectionAt(boxes, better, boxes, worse);
  if (shared === 0) return false;
  const f = Math.fround;
  const union = f(f(areaAt(boxes, better) + areaAt(boxes, worse)) - shared);
  return f(shared / union) > iouThresh;
}
