// The trained reference checkpoint: its file, recipe and classes, what was measured of it, and the pictures it was measured on.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { JobImage } from '../../src/main/trainer/job.ts';
import { type Recipe, recipeSchema } from '../../src/shared/recipe.ts';
import { bccdDir, goldenDir } from '../golden/fixture.ts';
import { readVoc } from './bccd.ts';

interface ExpectedRun {
  readonly checkpoint: string;
  readonly images: readonly { readonly file_name: string; readonly width: number; readonly height: number }[];
  readonly categories: readonly { readonly name: string }[];
  readonly stat_names: readonly string[];
  readonly stats: readonly number[];
  readonly per_class: Readonly<Record<string, { readonly AP: number; readonly AP50: number }>>;
  readonly gt_count: Readonly<Record<string, number>>;
  readonly detections: readonly { readonly score: number }[];
}

export interface ReferenceCheckpoint {
  readonly file: string;
  readonly recipe: Recipe;
  readonly classes: readonly string[];
  readonly expected: ExpectedRun;
}

const expectedFile = join(goldenDir(), 'bccd_ddod_lite0_expected.json');
const recipeFile = resolve(import.meta.dirname, '../../resources/recipes/reference.json');

/** What its tests need and is not there; undefined where all is. */
export const missing = [expectedFile, bccdDir()].find((path) => !existsSync(path));
export const title = `the reference checkpoint${missing ? `: ${missing} is absent` : ''}`;

export function referenceCheckpoint(): ReferenceCheckpoint {
  const expected = JSON.parse(readFileSync(expectedFile, 'utf8')) as ExpectedRun;
  const recipe = recipeSchema.parse(JSON.parse(readFileSync(recipeFile, 'utf8')));
  const classes = expected.categories.map(({ name }) => name);
  return { file: join(goldenDir(), expected.checkpoint), recipe, classes, expected };
}

/** The first `count` pictures of its test split, labelled. */
export function referenceImages({ expected, classes }: ReferenceCheckpoint, count: number): JobImage[] {
  return expected.images.slice(0, count).map(({ file_name, width, height }) => {
    const { path, boxes, labels } = readVoc(file_name, classes);
    return { path, width, height, boxes: [...boxes], labels: [...labels], ignore: [] };
  });
}
