// The mirror image: left and right exchanged.

import { flipBoxes, type LabelledImage, transformLabels } from './labelled-image.ts';
import type { RgbImage } from './rgb-image.ts';

/** The image with its columns in reverse order. */
export function flipImage(image: RgbImage): RgbImage {
  const { width, height, data: source } = image;
  const data = new Uint8Array(source.length);
  for (let y = 0; y < height; y++) {
    let o = y * width * 3;
    for (let s = o + (width - 1) * 3; o <= (y * width + width - 1) * 3; s -= 3, o += 3) {
      data[o] = source[s] as number;
      data[o + 1] = source[s + 1] as number;
      data[o + 2] = source[s + 2] as number;
    }
  }
  return { width, height, data };
}

/** Image, boxes and ignored regions in the mirror. */
export function flipLabelled(sample: LabelledImage): LabelledImage {
  const { width } = sample.image;
  const labels = transformLabels(sample, sample.image, (boxes) => flipBoxes(boxes, width));
  return { image: flipImage(sample.image), ...labels };
}
