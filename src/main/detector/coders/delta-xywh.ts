// DeltaXYWH: centre shift in reference sizes and log size ratio, normalised (R-CNN; RetinaNet, ATSS, DDOD).

import type { BoxCoder } from './box-coder.ts';

export const STD_XY = 0.1;
export const STD_WH = 0.2;
/** a prediction resizes its reference by at most 1000 / 16 either way */
export const MAX_LOG_RATIO = Math.abs(Math.log(16 / 1000));

/** The coder of anchor heads: means 0, standard deviations 0.1, 0.1, 0.2, 0.2. */
export const deltaXywh: BoxCoder = { encodeAt, decodeAt };

function encodeAt(
  refs: Float32Array,
  r: number,
  boxes: Float32Array,
  i: number,
  out: Float32Array,
  o: number,
): void {
  const [rx1, ry1, rx2, ry2] = corners(refs, r);
  const [x1, y1, x2, y2] = corners(boxes, i);
  const width = rx2 - rx1;
  const height = ry2 - ry1;
  out[o] = ((x1 + x2 - rx1 - rx2) * 0.5) / width / STD_XY;
  out[o + 1] = ((y1 + y2 - ry1 - ry2) * 0.5) / height / STD_XY;
  out[o + 2] = Math.log((x2 - x1) / width) / STD_WH;
  out[o + 3] = Math.log((y2 - y1) / height) / STD_WH;
}

function decodeAt(
  refs: Float32Array,
  r: number,
  preds: Float32Array,
  i: number,
  out: Float32Array,
  o: number,
): void {
  const p = i * 4;
  const q = r * 4;
  decodeAxis(refs, q, preds, p, out, o);
  decodeAxis(refs, q + 1, preds, p + 1, out, o + 1);
}

/** One axis: the low corner is at offset `q`, the high one at `q + 2`; shift at `p`, log ratio at `p + 2`. */
function decodeAxis(
  refs: Float32Array,
  q: number,
  preds: Float32Array,
  p: number,
  out: Float32Array,
  o: number,
): void {
  const low = refs[q] as number;
  const high = refs[q + 2] as number;
  const size = high - low;
  const centre = (low + high) * 0.5 + size * STD_XY * (preds[p] as number);
  const logRatio = STD_WH * (preds[p + 2] as number);
  const half = size * 0.5 * Math.exp(Math.max(-MAX_LOG_RATIO, Math.min(MAX_LOG_RATIO, logRatio)));
  out[o] = centre - half;
  out[o + 2] = centre + half;
}

function corners(boxes: Float32Array, i: number): [number, number, number, number] {
  const o = i * 4;
  return [boxes[o] as number, boxes[o + 1] as number, boxes[o + 2] as number, boxes[o + 3] as number];
}
