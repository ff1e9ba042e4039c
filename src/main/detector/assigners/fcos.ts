// FCOS's rule: a point inside a box learns it, if the box's size belongs to the point's level; smallest box first.

import type { AnchorGrid, AnchorLevel } from '../anchors/anchor-grid.ts';
import { areaAt } from '../coders/overlaps.ts';
import { type Assignment, backgroundAssignment } from './assignment.ts';
import { centreAt } from './candidates.ts';

export interface FcosOptions {
  /** per level, the smallest and largest distance to a side that it learns, in pixels */
  readonly regressRanges: readonly (readonly [number, number])[];
  /** points only within this many strides of a box's centre; undefined: anywhere inside */
  readonly centreRadius?: number;
}

export const fcosRanges = [
  [-1, 64],
  [64, 128],
  [128, 256],
  [256, 512],
  [512, 1e8],
] satisfies FcosOptions['regressRanges'];

type Ltrb = [left: number, top: number, right: number, bottom: number];

/**
 * Assigns boxes [G, 4] to the points of a grid of `pointGenerator`. `maxCost` is the centerness of matched points.
 * `valid` [A]: points that take part (FCOS itself takes all).
 */
export function assignFcos(
  grid: AnchorGrid,
  valid: Uint8Array,
  gtBoxes: Float32Array,
  options: FcosOptions = { regressRanges: fcosRanges },
): Assignment {
  const assignment = backgroundAssignment(valid);
  const { matchedIdxs, maxCost } = assignment;
  const smallest = new Float32Array(grid.numAnchors).fill(Infinity);
  for (let g = 0; g * 4 < gtBoxes.length; g++) {
    const area = areaAt(gtBoxes, g);
    forEachPointOf(grid, gtBoxes, g, options, (a, centerness) => {
      if (!valid[a] || area >= (smallest[a] as number)) return;
      smallest[a] = area;
      matchedIdxs[a] = g;
      maxCost[a] = centerness;
    });
  }
  return assignment;
}

/** Visits the points that may learn box `g`: inside it (or its centre region), on a level for its size. */
function forEachPointOf(
  grid: AnchorGrid,
  gtBoxes: Float32Array,
  g: number,
  { regressRanges, centreRadius = Infinity }: FcosOptions,
  visit: (a: number, centerness: number) => void,
): void {
  grid.levels.forEach((level, l) => {
    const [lowest, highest] = regressRanges[l] ?? [Infinity, Infinity];
    const region = centreRegion(gtBoxes, g, centreRadius * level.stride);
    forEachCellNear(level, region, (a, x, y) => {
      if (Math.min(...sidesAt(x, y, region, 0)) <= 0) return;
      const sides = sidesAt(x, y, gtBoxes, g * 4);
      const reach = Math.max(...sides);
      if (reach >= lowest && reach <= highest) visit(a, centernessOf(sides));
    });
  });
}

/** Square of half side `reach` around a box's centre, cut by the box; the box itself if infinite: [4] xyxy. */
function centreRegion(gtBoxes: Float32Array, g: number, reach: number): Float32Array {
  const o = g * 4;
  const region = new Float32Array(4);
  for (let axis = 0; axis < 2; axis++) {
    const centre = centreAt(gtBoxes, o + axis);
    region[axis] = Math.max(Math.fround(centre - reach), gtBoxes[o + axis] as number);
    region[axis + 2] = Math.min(Math.fround(centre + reach), gtBoxes[o + axis + 2] as number);
  }
  return region;
}

/** Visits the points that can lie in a region, as (anchor index, x, y). */
function forEachCellNear(
  { stride, origin, start, width, height }: AnchorLevel,
  region: Float32Array,
  visit: (a: number, x: number, y: number) => void,
): void {
  const firstCell = (low: number) => Math.max(0, Math.floor((low - origin) / stride));
  const lastCell = (high: number, cells: number) => Math.min(cells - 1, Math.ceil((high - origin) / stride));
  const lastX = lastCell(region[2] as number, width);
  const lastY = lastCell(region[3] as number, height);
  for (let y = firstCell(region[1] as number); y <= lastY; y++) {
    for (let x = firstCell(region[0] as number); x <= lastX; x++) {
      visit(start + y * width + x, origin + x * stride, origin + y * stride);
    }
  }
}

function sidesAt(x: number, y: number, boxes: Float32Array, o: number): Ltrb {
  return [
    Math.fround(x - (boxes[o] as number)),
    Math.fround(y - (boxes[o + 1] as number)),
    Math.fround((boxes[o + 2] as number) - x),
    Math.fround((boxes[o + 3] as number) - y),
  ];
}

/** FCOS's centerness target: 1 at the centre of a box, 0 on its border. */
function centernessOf([left, top, right, bottom]: Ltrb): number {
  const across = Math.min(left, right) / Math.max(left, right);
  const down = Math.min(top, bottom) / Math.max(top, bottom);
  return Math.sqrt(across * down);
}
