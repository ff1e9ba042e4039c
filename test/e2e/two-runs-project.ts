// A project of drawn cells with two small runs that have learnt something, the first for longer.
import { join } from 'node:path';
import { stageImport } from '../../src/main/formats/stage.ts';
import { createProject, type OpenProject } from '../../src/main/services/projects.ts';
import { resolveRecipe } from '../../src/main/services/recipes.ts';
import { drawSampleData } from '../../src/main/services/sample-data.ts';
import { startTraining } from '../../src/main/services/trainings.ts';

/** Draws into `folder`, and makes the project beside; resolves once both runs are done. */
export async function makeTwoRuns(folder: string): Promise<void> {
  await drawSampleData(join(folder, 'images'), 24);
  const project = createProject(join(folder, 'project'), 'Sample cells');
  try {
    const { dataset } = await stageImport(join(folder, 'images'), { format: 'auto' });
    project.datasets.commit(dataset);
    for (const epochs of [10, 5]) await train(project, epochs);
  } finally {
    project.close();
  }
}

async function train(project: OpenProject, epochs: number): Promise<void> {
  const set = ['train.warmup.iterations=4', 'train.ema=0.8', 'test.scoreThresh=0.02'];
  const recipe = resolveRecipe({ preset: 'fast', size: '160', epochs, batch: 4, set });
  const run = await (await startTraining(project, { recipe, seed: 1, init: 'auto' }, () => undefined))
    .finished;
  if (run.status !== 'done') throw new Error(`The training ended as ${run.status}: ${run.cause}`);
}
