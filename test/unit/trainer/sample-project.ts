// A small project of drawn pictures, a tiny recipe, and the job that trains it: seconds, not minutes.
import { join } from 'node:path';
import { stageImport } from '../../../src/main/formats/stage.ts';
import type { OpenProject } from '../../../src/main/services/projects.ts';
import { createProject } from '../../../src/main/services/projects.ts';
import { type RecipeWishes, resolveRecipe } from '../../../src/main/services/recipes.ts';
import { drawSampleData } from '../../../src/main/services/sample-data.ts';
import { jobImages, trainedClasses } from '../../../src/main/services/training-job.ts';
import type { TrainingJob } from '../../../src/main/trainer/job.ts';
import type { Recipe } from '../../../src/shared/recipe.ts';
import { closing, temporaryFolder } from '../services/temporary.ts';

/** What every tiny training sets. */
export const tinyWishes = { size: '64', batch: 2, epochs: 2 } as const;
export const tinySettings = [
  'channels=32',
  'stackedConvs=1',
  'frozen=14',
  'train.warmup.iterations=4',
] as const;

/** A tiny recipe with `set` on top. */
export function tinyRecipe(set: readonly string[] = [], wishes: RecipeWishes = {}): Recipe {
  return resolveRecipe({ ...tinyWishes, ...wishes, set: [...tinySettings, ...set] });
}

/** A project of `count` drawn pictures: 70 % to train on, 15 % each to validate and to test. */
export async function sampleProject(count: number): Promise<OpenProject> {
  const folder = temporaryFolder();
  await drawSampleData(join(folder, 'sample'), count);
  const project = closing(createProject(join(folder, 'project'), 'Sample'));
  const { dataset } = await stageImport(join(folder, 'sample'), { format: 'auto' });
  project.datasets.commit(dataset);
  return project;
}

/** A job on the project's pictures as they are now, with weights drawn anew. */
export function sampleJob(
  project: OpenProject,
  recipe: Recipe,
  changes: Partial<TrainingJob> = {},
): TrainingJob {
  const snapshot = project.snapshots.take();
  return {
    runId: 'r1',
    recipe,
    classes: trainedClasses(snapshot).map(({ name }) => name),
    seed: 1,
    train: jobImages(project, snapshot, 'train'),
    val: jobImages(project, snapshot, 'val'),
    initialWeights: null,
    checkpoints: project.checkpoints.file,
    resume: false,
    ...changes,
  };
}
