// The size an image gets at a scale, and its pixels at that size.

import { antialiasResize } from './resample-antialias.ts';
import { referenceResize } from './resample-reference.ts';
import type { RgbImage, Size } from './rgb-image.ts';

/** Upper limits of an image's sides in network-input pixels, whichever way it lies: 1333 x 800, say. */
export interface ImageScale {
  readonly long: number;
  readonly short: number;
}

/**
 * `reference`: OpenCV's bilinear, which reads two pixels a side however much it shrinks: what mmdet's checkpoints have
 * seen. `antialias`: a triangle filter as wide as the shrinking asks for.
 */
export type Resample = 'reference' | 'antialias';

/** The largest size of the image's own proportions within `scale`; also enlarges. At least 1 x 1. */
export function keepRatioSize(image: Size, scale: ImageScale): Size {
  const long = Math.max(image.width, image.height);
  const short = Math.min(image.width, image.height);
  const factor = Math.min(scale.long / long, scale.short / short);
  return { width: scaledSide(image.width, factor), height: scaledSide(image.height, factor) };
}

function scaledSide(side: number, factor: number): number {
  return Math.max(1, Math.trunc(side * factor + 0.5));
}

/** The image at `size`, in memory of its own even where the size is the same. */
export function resizeImage(image: RgbImage, size: Size, resample: Resample): RgbImage {
  if (size.width === image.width && size.height === image.height) {
    return { ...size, data: image.data.slice() };
  }
  return resample === 'reference' ? referenceResize(image, size) : antialiasResize(image, size);
}
