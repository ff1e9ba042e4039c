// Several images as one block of numbers, each in the top left corner of its place, zeros around it.

import type { Labels } from './labelled-image.ts';
import { type NormalisationTable, normaliseInto } from './normalise.ts';
import type { RgbImage, Size } from './rgb-image.ts';

/** One image of a batch. Boxes are in network-input pixels. */
export interface BatchImage {
  /** Position in the loader's list of samples. */
  readonly index: number;
  readonly path: string;
  /** Upright, as decoded. */
  readonly originalWidth: number;
  readonly originalHeight: number;
  /** Resized, without padding. */
  readonly width: number;
  readonly height: number;
  /** The image's own padded size, at most the batch's: where its anchors are valid. */
  readonly padWidth: number;
  readonly padHeight: number;
  /** Network-input pixels per original pixel. */
  readonly scaleX: number;
  readonly scaleY: number;
  readonly flipped: boolean;
  readonly gtBoxes: Float32Array; // [G, 4] xyxy
  readonly gtLabels: Int32Array; // [G]
  readonly ignoreBoxes: Float32Array; // [I, 4] xyxy
}

export interface Batch extends Size {
  readonly pixels: Float32Array; // [N, height, width, 3]
  readonly images: readonly BatchImage[];
}

/** An image ready for a batch: its pixels at network-input size and what became of them. */
export interface PreparedImage extends Labels {
  readonly index: number;
  readonly path: string;
  readonly image: RgbImage;
  readonly original: Size;
  readonly scaleX: number;
  readonly scaleY: number;
  readonly flipped: boolean;
}

/** `side` rounded up to a multiple of `divisor`. */
export function paddedSide(side: number, divisor: number): number {
  return Math.ceil(side / divisor) * divisor;
}

/** Normalises, then pads with zeros to the largest padded size in the batch; sides become multiples of `divisor`. */
export function assembleBatch(
  prepared: readonly PreparedImage[],
  table: NormalisationTable,
  divisor = 32,
): Batch {
  const images = prepared.map((one) => describe(one, divisor));
  const width = Math.max(0, ...images.map((image) => image.padWidth));
  const height = Math.max(0, ...images.map((image) => image.padHeight));
  const pixels = new Float32Array(prepared.length * height * width * 3);
  prepared.forEach(({ image }, n) => {
    normaliseInto(image, table, pixels, n * height * width * 3, width);
  });
  return { pixels, width, height, images };
}

function describe(one: PreparedImage, divisor: number): BatchImage {
  const { width, height } = one.image;
  return {
    index: one.index,
    path: one.path,
    originalWidth: one.original.width,
    originalHeight: one.original.height,
    width,
    height,
    padWidth: paddedSide(width, divisor),
    padHeight: paddedSide(height, divisor),
    scaleX: one.scaleX,
    scaleY: one.scaleY,
    flipped: one.flipped,
    gtBoxes: one.boxes,
    gtLabels: one.labels,
    ignoreBoxes: one.ignore,
  };
}
