// Training images as the network will see them, written as pictures: what chance does to them, before it matters.
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Recipe } from '../../shared/recipe.ts';
import { augment } from '../detector/data/augment.ts';
import { scaleBoxes, transformLabels } from '../detector/data/labelled-image.ts';
import { Rng } from '../detector/data/rng.ts';
import { readScaled } from '../detector/data/scaled-image.ts';
import type { AugmentedPicture, JobImage, PreviewJob } from './job.ts';
import { augmentOf, sampleOf } from './samples.ts';

/** Each image of the job once, changed by chance drawn from the seed and its position. */
export async function previewAugment(job: PreviewJob): Promise<AugmentedPicture[]> {
  mkdirSync(job.folder, { recursive: true });
  const pictures: AugmentedPicture[] = [];
  for (const [position, { key, ...image }] of job.images.entries()) {
    pictures.push(
      await picture(image, job.recipe, Rng.seeded(job.seed, 'preview', position), join(job.folder, key)),
    );
  }
  return pictures;
}

async function picture(image: JobImage, recipe: Recipe, rng: Rng, target: string): Promise<AugmentedPicture> {
  const { input } = recipe;
  const scale = rng.pick(input.scales);
  const scaled = await readScaled({ path: image.path, scale, resample: input.resample });
  const [scaleX, scaleY] = [
    scaled.image.width / scaled.original.width,
    scaled.image.height / scaled.original.height,
  ];
  const labels = transformLabels(sampleOf(image), scaled.image, (boxes) => scaleBoxes(boxes, scaleX, scaleY));
  const chances = augmentOf(recipe);
  const options = { ...chances, scale, resample: input.resample };
  const made = augment({ image: scaled.image, ...labels }, options, rng.chance(chances.flip), rng);
  const { width, height, data } = made.image;
  const draft = `${target}.${process.pid}.part`;
  await sharp(data, { raw: { width, height, channels: 3 } })
    .webp({ quality: 85 })
    .toFile(draft);
  renameSync(draft, `${target}.webp`);
  return { width, height, boxes: [...made.boxes], labels: [...made.labels] };
}
