// ATSS (Zhang et al. 2020) and DDOD's cost-aware form of it: one rule, two costs.

import type { AnchorGrid } from '../anchors/anchor-grid.ts';
import { type Assignment, backgroundAssignment } from './assignment.ts';
import { type Candidates, centreAt, findCandidates } from './candidates.ts';
import type { AnchorCost } from './cost.ts';

/** Candidates per level of each box. */
export const DEFAULT_TOPK = 9;

/** an anchor's centre must lie this far inside a box, in pixels */
const INSIDE_MARGIN = Math.fround(0.01);

/**
 * Assigns boxes [G, 4] to the anchors of a grid. `valid` [A]: anchors of the image that take part, the others come
 * back as ignored; an anchor that is not valid is never a candidate.
 */
export function assignAtss(
  grid: AnchorGrid,
  valid: Uint8Array,
  gtBoxes: Float32Array,
  cost: AnchorCost,
  topk: number = DEFAULT_TOPK,
): Assignment {
  return assignCandidates(grid, valid, gtBoxes, findCandidates(grid, valid, gtBoxes, topk), cost);
}

/**
 * ATSS from its candidates on: positive is a candidate whose cost reaches mean + unbiased standard deviation of the
 * box's candidates and whose centre is inside the box; an anchor claimed by several boxes goes to the highest cost,
 * among equals to the first box.
 */
export function assignCandidates(
  grid: AnchorGrid,
  valid: Uint8Array,
  gtBoxes: Float32Array,
  candidates: Candidates,
  cost: AnchorCost,
): Assignment {
  const assignment = backgroundAssignment(valid);
  const { matchedIdxs, maxCost } = assignment;
  const { anchors, offsets } = candidates;
  for (let g = 0; g * 4 < gtBoxes.length; g++) {
    const own = anchors.subarray(offsets[g], offsets[g + 1]);
    const costs = Float32Array.from(own, (a) => cost(a, g));
    const threshold = meanPlusStd(costs);
    own.forEach((a, c) => {
      const value = costs[c] as number;
      if (value < threshold || value <= (maxCost[a] as number)) return;
      if (!centreInside(grid.boxes, a, gtBoxes, g)) return;
      matchedIdxs[a] = g;
      maxCost[a] = value;
    });
  }
  return assignment;
}

/** Running mean (exact where all values are equal) plus the standard deviation with n - 1; 0 deviation for one value. */
function meanPlusStd(values: Float32Array): number {
  let mean = 0;
  let squares = 0;
  values.forEach((value, i) => {
    const away = value - mean;
    mean += away / (i + 1);
    squares += away * (value - mean);
  });
  return values.length < 2 ? mean : mean + Math.sqrt(squares / (values.length - 1));
}

function centreInside(anchors: Float32Array, a: number, gtBoxes: Float32Array, g: number): boolean {
  const f = Math.fround;
  const cx = centreAt(anchors, a * 4);
  const cy = centreAt(anchors, a * 4 + 1);
  const o = g * 4;
  const left = f(cx - (gtBoxes[o] as number));
  const top = f(cy - (gtBoxes[o + 1] as number));
  const right = f((gtBoxes[o + 2] as number) - cx);
  const bottom = f((gtBoxes[o + 3] as number) - cy);
  return Math.min(left, top, right, bottom) > INSIDE_MARGIN;
}
