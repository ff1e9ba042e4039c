// Large runs and large snapshots: what is done to them leaves room for others.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ReadableDb, refusingWrites } from '../../../src/main/db/database.ts';
import { projectSchema } from '../../../src/main/db/migrations/project.ts';
import { openFrozen } from '../../../src/main/db/open.ts';
import { hasCurrentLabels } from '../../../src/main/services/run-list.ts';
import { removeRun } from '../../../src/main/services/run-removal.ts';
import { atOnce, type Sliced } from '../../../src/main/services/slices.ts';
import { Snapshots } from '../../../src/main/services/snapshots.ts';
import { staged, stagedBox, stagedImage, temporaryProject } from './temporary.ts';

const start = { recipe: {}, seed: 1 };

describe('a run with long curves', () => {
  function longRun() {
    const project = temporaryProject();
    project.runs.create(start);
    for (const name of ['loss', 'lr']) {
      const points = Array.from({ length: 10_000 }, (_, step) => ({
        runId: 'r1',
        name,
        step,
        value: step,
        epoch: 1,
      }));
      project.runs.addMetrics(points);
    }
    for (let line = 0; line < 10; line++) project.runs.log('r1', `line ${line}`);
    return project;
  }

  it('is deleted a part at a time', () => {
    const project = longRun();
    const work = project.runs.deletion('r1');
    const left = () => project.runs.curves('r1').reduce((sum, { count }) => sum + count, 0);
    for (let before = 20_000, over = false; !over; ) {
      over = work.next().done === true;
      const now = over ? 0 : left();
      expect(before - now).toBeLessThanOrEqual(4000);
      before = now;
    }
    expect(() => project.runs.get('r1')).toThrow('There is no run r1');
  });

  it('gives its space back', async () => {
    const project = longRun();
    project.runs.create(start);
    const size = () => statSync(join(project.dir, 'project.db')).size;
    await project.giveBackSpace();
    const before = size();
    const { bytes } = await removeRun(project, 'r1');
    expect(size()).toBe(before - bytes);
    expect(bytes).toBeGreaterThan(300_000);
    expect(project.runs.list().map(({ id }) => id)).toEqual(['r2']);
  });
});

describe('a snapshot of many images', () => {
  /** Images 1 to 300 and 701 to 900: those between were imported and taken back. */
  function gappyProject() {
    const project = temporaryProject();
    const add = (from: number, count: number) => {
      const images = Array.from({ length: count }, (_, i) =>
        stagedImage(`/d/${from + i}.jpg`, [stagedBox(i % 2, i % 50)], { hash: `${from + i}` }),
      );
      project.datasets.commit(staged(images));
    };
    add(1, 300);
    add(301, 400);
    project.journal.undo('test');
    add(701, 200);
    return project;
  }

  it('gives single images without being read whole', () => {
    const project = gappyProject();
    const { hash } = project.snapshots.take();
    const all = new Map([...project.snapshots.images(hash)].map((image) => [image.id, image]));
    expect(all.size).toBe(500);
    const db = openFrozen(join(project.dir, 'project.db'), projectSchema);
    let chunks = 0;
    const read = db.read.bind(db);
    const counting: ReadableDb['read'] = <Row>(sql: string) => {
      if (sql.includes('FROM snapshot_chunk')) chunks += 1;
      return read<Row>(sql);
    };
    const snapshots = new Snapshots(refusingWrites(Object.assign(db, { read: counting })));
    const find = (ids: number[]) => {
      chunks = 0;
      return atOnce(snapshots.find(hash, ids));
    };
    expect([...find([2, 5, 299])]).toEqual([2, 5, 299].map((id) => [id, all.get(id)]));
    expect(chunks).toBe(2);
    const ids = [...all.keys()];
    expect([...find(ids).keys()]).toEqual(ids);
    expect(find([500, 4000]).size).toBe(0);
    expect([...find([900]).keys()]).toEqual([900]);
    expect(chunks).toBeLessThanOrEqual(3);
    db.close();
  });

  it('is compared with the labels of now, which are read once after each change, an image at a time', async () => {
    const project = gappyProject();
    const { hash } = project.snapshots.take();
    project.runs.create({ ...start, snapshotHash: hash });
    const frozen = project.frozen.bind(project);
    let readings = 0;
    project.frozen = (work) => {
      readings += 1;
      return frozen(work);
    };
    const asked = [hasCurrentLabels(project, 'r1'), hasCurrentLabels(project, 'r1')];
    expect(await Promise.all(asked)).toEqual([true, true]);
    project.runs.log('r1', 'a training writes all the time');
    expect(await hasCurrentLabels(project, 'r1')).toBe(true);
    expect(readings).toBe(1);
    project.bulk.change([1], { split: 'test' }, 'window');
    expect(await hasCurrentLabels(project, 'r1')).toBe(false);
    project.journal.undo('window');
    expect(await hasCurrentLabels(project, 'r1')).toBe(true);
    const turns = (work: Sliced<unknown>) => {
      let count = 0;
      while (!work.next().done) count += 1;
      return count;
    };
    expect(turns(project.snapshots.currentHash())).toBeGreaterThan(500);
  });
});
