// What a box coder is: boxes to regression targets and back, relative to reference boxes (anchors or cells).

export interface BoxCoder {
  /** Box `i` of `boxes` relative to reference `r` of `refs`, written to out[o .. o + 3]. */
  encodeAt(refs: Float32Array, r: number, boxes: Float32Array, i: number, out: Float32Array, o: number): void;
  /** Prediction `i` of `preds` as a box xyxy, not clipped, written to out[o .. o + 3]. */
  decodeAt(refs: Float32Array, r: number, preds: Float32Array, i: number, out: Float32Array, o: number): void;
}

/** Encodes boxes [N, 4] against references [N, 4], row by row: targets [N, 4]. */
export function encodeBoxes(coder: BoxCoder, refs: Float32Array, boxes: Float32Array): Float32Array {
  const out = new Float32Array(boxes.length);
  for (let i = 0; i * 4 < boxes.length; i++) coder.encodeAt(refs, i, boxes, i, out, i * 4);
  return out;
}

/** Decodes predictions [N, 4] against references [N, 4], clipped to an image where one is given: boxes [N, 4] xyxy. */
export function decodeBoxes(
  coder: BoxCoder,
  refs: Float32Array,
  preds: Float32Array,
  clipTo?: { readonly height: number; readonly width: number },
): Float32Array {
  const out = new Float32Array(preds.length);
  for (let i = 0; i * 4 < preds.length; i++) {
    coder.decodeAt(refs, i, preds, i, out, i * 4);
    if (clipTo !== undefined) clipAt(out, i * 4, clipTo.height, clipTo.width);
  }
  return out;
}

/** Clips the box at out[o .. o + 3] to 0..width, 0..height. */
export function clipAt(out: Float32Array, o: number, height: number, width: number): void {
  for (let c = 0; c < 4; c++) {
    out[o + c] = Math.max(0, Math.min(out[o + c] as number, c & 1 ? height : width));
  }
}
