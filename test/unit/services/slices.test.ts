// Long work beside other work: it gives others their turn, and what it reads stays as it was when it began.
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Params, type ReadableDb, refusingWrites } from '../../../src/main/db/database.ts';
import { projectSchema } from '../../../src/main/db/migrations/project.ts';
import { openFrozen } from '../../../src/main/db/open.ts';
import { atOnce, inSlices, type Sliced, sorted } from '../../../src/main/services/slices.ts';
import { Snapshots } from '../../../src/main/services/snapshots.ts';
import { staged, stagedBox, stagedImage, temporaryProject } from './temporary.ts';

function* counting(to: number): Sliced<number> {
  let sum = 0;
  for (let i = 0; i < to; i++) {
    const until = performance.now() + 2;
    while (performance.now() < until) sum += 0;
    sum += 1;
    yield;
  }
  return sum;
}

describe('sliced work', () => {
  it('gives the same at once and with breaks', async () => {
    expect(atOnce(counting(5))).toBe(5);
    expect(await inSlices(counting(5))).toBe(5);
  });

  it('lets others work in its breaks', async () => {
    let turns = 0;
    let over = false;
    const others = (async () => {
      for (; !over; turns++) await setImmediate();
    })();
    await inSlices(counting(50));
    over = true;
    await others;
    expect(turns).toBeGreaterThan(3);
  });
});

describe('many sliced works at once', () => {
  it('hold others up no longer than one does', async () => {
    let steps = 0;
    let most = 0;
    let over = false;
    const others = (async () => {
      for (; !over; steps = 0) {
        await setImmediate();
        most = Math.max(most, steps);
      }
    })();
    const works = Array.from({ length: 20 }, () =>
      inSlices(
        (function* () {
          for (const _ of Array(10)) {
            steps += 1;
            yield* counting(1);
          }
          return 0;
        })(),
      ),
    );
    await Promise.all(works);
    over = true;
    await others;
    // a step takes 2 ms, and a slice 10
    expect(most).toBeLessThan(20);
  });
});

describe('sorting in slices', () => {
  it('orders as sort() does, and is set aside on the way', () => {
    const lines = Array.from({ length: 5000 }, (_, i) => `${(i * 7919) % 4001}é${i % 3}`);
    const work = sorted(lines);
    let turns = 0;
    let step = work.next();
    for (; !step.done; step = work.next()) turns += 1;
    expect(step.value).toEqual([...lines].sort());
    expect(turns).toBeGreaterThan(20);
    expect(atOnce(sorted([]))).toEqual([]);
    const byLength = (a: string, b: string) => a.length - b.length;
    expect(atOnce(sorted(lines, byLength))).toEqual([...lines].sort(byLength));
  });
});

const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);

function projectOfThree() {
  const project = temporaryProject();
  const names = ['a', 'b', 'c'];
  project.datasets.commit(
    staged(names.map((name, i) => stagedImage(`/d/${name}`, [stagedBox(i % 2, i)], { hash: name }))),
  );
  return project;
}

describe('labels that are read while others write', () => {
  it('are those of when the reading began, and make the same snapshot', async () => {
    const project = projectOfThree();
    const taken = project.snapshots.take();
    const described = await project.frozen(async (labels) => {
      const work = labels.describe();
      work.next();
      project.classes.remove(project.classes.list()[0]!.id, 'test');
      return await inSlices(work);
    });
    expect(described.snapshot.hash).toBe(taken.hash);
    expect(await inSlices(project.snapshots.keep(described))).toEqual(taken);
    const now = await project.frozen((labels) => inSlices(labels.describe()));
    expect(now.snapshot.hash).not.toBe(taken.hash);
    const kept = await inSlices(project.snapshots.keep(now));
    expect(project.snapshots.take()).toEqual(kept);
    expect([...project.snapshots.images(kept.hash)]).toEqual([...project.snapshots.now()]);
  });

  it('are read an image at a time, and then no more', () => {
    const project = projectOfThree();
    project.splits.assign({ ratios: { train: 1, val: 0, test: 0 }, seed: 0 });
    const db = openFrozen(join(project.dir, 'project.db'), projectSchema);
    let rows = 0;
    const read = db.read.bind(db);
    const counting: ReadableDb['read'] = <Row>(sql: string) => ({
      ...read<Row>(sql),
      *iterate(...params: Params) {
        for (const row of read<Row>(sql).iterate(...params)) {
          rows += 1;
          yield row;
        }
      },
    });
    const work = new Snapshots(refusingWrites(Object.assign(db, { read: counting }))).describe();
    const inSteps: number[] = [];
    for (let over = false; !over; ) {
      over = work.next().done === true;
      inSteps.push(rows - sum(inSteps));
    }
    db.close();
    // an image, its box, and the next box, which is seen to be of another
    expect(Math.max(...inSteps)).toBeLessThanOrEqual(3);
    expect(rows, 'no image is read twice').toBe(6);
  });

  it('of a snapshot keep nobody from writing', () => {
    const project = projectOfThree();
    const { id } = project.runs.create({ recipe: {}, seed: 0 });
    for (const image of project.snapshots.images(project.snapshots.take().hash)) {
      project.runs.log(id, `read ${image.path}`);
    }
    expect(project.runs.logTail(id)).toHaveLength(3);
  });
});
