// Runs, their evaluations, checkpoints and the snapshots they were trained on.
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { openCheckpointStore } from '../../../src/main/db/checkpoint-store.ts';
import * as trainedTime from '../../../src/main/db/migrations/project/0014-trained-time.ts';
import { projectSchema } from '../../../src/main/db/migrations/project.ts';
import { openDatabase } from '../../../src/main/db/open.ts';
import { openProject } from '../../../src/main/services/projects.ts';
import { removalOf, removeRun } from '../../../src/main/services/run-removal.ts';
import { Runs } from '../../../src/main/services/runs.ts';
import type { RunStatus } from '../../../src/shared/model.ts';
import { closing, staged, stagedBox, stagedImage, temporaryFolder, temporaryProject } from './temporary.ts';

const start = { recipe: { epochs: 3 }, seed: 1 };

describe('runs', () => {
  it('are found by id, number and name, never get an id twice, and keep why they ended', () => {
    const { runs } = temporaryProject();
    runs.create(start);
    const second = runs.create({ ...start, name: 'fine', device: 'cpu', codeVersion: '0.1.0' });
    expect(second).toMatchObject({ id: 'r2', status: 'queued', recipe: { epochs: 3 }, startedAt: null });
    for (const id of ['r2', '2', 'fine']) expect(runs.get(id)).toEqual(second);
    expect(runs.setStatus('r2', 'running').startedAt).toBeGreaterThan(0);
    const failed = runs.setStatus('r2', 'failed', 'The loss is not a number.');
    expect(failed).toMatchObject({ status: 'failed', cause: 'The loss is not a number.' });
    expect(failed.endedAt).toBeGreaterThan(0);
    runs.delete('r2');
    expect(() => runs.get('r2')).toThrow('There is no run r2');
    expect(runs.create(start).id).toBe('r3');
  });

  it('cut short by a crash are paused where there is a checkpoint, failed otherwise, with the cause', () => {
    const project = temporaryProject();
    for (let i = 0; i < 4; i++) project.runs.create(start);
    const trainer = openCheckpointStore(join(project.dir, 'checkpoints.db'));
    trainer.save({ runId: 'r1', step: 1, epoch: 1, kind: 'last', metrics: {}, state: {}, tensors: [] });
    trainer.close();
    project.runs.setStatus('r1', 'running');
    project.runs.setStatus('r2', 'running');
    project.runs.setStatus('r3', 'done');
    project.queue.add('r4');
    project.runs.create(start);
    project.close();
    const again = closing(openProject(project.dir));
    const statuses = again.runs.list().map(({ status }) => status);
    expect(statuses.join(' ')).toBe('paused queued done failed paused');
    expect(again.runs.get('r1').cause).toMatch(/can be resumed from its last checkpoint/);
    expect(again.runs.get('r2').cause).toMatch(/before the first checkpoint/);
    // begun and never queued; what waits for its turn waits on
    expect(again.runs.get('r5').cause).toMatch(/ended before this run began/);
    expect(again.queue.next()?.id).toBe('r4');
  });

  it('wait in a queue that can be put in another order and left', () => {
    const { runs, queue } = temporaryProject();
    for (let i = 0; i < 4; i++) queue.add(runs.create(start).id);
    const waiting = () => queue.list().map(({ id }) => id);
    expect(waiting()).toEqual(['r1', 'r2', 'r3', 'r4']);
    queue.order(['r3', 'r1']);
    expect(waiting()).toEqual(['r3', 'r1', 'r2', 'r4']);
    expect(queue.next()?.id).toBe('r3');
    expect(runs.setStatus('r3', 'running').queuePlace).toBeNull();
    queue.leave('r1');
    expect(() => runs.get('r1')).toThrow('There is no run r1');
    runs.setStatus('r3', 'paused');
    queue.add('r3');
    queue.leave('r3');
    expect(runs.get('r3').status).toBe('paused');
    expect(waiting()).toEqual(['r2', 'r4']);
  });

  it('keep what they saw on the way until they go back, and where their models went', () => {
    const { runs } = temporaryProject();
    runs.create(start);
    for (const step of [10, 20]) runs.addPredictions('r1', { step, epoch: step / 10 }, [{ imageId: step }]);
    expect(runs.predictionMarks('r1')).toEqual([
      { step: 10, epoch: 1 },
      { step: 20, epoch: 2 },
    ]);
    expect(runs.predictions('r1', 20)).toEqual([{ imageId: 20 }]);
    runs.rewindMetrics('r1', 10);
    expect(runs.predictions('r1', 20)).toBeNull();
    runs.addExport('r1', { checkpointId: 3, format: 'pth', dir: '/models/a', at: 1 });
    expect(runs.exports('r1')).toEqual([{ checkpointId: 3, format: 'pth', dir: '/models/a', at: 1 }]);
  });

  it('keep what a person writes about them', () => {
    const { runs } = temporaryProject();
    const run = runs.create({ ...start, notes: 'first try' });
    expect(run).toMatchObject({ notes: 'first try', tags: [], starred: false, parent: null });
    runs.create({ ...start, parent: { runId: run.id, checkpointId: 4 } });
    expect(runs.change('r1', { tags: ['night', 'large'], starred: true })).toMatchObject({
      name: 'Run 1',
      notes: 'first try',
      tags: ['night', 'large'],
      starred: true,
    });
    expect(runs.change('r1', { starred: false, name: 'one' })).toMatchObject({ name: 'one', starred: false });
    expect(runs.get('r2').parent).toEqual({ runId: 'r1', checkpointId: 4 });
    runs.delete('r1');
    expect(runs.get('r2').parent).toBeNull();
  });

  it('count the time they train, without pauses, waiting, and what came after a crash', () => {
    const { runs } = temporaryProject();
    runs.create(start);
    const trained = (status: RunStatus, at: number) => runs.setStatus('r1', status, undefined, at).trainedMs;
    expect(trained('running', 1000)).toBe(0);
    expect(trained('paused', 4000)).toBe(3000);
    expect(trained('queued', 50_000)).toBe(3000);
    expect(trained('running', 60_000)).toBe(3000);
    expect(trained('done', 62_000)).toBe(5000);
    const begun = Date.now() - 100_000;
    trained('running', begun);
    vi.spyOn(Date, 'now').mockReturnValueOnce(begun + 8000);
    runs.log('r1', 'Epoch 1');
    expect(runs.recoverInterrupted(() => true)).toMatchObject([{ status: 'paused', trainedMs: 13_000 }]);
  });

  it('of a project of an older program took what lay between start and end, or the last that is known of them', () => {
    const file = join(temporaryFolder(), 'project.db');
    const { migrations } = projectSchema;
    const before = migrations.slice(0, migrations.indexOf(trainedTime));
    const old = openDatabase(file, { ...projectSchema, migrations: before });
    old
      .write(`INSERT INTO run (name, status, recipe, seed, created_at, started_at, ended_at) VALUES
        ('over', 'done', '{}', 0, 1, 2000, 9000), ('paused', 'paused', '{}', 0, 1, 2000, NULL),
        ('cut', 'running', '{}', 0, 1, 2000, NULL)`)
      .run();
    old
      .write(
        `INSERT INTO run_log (run, level, line, at) VALUES (2, 'info', 'begun', 2500), (3, 'info', 'begun', 2400)`,
      )
      .run();
    old
      .write(`INSERT INTO evaluation (run, checkpoint_id, split, protocol, metrics, created_at)
        VALUES (2, 1, 'val', 'coco', '{}', 5000)`)
      .run();
    old.close();
    const db = openDatabase(file, projectSchema);
    expect(new Runs(db).list()).toMatchObject([{ trainedMs: 400 }, { trainedMs: 3000 }, { trainedMs: 7000 }]);
    db.close();
  });

  it('keep a log', () => {
    const { runs } = temporaryProject();
    runs.create(start);
    for (const line of ['a', 'b', 'c']) runs.log('r1', line);
    runs.log('r1', 'd', 'error');
    expect(runs.logTail('r1', 2)).toMatchObject([
      { line: 'c', level: 'info' },
      { line: 'd', level: 'error' },
    ]);
  });
});

