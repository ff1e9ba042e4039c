/** An exported model over image files, as the engine goes over them. */

import type { Recipe } from '../../../shared/recipe.ts';
import { readScaled, type ScaledImage } from '../data/scaled-image.ts';
import type { Detections } from '../engine/detect-batch.ts';
import type { ImageDetector } from './export-format.ts';

/** Detections on the image file at `path`, in its upright pixels. Throws a Problem where it cannot be read. */
export async function detectFile(
  detector: ImageDetector,
  path: string,
  { input }: Recipe,
): Promise<Detections> {
  const scale = input.scales.at(-1);
  if (scale === undefined) throw new Error('the recipe has no size');
  const scaled = await readScaled({ path, scale, resample: input.resample });
  return inOriginalPixels(await detector.detect(scaled.image), scaled);
}

/** Boxes on the resized image as boxes on the original. */
export function inOriginalPixels(
  { boxes, scores, labels }: Detections,
  { image, original }: ScaledImage,
): Detections {
  const factors = [image.width / original.width, image.height / original.height].map(Math.fround);
  return { boxes: boxes.map((side, i) => side / (factors[i & 1] ?? 1)), scores, labels };
}
