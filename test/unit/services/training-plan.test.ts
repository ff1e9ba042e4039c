// The way from a project's labels to a job: the labels are read once, the snapshot of them once.
import { expect, it } from 'vitest';
import { prepareRun, workOf } from '../../../src/main/services/training-plan.ts';
import { tinyRecipe } from '../trainer/sample-project.ts';
import { staged, stagedBox, stagedImage, temporaryProject } from './temporary.ts';

it('reads a snapshot once for a training, and not at all before', async () => {
  const project = temporaryProject();
  const splits = ['train', 'train', 'val', 'test'] as const;
  const images = splits.map((split, i) =>
    stagedImage(`/d/${i}.jpg`, [stagedBox(i % 2)], { hash: `${i}`, split }),
  );
  project.datasets.commit(staged(images));
  const read = project.snapshots.images.bind(project.snapshots);
  let times = 0;
  project.snapshots.images = (hash) => {
    times += 1;
    return read(hash);
  };
  const run = await prepareRun(project, { recipe: tinyRecipe(), seed: 1, init: 'none' });
  expect(times).toBe(0);
  const { job, watchedIds } = await workOf(project, run);
  expect(times).toBe(1);
  expect(job.train.map(({ path }) => path)).toEqual(['/d/0.jpg', '/d/1.jpg']);
  expect(job.val.map(({ path }) => path)).toEqual(['/d/2.jpg']);
  expect(watchedIds).toHaveLength(1);
});

it('says how far the labels are read, and makes no run where it is stopped', async () => {
  const project = temporaryProject();
  const images = [0, 1, 2].map((i) =>
    stagedImage(`/d/${i}.jpg`, [stagedBox(0)], { hash: `${i}`, split: 'train' }),
  );
  project.datasets.commit(staged(images));
  const start = { recipe: tinyRecipe(), seed: 1, init: 'none' as const };
  const told: [number, number][] = [];
  const stop = new AbortController();
  const onProgress = (done: number, total: number) => {
    told.push([done, total]);
    if (done === 2) stop.abort();
  };
  await expect(prepareRun(project, start, { onProgress, signal: stop.signal })).rejects.toThrow(/abort/);
  expect(told).toEqual([
    [1, 3],
    [2, 3],
  ]);
  expect(project.runs.list()).toEqual([]);
});

it('refuses where the training images teach no class in use', async () => {
  const project = temporaryProject();
  const images = ['train', 'val'].map((split, i) =>
    stagedImage(`/d/${i}.jpg`, [stagedBox(i)], { hash: `${i}`, split: split as 'train' | 'val' }),
  );
  project.datasets.commit(staged(images));
  const [first] = project.classes.list();
  project.classes.remove(first?.id ?? 0, 'test');
  const start = { recipe: tinyRecipe(), seed: 1, init: 'none' as const };
  await expect(prepareRun(project, start)).rejects.toThrow(
    /1 labelled training images? hold no box|nothing to learn/,
  );
});
