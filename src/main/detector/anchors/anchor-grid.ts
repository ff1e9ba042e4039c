// Anchors of all levels in one array, and the grid they came from (assigners look only near a box).

import { type AnchorSpec, baseAnchors } from './base-anchors.ts';

export interface FeatureSize {
  readonly height: number;
  readonly width: number;
}

/** One level of a grid; its anchors are ordered by (y, x, anchor of the cell). */
export interface AnchorLevel {
  readonly stride: number;
  readonly height: number;
  readonly width: number;
  readonly anchorsPerCell: number;
  /** index of the level's first anchor */
  readonly start: number;
  readonly count: number;
  /** centre of cell (0, 0) in pixels, on both axes */
  readonly origin: number;
}

export interface AnchorGrid {
  /** [A, 4] xyxy in network-input pixels, level after level */
  readonly boxes: Float32Array;
  readonly levels: readonly AnchorLevel[];
  readonly numAnchors: number;
  readonly numAnchorsPerLevel: readonly number[];
}

export type AnchorGenerator = (sizes: readonly FeatureSize[]) => AnchorGrid;

const CACHED_GRIDS = 32;

/**
 * A generator of anchors centred at (x * stride, y * stride), without half-pixel shift. Grids are cached by
 * feature sizes. Throws a RangeError where the number of sizes is not the number of strides.
 */
export function anchorGenerator(spec: AnchorSpec): AnchorGenerator {
  return cachedGenerator(spec.strides, 0, (stride) => baseAnchors(spec, stride));
}

/**
 * FCOS points as a grid: each cell's own square, side one stride, whose centre is the point
 * ((x + 0.5) * stride, (y + 0.5) * stride).
 */
export function pointGenerator(strides: readonly number[]): AnchorGenerator {
  return cachedGenerator(strides, 0.5, (stride) => {
    const half = stride / 2;
    return Float64Array.of(-half, -half, half, half);
  });
}

/** Sizes of the feature maps of an input: each level rounds up, as stride-2 convolutions with padding do. */
export function featureSizes(input: FeatureSize, strides: readonly number[]): FeatureSize[] {
  return strides.map((stride) => ({
    height: Math.ceil(input.height / stride),
    width: Math.ceil(input.width / stride),
  }));
}

/** Level of each anchor index in `inds`, counted: positives per level, [L]. */
export function countPerLevel(grid: AnchorGrid, inds: Int32Array): Int32Array {
  const counts = new Int32Array(grid.levels.length);
  for (const index of inds) {
    const level = grid.levels.findIndex((l) => index < l.start + l.count);
    counts[level] = (counts[level] ?? 0) + 1;
  }
  return counts;
}

function cachedGenerator(
  strides: readonly number[],
  shift: number,
  baseOf: (stride: number) => Float64Array,
): AnchorGenerator {
  const bases = strides.map(baseOf);
  const cache = new Map<string, AnchorGrid>();
  return (sizes) => {
    if (sizes.length !== strides.length) {
      throw new RangeError(`Expected ${strides.length} feature sizes, one a stride, got ${sizes.length}`);
    }
    const key = sizes.map((s) => `${s.height}x${s.width}`).join(' ');
    const known = cache.get(key);
    if (known !== undefined) return known;
    const grid = layGrid(strides, shift, bases, sizes);
    const oldest = cache.size >= CACHED_GRIDS ? cache.keys().next().value : undefined;
    if (oldest !== undefined) cache.delete(oldest);
    cache.set(key, grid);
    return grid;
  };
}

function layGrid(
  strides: readonly number[],
  shift: number,
  bases: readonly Float64Array[],
  sizes: readonly FeatureSize[],
): AnchorGrid {
  const levels: AnchorLevel[] = [];
  let start = 0;
  sizes.forEach(({ height, width }, i) => {
    const stride = strides[i] ?? 0;
    const anchorsPerCell = (bases[i]?.length ?? 0) / 4;
    const count = height * width * anchorsPerCell;
    levels.push({ stride, height, width, anchorsPerCell, start, count, origin: shift * stride });
    start += count;
  });
  const boxes = new Float32Array(start * 4);
  levels.forEach((level, i) => {
    fillLevel(boxes, level, bases[i] ?? new Float64Array(0));
  });
  return { boxes, levels, numAnchors: start, numAnchorsPerLevel: levels.map((level) => level.count) };
}

function fillLevel(boxes: Float32Array, level: AnchorLevel, base: Float64Array): void {
  let o = level.start * 4;
  for (let y = 0; y < level.height; y++) {
    const cy = level.origin + y * level.stride;
    for (let x = 0; x < level.width; x++) {
      const cx = level.origin + x * level.stride;
      for (let b = 0; b < base.length; b++) {
        boxes[o++] = (base[b] ?? 0) + (b & 1 ? cy : cx);
      }
    }
  }
}
