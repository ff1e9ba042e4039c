// An image with its boxes, and what a change of the pixels does to them.

import type { RgbImage, Size } from './rgb-image.ts';

/** The labels of one image. Boxes are xyxy in pixels of whatever image they go with. */
export interface Labels {
  readonly boxes: Float32Array; // [G, 4]
  readonly labels: Int32Array; // [G]
  /** Regions where the detector neither learns an object nor its absence. */
  readonly ignore: Float32Array; // [I, 4]
}

export interface LabelledImage extends Labels {
  readonly image: RgbImage;
}

/** `boxes` [N, 4] scaled by (`scaleX`, `scaleY`). */
export function scaleBoxes(boxes: Float32Array, scaleX: number, scaleY: number): Float32Array {
  return boxes.map((value, i) => value * (i % 2 === 0 ? scaleX : scaleY));
}

/** `boxes` [N, 4] moved by (`dx`, `dy`). */
export function moveBoxes(boxes: Float32Array, dx: number, dy: number): Float32Array {
  return boxes.map((value, i) => value + (i % 2 === 0 ? dx : dy));
}

/** `boxes` [N, 4] as in an image `width` wide, seen in a mirror. */
export function flipBoxes(boxes: Float32Array, width: number): Float32Array {
  return boxes.map((value, i) => (i % 2 === 0 ? width - (boxes[i ^ 2] as number) : value));
}

/** `boxes` [N, 4] cut at the edges of an image of `size`; those outside become empty. */
export function clipBoxes(boxes: Float32Array, size: Size): Float32Array {
  return boxes.map((value, i) => Math.min(Math.max(value, 0), i % 2 === 0 ? size.width : size.height));
}

/** The same change on boxes and ignored regions, cut at the edges of `size`, without those that are left empty. */
export function transformLabels(
  labels: Labels,
  size: Size,
  change: (boxes: Float32Array) => Float32Array,
): Labels {
  const boxes = clipBoxes(change(labels.boxes), size);
  const ignore = clipBoxes(change(labels.ignore), size);
  const kept = withArea(boxes);
  return {
    boxes: pickBoxes(boxes, kept),
    labels: Int32Array.from(kept, (g) => labels.labels[g] as number),
    ignore: pickBoxes(ignore, withArea(ignore)),
  };
}

/** Rows `rows` of `boxes` [N, 4]. */
export function pickBoxes(boxes: Float32Array, rows: readonly number[]): Float32Array {
  return Float32Array.from({ length: rows.length * 4 }, (_, i) => {
    const row = rows[i >> 2] as number;
    return boxes[row * 4 + (i & 3)] as number;
  });
}

function withArea(boxes: Float32Array): number[] {
  const kept: number[] = [];
  for (let g = 0; g * 4 < boxes.length; g++) {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxes.subarray(g * 4, g * 4 + 4);
    if (x2 > x1 && y2 > y1) kept.push(g);
  }
  return kept;
}