describe('evaluations', () => {
  it('are one a checkpoint, split and protocol, with their detail apart', () => {
    const { runs, evaluations } = temporaryProject();
    runs.create(start);
    const key = { runId: 'r1', checkpointId: 4, split: 'val', protocol: 'coco' } as const;
    evaluations.save({ ...key, metrics: { AP: 0.1 } });
    const saved = evaluations.save({ ...key, metrics: { AP: 0.2 }, detail: { anything: [1, 2] } });
    evaluations.save({ ...key, split: 'test', metrics: { AP: 0.3 } });
    expect(evaluations.list('r1')).toHaveLength(2);
    expect(evaluations.find(key)).toEqual(saved);
    expect(saved.metrics).toEqual({ AP: 0.2 });
    expect(evaluations.detail(saved.id)).toEqual({ anything: [1, 2] });
  });

  it('say from which score on a checkpoint is worth a look: as chosen, or where F1 was best', () => {
    const { runs, evaluations } = temporaryProject();
    runs.create(start);
    const save = (checkpointId: number, split: 'val' | 'test', threshold?: number) => {
      const metrics = threshold === undefined ? {} : { threshold };
      evaluations.save({ runId: 'r1', checkpointId, split, protocol: 'coco', metrics });
    };
    save(4, 'val');
    expect(evaluations.usualScore('r1', 4)).toBeNull();
    save(4, 'val', 0);
    expect(evaluations.usualScore('r1', 4)).toBeNull();
    save(5, 'val', 0.31);
    save(5, 'test', 0.44);
    expect(evaluations.usualScore('r1', 5)).toBe(0.31);
    expect(evaluations.usualScore('r1', 4)).toBeGreaterThan(0);
    evaluations.setThreshold('r1', 0.6);
    expect(evaluations.usualScore('r1', 5)).toBe(0.6);
    evaluations.setThreshold('r1', null);
    expect(evaluations.usualScore('r1', 5)).toBe(0.31);
  });
});

