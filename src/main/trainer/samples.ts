// A job's images as the detector loads them, and what chance does to them.
import type { Recipe } from '../../shared/recipe.ts';
import type { AugmentConfig } from '../detector/data/augment.ts';
import { cropDefaults } from '../detector/data/crop.ts';
import type { Sample } from '../detector/data/loader.ts';
import { photometricDefaults } from '../detector/data/photometric.ts';
import type { JobImage } from './job.ts';

/** The image as the loader wants it. */
export function sampleOf(image: JobImage): Sample {
  return {
    path: image.path,
    width: image.width,
    height: image.height,
    boxes: Float32Array.from(image.boxes),
    labels: Int32Array.from(image.labels),
    ignore: Float32Array.from(image.ignore),
  };
}

/** The chances that a recipe gives its training images. */
export function augmentOf({ augment }: Recipe): AugmentConfig {
  return {
    flip: augment.flip,
    ...(augment.photometric ? { photometric: photometricDefaults } : {}),
    ...(augment.crop ? { crop: cropDefaults } : {}),
  };
}
