// OpenCV's INTER_LINEAR on 8-bit pixels, bit by bit: half-pixel centres, coefficients of 11 bits, no antialiasing.
// Halving both sides exactly is a 2 x 2 mean there, and so it is here.

import type { RgbImage, Size } from './rgb-image.ts';

const COEFFICIENT_ONE = 2048;

/** Where one output coordinate reads: source index `low`, the next one `high`, and their weights in 1/2048. */
interface Taps {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly lowWeight: Int32Array;
  readonly highWeight: Int32Array;
}

/** `image` at `size` with the pixels cv2.resize(..., INTER_LINEAR) gives. */
export function referenceResize(image: RgbImage, size: Size): RgbImage {
  const data = new Uint8Array(size.width * size.height * 3);
  if (image.width === 2 * size.width && image.height === 2 * size.height) halve(image, size, data);
  else interpolate(image, size, data);
  return { width: size.width, height: size.height, data };
}

function halve(image: RgbImage, size: Size, out: Uint8Array): void {
  const source = image.data;
  const stride = image.width * 3;
  let o = 0;
  for (let y = 0; y < size.height; y++) {
    let s = 2 * y * stride;
    for (let x = 0; x < size.width; x++, s += 3) {
      for (let c = 0; c < 3; c++, s++) {
        const upper = (source[s] as number) + (source[s + 3] as number);
        const lower = (source[s + stride] as number) + (source[s + stride + 3] as number);
        out[o++] = (upper + lower + 2) >> 2;
      }
    }
  }
}

function interpolate(image: RgbImage, size: Size, out: Uint8Array): void {
  const columns = tapsAlong(image.width, size.width, true);
  const rows = tapsAlong(image.height, size.height, false);
  const length = size.width * 3;
  // the two source rows in use, already interpolated along x
  let upper = { y: -1, sums: new Int32Array(length) };
  let lower = { y: -1, sums: new Int32Array(length) };
  for (let y = 0; y < size.height; y++) {
    const y0 = rows.low[y] as number;
    const y1 = rows.high[y] as number;
    if (lower.y === y0) [upper, lower] = [lower, upper];
    if (upper.y !== y0) interpolateRow(image, columns, y0, upper);
    if (lower.y !== y1) interpolateRow(image, columns, y1, lower);
    const weights = [rows.lowWeight[y] as number, rows.highWeight[y] as number] as const;
    mixRows(upper.sums, lower.sums, weights, out, y * length);
  }
}

function interpolateRow(
  image: RgbImage,
  columns: Taps,
  y: number,
  row: { y: number; sums: Int32Array },
): void {
  const { low, high, lowWeight, highWeight } = columns;
  const source = image.data;
  const start = y * image.width * 3;
  const sums = row.sums;
  let o = 0;
  for (let x = 0; x < low.length; x++) {
    const a = start + (low[x] as number) * 3;
    const b = start + (high[x] as number) * 3;
    const wa = lowWeight[x] as number;
    const wb = highWeight[x] as number;
    sums[o++] = (source[a] as number) * wa + (source[b] as number) * wb;
    sums[o++] = (source[a + 1] as number) * wa + (source[b + 1] as number) * wb;
    sums[o++] = (source[a + 2] as number) * wa + (source[b + 2] as number) * wb;
  }
  row.y = y;
}

/** OpenCV drops 4 bits before and 16 after weighting, each row apart, then rounds the last 2. */
function mixRows(
  upper: Int32Array,
  lower: Int32Array,
  [wu, wl]: readonly [number, number],
  out: Uint8Array,
  start: number,
): void {
  for (let i = 0; i < upper.length; i++) {
    const mixed = ((wu * ((upper[i] as number) >> 4)) >> 16) + ((wl * ((lower[i] as number) >> 4)) >> 16);
    out[start + i] = (mixed + 2) >> 2;
  }
}

/** `clampWeights`: along x OpenCV gives an edge pixel the whole weight; along y it repeats the row instead. */
function tapsAlong(from: number, to: number, clampWeights: boolean): Taps {
  const taps: Taps = {
    low: new Int32Array(to),
    high: new Int32Array(to),
    lowWeight: new Int32Array(to),
    highWeight: new Int32Array(to),
  };
  const step = 1 / (to / from);
  for (let i = 0; i < to; i++) {
    const centre = Math.fround((i + 0.5) * step - 0.5);
    const low = Math.floor(centre);
    const outside = low < 0 || low >= from - 1;
    const part = clampWeights && outside ? 0 : Math.fround(centre - low);
    taps.low[i] = Math.min(Math.max(low, 0), from - 1);
    taps.high[i] = Math.min(Math.max(low + 1, 0), from - 1);
    taps.lowWeight[i] = roundHalfEven(Math.fround(1 - part) * COEFFICIENT_ONE);
    taps.highWeight[i] = roundHalfEven(part * COEFFICIENT_ONE);
  }
  return taps;
}

function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
