// An image file at network-input size: what workers make and the cache keeps.

import { decodeFile } from './decode.ts';
import { type ImageScale, keepRatioSize, type Resample, resizeImage } from './resize.ts';
import type { RgbImage, Size } from './rgb-image.ts';

export interface ScaleRequest {
  readonly path: string;
  readonly scale: ImageScale;
  readonly resample: Resample;
}

export interface ScaledImage {
  readonly image: RgbImage;
  /** The upright size of the file's image. */
  readonly original: Size;
}

/** Decodes and resizes. Throws a Problem that names the file where it cannot be read. */
export async function readScaled({ path, scale, resample }: ScaleRequest): Promise<ScaledImage> {
  const source = await decodeFile(path);
  const image = resizeImage(source, keepRatioSize(source, scale), resample);
  return { image, original: { width: source.width, height: source.height } };
}
