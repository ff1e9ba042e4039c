// RetinaNet's rule: an anchor takes the box it overlaps most, if enough; every box gets its best anchors in any case.

import { iouAt } from '../coders/overlaps.ts';
import { type Assignment, BACKGROUND, backgroundAssignment, IGNORED } from './assignment.ts';

export interface MaxIouOptions {
  readonly posIouThresh: number;
  readonly negIouThresh: number;
  /** a box whose best IoU reaches this takes all anchors of that IoU, however low */
  readonly minPosIou: number;
}

export const retinaMaxIou = { posIouThresh: 0.5, negIouThresh: 0.4, minPosIou: 0 } satisfies MaxIouOptions;

/**
 * Assigns boxes [G, 4] to anchors [A, 4] by IoU; between the two thresholds an anchor is ignored. `maxCost` is the
 * largest IoU of each valid anchor, 0 where there is no box.
 */
export function assignMaxIou(
  anchors: Float32Array,
  valid: Uint8Array,
  gtBoxes: Float32Array,
  options: MaxIouOptions = retinaMaxIou,
): Assignment {
  const assignment = backgroundAssignment(valid);
  const { matchedIdxs, maxCost } = assignment;
  const best = new BestAnchors(valid.length);
  const bestOfGt: Int32Array[] = [];
  for (let g = 0; g * 4 < gtBoxes.length; g++) {
    best.clear();
    for (let a = 0; a < valid.length; a++) {
      if (!valid[a]) continue;
      const iou = iouAt(anchors, a, gtBoxes, g);
      best.offer(iou, a);
      if (iou <= (maxCost[a] as number)) continue;
      maxCost[a] = iou;
      matchedIdxs[a] = g;
    }
    bestOfGt.push(best.iou >= options.minPosIou ? best.anchors() : new Int32Array(0));
  }
  applyThresholds(assignment, valid, options);
  bestOfGt.forEach((own, g) => {
    for (const a of own) matchedIdxs[a] = g;
  });
  return assignment;
}

function applyThresholds(
  { matchedIdxs, maxCost }: Assignment,
  valid: Uint8Array,
  { posIouThresh, negIouThresh }: MaxIouOptions,
): void {
  for (let a = 0; a < valid.length; a++) {
    if (!valid[a]) continue;
    const iou = Math.max(maxCost[a] as number, 0);
    maxCost[a] = iou;
    if (iou < negIouThresh) matchedIdxs[a] = BACKGROUND;
    else if (iou < posIouThresh) matchedIdxs[a] = IGNORED;
  }
}

/** All anchors that share the largest IoU seen. */
class BestAnchors {
  readonly #anchors: Int32Array;
  #count = 0;
  iou = -1;

  constructor(numAnchors: number) {
    this.#anchors = new Int32Array(numAnchors);
  }

  clear(): void {
    this.#count = 0;
    this.iou = -1;
  }

  offer(iou: number, anchor: number): void {
    if (iou < this.iou) return;
    if (iou > this.iou) this.#count = 0;
    this.iou = iou;
    this.#anchors[this.#count++] = anchor;
  }

  anchors(): Int32Array {
    return this.#anchors.slice(0, this.#count);
  }
}
