// Gradients through box decoding: from a gradient on corners xyxy to one on the four predicted numbers.

import { MAX_LOG_RATIO, STD_WH, STD_XY } from './delta-xywh.ts';

/**
 * For prediction `i` of `preds` on reference `r` of `refs`: turns the gradient `onBox` (x1, y1, x2, y2) into the one on
 * the prediction, written to out[o .. o + 3].
 */
export type DecodeGradient = (
  refs: Float32Array,
  r: number,
  preds: Float32Array,
  i: number,
  onBox: Float64Array,
  out: Float32Array,
  o: number,
) => void;

export const deltaXywhGradient: DecodeGradient = (refs, r, preds, i, onBox, out, o) => {
  for (let axis = 0; axis < 2; axis++) {
    const size = (refs[r * 4 + axis + 2] as number) - (refs[r * 4 + axis] as number);
    const [low, high] = [onBox[axis] as number, onBox[axis + 2] as number];
    const logRatio = STD_WH * (preds[i * 4 + axis + 2] as number);
    const clamped = Math.abs(logRatio) > MAX_LOG_RATIO;
    out[o + axis] = size * STD_XY * (low + high);
    out[o + axis + 2] = clamped ? 0 : size * 0.5 * Math.exp(logRatio) * STD_WH * (high - low);
  }
};

/** For distances t, b, l, r in strides from anchors of eight strides. */
export const tblrGradient: DecodeGradient = (refs, r, _preds, _i, onBox, out, o) => {
  const width = ((refs[r * 4 + 2] as number) - (refs[r * 4] as number)) / 8;
  const height = ((refs[r * 4 + 3] as number) - (refs[r * 4 + 1] as number)) / 8;
  out[o] = -height * (onBox[1] as number);
  out[o + 1] = height * (onBox[3] as number);
  out[o + 2] = -width * (onBox[0] as number);
  out[o + 3] = width * (onBox[2] as number);
};
