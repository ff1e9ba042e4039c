// ATSS step 1: per level, the k anchors whose centres are nearest to a box's centre. Looks only at a window of cells
// around the box and widens it until no cell outside can be nearer, so the answer is that of a full scan.

import type { AnchorGrid, AnchorLevel } from '../anchors/anchor-grid.ts';
import { Nearest } from './nearest.ts';
import { torchSmallest } from './torch-ties.ts';

export interface Candidates {
  /** anchor indices of all boxes, box after box, level after level, nearest first */
  readonly anchors: Int32Array;
  /** candidates of box g are anchors[offsets[g] .. offsets[g + 1]): [G + 1] */
  readonly offsets: Int32Array;
}

/** Which of equally distant anchors come first: the lowest index, or PyTorch's choice (`torch-ties.ts`). */
export type TieRule = 'lowest-index' | 'torch';

/** Cells x0 <= x < x1, y0 <= y < y1 of a level. */
interface Window {
  x0: number;
  x1: number;
  y0: number;
  y1: number;
}

/**
 * The `topk` nearest valid anchors per level of each box of `gtBoxes` [G, 4].
 * `valid` [A]: anchors that may be chosen.
 */
export function findCandidates(
  grid: AnchorGrid,
  valid: Uint8Array,
  gtBoxes: Float32Array,
  topk: number,
  ties: TieRule = 'lowest-index',
): Candidates {
  const numGt = gtBoxes.length / 4;
  const anchors = new Int32Array(numGt * topk * grid.levels.length);
  const offsets = new Int32Array(numGt + 1);
  const nearest = new Nearest(topk);
  let count = 0;
  for (let g = 0; g < numGt; g++) {
    const cx = centreAt(gtBoxes, g * 4);
    const cy = centreAt(gtBoxes, g * 4 + 1);
    for (const level of grid.levels) {
      nearestInLevel(level, valid, cx, cy, nearest);
      if (ties === 'torch' && nearest.tied) chooseAsTorch(level, valid, cx, cy, nearest);
      anchors.set(nearest.indices.subarray(0, nearest.count), count);
      count += nearest.count;
    }
    offsets[g + 1] = count;
  }
  return { anchors: anchors.subarray(0, count), offsets };
}

/** Centre of a box on the axis whose low corner is at offset `o`, rounded as float32. */
export function centreAt(boxes: Float32Array, o: number): number {
  return Math.fround(((boxes[o] as number) + (boxes[o + 2] as number)) / 2);
}

function nearestInLevel(
  level: AnchorLevel,
  valid: Uint8Array,
  cx: number,
  cy: number,
  nearest: Nearest,
): void {
  let radius = 1 + Math.ceil(Math.sqrt(nearest.indices.length / level.anchorsPerCell) / 2);
  for (;;) {
    const window = windowAround(level, cx, cy, radius);
    nearest.clear();
    scan(level, window, valid, cx, cy, nearest);
    const outside = outsideDistance(level, window, cx, cy);
    if (outside === Infinity || nearest.worst < outside) return;
    radius *= 2;
  }
}

/** Chooses anew from all valid anchors of the level, in the order and precision in which PyTorch sees them. */
function chooseAsTorch(
  level: AnchorLevel,
  valid: Uint8Array,
  cx: number,
  cy: number,
  nearest: Nearest,
): void {
  const f = Math.fround;
  const { start, count, anchorsPerCell, width, stride, origin } = level;
  const inds = Array.from({ length: count }, (_, i) => start + i).filter((a) => valid[a]);
  const distances = Float32Array.from(inds, (a) => {
    const cell = Math.floor((a - start) / anchorsPerCell);
    const dx = f(origin + (cell % width) * stride - cx);
    const dy = f(origin + Math.floor(cell / width) * stride - cy);
    return Math.sqrt(f(f(dx * dx) + f(dy * dy)));
  });
  const chosen = torchSmallest(distances, nearest.count);
  nearest.clear();
  for (const i of chosen) nearest.offer(distances[i] as number, inds[i] as number);
}

function windowAround(level: AnchorLevel, cx: number, cy: number, radius: number): Window {
  const x = cellOf(level, cx, level.width);
  const y = cellOf(level, cy, level.height);
  return {
    x0: Math.max(x - radius, 0),
    x1: Math.min(x + radius + 1, level.width),
    y0: Math.max(y - radius, 0),
    y1: Math.min(y + radius + 1, level.height),
  };
}

/** The cell nearest to a coordinate, inside the level. */
function cellOf(level: AnchorLevel, centre: number, cells: number): number {
  const cell = Math.round((centre - level.origin) / level.stride);
  return Math.max(0, Math.min(cell, cells - 1));
}

function scan(
  level: AnchorLevel,
  { x0, x1, y0, y1 }: Window,
  valid: Uint8Array,
  cx: number,
  cy: number,
  nearest: Nearest,
): void {
  const perCell = level.anchorsPerCell;
  for (let y = y0; y < y1; y++) {
    const dy = level.origin + y * level.stride - cy;
    for (let x = x0; x < x1; x++) {
      const dx = level.origin + x * level.stride - cx;
      const distance = dx * dx + dy * dy;
      if (!(distance <= nearest.worst)) continue;
      const first = level.start + (y * level.width + x) * perCell;
      for (let a = first; a < first + perCell; a++) if (valid[a]) nearest.offer(distance, a);
    }
  }
}

/** A lower bound on the squared distance of every cell outside the window, Infinity where it holds the whole level. */
function outsideDistance(level: AnchorLevel, window: Window, cx: number, cy: number): number {
  const { origin, stride } = level;
  const left = window.x0 > 0 ? cx - (origin + (window.x0 - 1) * stride) : Infinity;
  const right = window.x1 < level.width ? origin + window.x1 * stride - cx : Infinity;
  const above = window.y0 > 0 ? cy - (origin + (window.y0 - 1) * stride) : Infinity;
  const below = window.y1 < level.height ? origin + window.y1 * stride - cy : Infinity;
  const nearest = Math.max(0, Math.min(left, right, above, below));
  return nearest * nearest;
}