describe('checkpoints of a project', () => {
  it('are none before training, then what the trainer wrote', async () => {
    const project = temporaryProject();
    expect(project.checkpoints.list('r1')).toEqual([]);
    expect(() => project.checkpoints.chosen('r1')).toThrow('has no checkpoint');
    const trainer = openCheckpointStore(join(project.dir, 'checkpoints.db'));
    const save = (step: number, kind: 'best' | 'last') =>
      trainer.save({ runId: 'r1', step, epoch: step, kind, metrics: {}, state: { rng: step }, tensors: [] });
    save(1, 'last');
    const best = save(2, 'best');
    save(3, 'last');
    expect(project.checkpoints.chosen('r1')).toEqual(best);
    expect(project.checkpoints.latest('r1')?.step).toBe(3);
    expect(project.checkpoints.load(best.id).state).toEqual({ rng: 2 });
    trainer.close();
    await project.checkpoints.deleteRun('r1');
    expect(project.checkpoints.list('r1')).toEqual([]);
  });
});

describe('space', () => {
  const tensor = (name: string, fill: number) => {
    const data = new Uint8Array(400_000).fill(fill);
    return { role: 'model' as const, name, dtype: 'float32', shape: [100_000], data };
  };

  it('comes back when a run is deleted or thinned, but what others use stays', async () => {
    const project = temporaryProject();
    for (let i = 0; i < 2; i++) project.runs.create(start);
    const trainer = openCheckpointStore(project.checkpoints.file);
    const save = (runId: string, epoch: number, kind: 'every' | 'best' | 'last', own: number) =>
      trainer.save({
        runId,
        step: epoch,
        epoch,
        kind,
        metrics: {},
        state: {},
        tensors: [tensor('shared', 1), tensor('own', own)],
      });
    for (const epoch of [1, 2, 3, 4]) save('r1', epoch, 'every', 10 + epoch);
    const best = save('r1', 5, 'best', 20);
    const other = save('r2', 1, 'last', 30);
    trainer.close();
    expect(best.bytes).toBe(800_000);
    expect(project.checkpoints.ownBytes(best.id)).toBe(400_000);

    const thinned = await project.checkpoints.thin('r1', 2);
    expect(thinned.checkpoints).toBe(2);
    expect(thinned.bytes).toBeGreaterThan(700_000);
    expect(project.checkpoints.list('r1').map(({ epoch }) => epoch)).toEqual([5, 4, 2]);
    expect((await project.checkpoints.thin('r1', null)).checkpoints).toBe(2);
    // what the other run shares stays
    const removal = { checkpoints: 1, own: 400_000 };
    expect(removalOf(project, 'r1')).toEqual(removal);
    const removed = await removeRun(project, 'r1');
    expect(removed).toMatchObject(removal);
    expect(removed.bytes).toBeGreaterThan(350_000);
    expect(() => project.runs.get('r1')).toThrow('There is no run r1');
    expect(project.checkpoints.load(other.id).tensor('model', 'shared')?.data).toHaveLength(400_000);
    project.runs.setStatus('r2', 'running');
    await expect(removeRun(project, 'r2')).rejects.toThrow('Run 2 is training');
  });
});

describe('snapshots', () => {
  const set = (names: string[]) =>
    staged(
      names.map((name, i) =>
        stagedImage(`/d/${name}`, [stagedBox(i % 2, i)], { hash: name, split: 'train' }),
      ),
    );

  it('hold the labels as they were, whatever happens later', () => {
    const project = temporaryProject();
    project.datasets.commit(set(['a', 'b', 'c']));
    const taken = project.snapshots.take();
    expect(taken).toMatchObject({ images: 3, boxes: 3, splitHash: project.splits.hash() });
    const frozen = [...project.snapshots.images(taken.hash)];
    expect(frozen.map((image) => image.boxes)).toEqual(
      project.annotations.images().map((image) => project.annotations.labels(image.id).boxes),
    );
    project.classes.remove(project.classes.list()[0]!.id, 'test');
    const later = project.snapshots.take();
    expect(later.hash).not.toBe(taken.hash);
    expect(later.boxes).toBe(1);
    expect([...project.snapshots.images(taken.hash)]).toEqual(frozen);
    project.journal.undo('test');
    expect(project.snapshots.take()).toEqual(taken);
    expect(project.snapshots.list()).toHaveLength(2);
    expect(project.runs.create({ ...start, snapshotHash: taken.hash }).snapshotHash).toBe(taken.hash);
  });

  it('of equal data in two projects have one hash', () => {
    const [a, b] = [temporaryProject(), temporaryProject()];
    a.datasets.commit(set(['a', 'b']));
    b.datasets.commit({ ...set(['a', 'b']), images: set(['a', 'b']).images.reverse() });
    expect(a.snapshots.take().hash).toBe(b.snapshots.take().hash);
  });
});
