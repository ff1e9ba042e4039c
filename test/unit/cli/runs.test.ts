// ddod runs: what is written about runs, what is compared, and what is thrown away.
import { describe, expect, it } from 'vitest';
import { openCheckpointStore } from '../../../src/main/db/checkpoint-store.ts';
import { openProject } from '../../../src/main/services/projects.ts';
import { closing, temporaryProject } from '../services/temporary.ts';
import { documentOf, inProcess } from './command-line.ts';

/** A closed project with two runs, each with a checkpoint and numbers by class. */
function twoRuns(): string {
  const project = temporaryProject();
  const store = openCheckpointStore(project.checkpoints.file);
  for (const [index, epochs] of [3, 5].entries()) {
    const run = project.runs.create({
      recipe: { name: 'fast', detector: 'atss', train: { epochs } },
      seed: index,
    });
    project.runs.setStatus(run.id, 'done');
    const metrics = { AP: 0.4 + index / 10, AP50: 0.6 };
    const data = new Uint8Array(200_000).fill(index);
    const tensors = [{ role: 'model' as const, name: 'w', dtype: 'float32', shape: [50_000], data }];
    const { id } = store.save({
      runId: run.id,
      step: 9,
      epoch: epochs,
      kind: 'best',
      metrics,
      state: {},
      tensors,
    });
    const key = { runId: run.id, checkpointId: id, split: 'val', protocol: 'coco' } as const;
    project.evaluations.save({
      ...key,
      metrics,
      detail: { perClass: [{ name: 'cat', AP: index / 10, AP50: 0.5 }] },
    });
  }
  store.close();
  project.close();
  return project.dir;
}

describe('ddod runs', () => {
  it('stars, notes, tags and renames runs', async () => {
    const dir = twoRuns();
    const star = ['--star', 'r1', 'r2', '--unstar', 'r2', '--note', 'r1', 'better light'];
    const outcome = await inProcess(
      'runs',
      '--project',
      dir,
      ...star,
      '--tag',
      'r2',
      'night',
      'large',
      '--rename',
      'r2',
      'second',
      '--json',
    );
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(documentOf<{ runs: unknown[] }>(outcome).runs).toMatchObject([
      { id: 'r2', name: 'second', starred: false, tags: ['night', 'large'] },
      { id: 'r1', starred: true, notes: 'better light' },
    ]);
    expect(await inProcess('runs', '--project', dir, '--note', 'r1')).toMatchObject({ code: 2 });
  });

  it('compares runs by recipe and by class', async () => {
    const outcome = await inProcess('runs', '--project', twoRuns(), '--compare', 'r1', 'r2', '--json');
    expect(documentOf(outcome)).toMatchObject({
      differences: [['train.epochs', '3', '5']],
      perClass: [{ name: 'cat', AP: [0, 0.1] }],
      banner: null,
    });
    const { stdout } = await inProcess('runs', '--project', twoRuns(), '--compare', 'r1', 'r2');
    expect(stdout).toMatch(/AP by class +r1 +r2\ncat +0\.0 +10\.0/);
  });

  it('shows one run with its checkpoints, what they take, and where it came from', async () => {
    const dir = twoRuns();
    const shown = ['runs', '--project', dir, '--show', 'r1'];
    expect(documentOf(await inProcess(...shown, '--json'))).toMatchObject({
      id: 'r1',
      status: 'done',
      beganWith: 'backbone',
      labelsAreCurrent: false,
      checkpoints: [{ kind: 'best', step: 9, epoch: 3, bytes: 200_000, ownBytes: 200_000 }],
      children: [],
    });
    const { stdout } = await inProcess(...shown);
    expect(stdout).toMatch(/^r1 Run 1\n +status +done\n/);
    expect(stdout).toMatch(/began with +pretrained weights/);
    expect(stdout).toMatch(/\d +best +3 +9 +40\.0 +0\.2 MB +0\.2 MB/);
    expect(await inProcess('runs', '--project', dir, '--show', 'r9')).toMatchObject({ code: 1 });
  });

  it('deletes a run and gives its space back', async () => {
    const dir = twoRuns();
    const outcome = await inProcess('runs', '--project', dir, '--delete', 'r1', '--json');
    expect(outcome.stderr).toMatch(/r1: 1 checkpoints deleted, 0\.\d MB given back/);
    expect(documentOf<{ runs: unknown[] }>(outcome).runs).toHaveLength(1);
    const project = closing(openProject(dir));
    expect(project.checkpoints.list('r1')).toEqual([]);
    expect(project.checkpoints.list('r2')).toHaveLength(1);
    expect(await inProcess('runs', '--project', dir, '--delete', 'r9')).toMatchObject({ code: 1 });
  });
});
