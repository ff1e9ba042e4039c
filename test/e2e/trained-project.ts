// A project of drawn cells with a small run that has really learnt to find them, in under a minute.
import { join } from 'node:path';
import { stageImport } from '../../src/main/formats/stage.ts';
import { withHashes } from '../../src/main/services/datasets.ts';
import { createProject } from '../../src/main/services/projects.ts';
import { resolveRecipe } from '../../src/main/services/recipes.ts';
import { drawSampleData } from '../../src/main/services/sample-data.ts';
import { startTraining } from '../../src/main/services/trainings.ts';

const tiny = ['channels=64', 'stackedConvs=1', 'frozen=14', 'train.evalEvery=6'] as const;

/** Draws, imports and trains in `dir`; resolves once run 1 is done. */
export async function makeTrainedProject(dir: string): Promise<void> {
  await drawSampleData(join(dir, 'images'), 60);
  const { dataset } = await stageImport(join(dir, 'images'), { format: 'voc' });
  const project = createProject(dir, 'Trained cells');
  try {
    project.datasets.commit(await withHashes(dataset), { session: 'test' });
    const recipe = resolveRecipe({ preset: 'fast', size: '160', epochs: 6, batch: 4, set: tiny });
    const run = await (await startTraining(project, { recipe, seed: 0, init: 'auto' }, () => undefined))
      .finished;
    if (run.status !== 'done') throw new Error(`The training ended as ${run.status}: ${run.cause}`);
  } finally {
    project.close();
  }
}
