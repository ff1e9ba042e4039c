// What chance does to a training image at network-input size: light and colour, then a window, then the mirror.

import { type CropConfig, cropRandomly } from './crop.ts';
import { flipLabelled } from './flip.ts';
import { type LabelledImage, scaleBoxes, transformLabels } from './labelled-image.ts';
import { distort, drawDistortion, type PhotometricConfig } from './photometric.ts';
import { type ImageScale, keepRatioSize, type Resample, resizeImage } from './resize.ts';
import type { Rng } from './rng.ts';

export interface AugmentConfig {
  /** Probability of the mirror image. */
  readonly flip: number;
  readonly photometric?: PhotometricConfig;
  readonly crop?: CropConfig;
}

export interface AugmentOptions extends AugmentConfig {
  /** What a cropped window is enlarged to. */
  readonly scale: ImageScale;
  readonly resample: Resample;
}

export interface Augmented extends LabelledImage {
  readonly flipped: boolean;
}

/** `sample` after the changes drawn from `rng`, mirrored if `flipped`; its own pixels stay as they are. */
export function augment(
  sample: LabelledImage,
  options: AugmentOptions,
  flipped: boolean,
  rng: Rng,
): Augmented {
  const windowed = throughWindow(coloured(sample, options.photometric, rng), options, rng);
  return { ...(flipped ? flipLabelled(windowed) : windowed), flipped };
}

function coloured(sample: LabelledImage, config: PhotometricConfig | undefined, rng: Rng): LabelledImage {
  if (config === undefined) return sample;
  return { ...sample, image: distort(sample.image, drawDistortion(config, rng)) };
}

function throughWindow(sample: LabelledImage, options: AugmentOptions, rng: Rng): LabelledImage {
  if (options.crop === undefined) return sample;
  const cropped = cropRandomly(sample, options.crop, rng);
  return cropped === sample ? sample : resizeLabelled(cropped, options.scale, options.resample);
}

/** Image and labels at the largest size of their proportions within `scale`. */
export function resizeLabelled(sample: LabelledImage, scale: ImageScale, resample: Resample): LabelledImage {
  const size = keepRatioSize(sample.image, scale);
  const image = resizeImage(sample.image, size, resample);
  const [scaleX, scaleY] = [size.width / sample.image.width, size.height / sample.image.height];
  return { image, ...transformLabels(sample, size, (boxes) => scaleBoxes(boxes, scaleX, scaleY)) };
}
