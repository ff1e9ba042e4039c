// Runs that wait to begin with what another one learned, while that one goes on, is thinned or is to be deleted.
import { expect, it } from 'vitest';
import { openCheckpointStore } from '../../../src/main/db/checkpoint-store.ts';
import type { OpenProject } from '../../../src/main/services/projects.ts';
import { lineage } from '../../../src/main/services/run-list.ts';
import { removeRun } from '../../../src/main/services/run-removal.ts';
import { prepareRun, workOf } from '../../../src/main/services/training-plan.ts';
import { startOf } from '../../../src/main/services/training-wishes.ts';
import type { JsonObject } from '../../../src/shared/model.ts';
import { tinyRecipe } from '../trainer/sample-project.ts';
import { staged, stagedBox, stagedImage, temporaryProject } from './temporary.ts';

/** A project whose run 1 has a best checkpoint. */
function trained(): OpenProject {
  const project = temporaryProject();
  const images = ['train', 'train', 'val'].map((split, i) =>
    stagedImage(`/d/${i}.jpg`, [stagedBox(0)], { hash: `${i}`, split: split as 'train' | 'val' }),
  );
  project.datasets.commit(staged(images));
  project.runs.create({ recipe: tinyRecipe() as unknown as JsonObject, seed: 1 });
  project.runs.setStatus('r1', 'paused');
  save(project, 4);
  return project;
}

/** What a training of run 1 does at the end of an epoch that was its best. */
function save(project: OpenProject, step: number): number {
  const store = openCheckpointStore(project.checkpoints.file);
  const head = { runId: 'r1', step, epoch: step, metrics: { AP: step / 10 }, state: {}, tensors: [] };
  const { id } = store.save({ ...head, kind: 'best' });
  store.save({ ...head, kind: 'last' });
  store.prune('r1', { keepBest: 1, keepLast: 1 });
  store.close();
  return id;
}

/** A queued run that begins with run 1. */
async function heirOf(project: OpenProject) {
  const run = await prepareRun(project, startOf(project, { from: 'r1' }));
  return project.queue.add(run.id);
}

it('begin with the best of now where the one of then is gone', async () => {
  const project = trained();
  const heir = await heirOf(project);
  const better = save(project, 8);
  expect(project.checkpoints.has(heir.parent!.checkpointId)).toBe(false);
  const { job } = await workOf(project, heir);
  expect(job.initialWeights).toMatchObject({ kind: 'checkpoint', id: better });
  expect(project.runs.get(heir.id).parent).toEqual({ runId: 'r1', checkpointId: better });
  expect(project.runs.logTail(heir.id).at(-1)?.line).toMatch(/r1 went on meanwhile.*step 8/);
});

it('keep the run they wait for from being deleted; later they say that it is gone', async () => {
  const project = trained();
  const heir = await heirOf(project);
  await expect(removeRun(project, 'r1')).rejects.toThrow(/Run 2 waits to begin with what Run 1 learned/);
  expect(lineage(project, heir.id)).toMatchObject({ parent: { runId: 'r1' }, beganWith: 'run' });
  project.runs.setStatus(heir.id, 'failed');
  await removeRun(project, 'r1');
  expect(lineage(project, heir.id)).toMatchObject({ parent: null, beganWith: 'deleted run' });
  await expect(workOf(project, project.runs.get(heir.id))).rejects.toThrow(
    /run that r2 was to begin with is/,
  );
});
