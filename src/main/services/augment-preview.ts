// Training images as the network will see them: drawn in the training process' house, kept as pictures in the cache.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AugmentedImage, TrainingWishes } from '../../shared/contract/recipes.ts';
import { Problem } from '../../shared/problem.ts';
import { Rng } from '../detector/data/rng.ts';
import { launchErrand } from '../trainer/launch.ts';
import { cacheFolder, type Picture } from './pictures.ts';
import type { OpenProject } from './projects.ts';
import { inSlices } from './slices.ts';
import { classNumbers, jobImage, trainedClasses } from './training-job.ts';
import { recipeOf } from './training-wishes.ts';

export interface PreviewWish {
  readonly wishes: TrainingWishes;
  readonly count: number;
  readonly seed: number;
}

const folder = () => join(cacheFolder(), 'augmented');

/** `count` training images changed by chance, with their boxes; the same seed gives the same ones. */
export async function augmentedImages(
  project: OpenProject,
  { wishes, count, seed }: PreviewWish,
): Promise<AugmentedImage[]> {
  const recipe = recipeOf(project, wishes);
  const classes = trainedClasses({ classes: project.classes.list() });
  const ids = await inSlices(project.labelFacts.trainingIds());
  const drawn = [...Rng.seeded(seed, 'previewed').shuffle(Int32Array.from(ids.keys()))].slice(0, count);
  const chosen = drawn.map((position) => {
    const labels = project.annotations.labels(ids[position] ?? 0);
    const image = { ...labels.image, boxes: labels.boxes };
    const job = jobImage(image, project.imageFile(image), classNumbers(classes));
    return { image, job: { ...job, key: keyOf([project.dir, image, recipe, seed, position]) } };
  });
  if (chosen.length === 0) {
    throw new Problem(
      'There is no labelled training image to show.',
      'Label some, or put them into the training split.',
    );
  }
  const images = chosen.map(({ job }) => job);
  const pictures = await launchErrand({ type: 'preview', job: { images, recipe, seed, folder: folder() } });
  return chosen.flatMap(({ image, job }, index) => {
    const picture = pictures[index];
    if (!picture) return [];
    const { width, height, boxes, labels } = picture;
    const seen = labels.map((label, box) => {
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxes.slice(box * 4, box * 4 + 4);
      return {
        x: x1,
        y: y1,
        width: x2 - x1,
        height: y2 - y1,
        className: classes[label]?.name ?? '',
        score: null,
      };
    });
    return [{ key: job.key, imageId: image.id, width, height, boxes: seen }];
  });
}

/** The picture behind a key. Throws a Problem where it is not there any more. */
export function augmentedPicture(key: string): Picture {
  const file = join(folder(), `${key}.webp`);
  if (/^[0-9a-f]{64}$/.test(key) && existsSync(file)) return { file, type: 'image/webp' };
  throw new Problem('This preview is not there any more.', 'Draw it again.');
}

function keyOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
