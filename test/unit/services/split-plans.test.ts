// Dealing by wish: every class its share, pictures that look alike together, one gesture, and leaks found with their pairs.
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { Rng } from '../../../src/main/detector/data/rng.ts';
import { alikePairs, likenessOf, NEAR } from '../../../src/main/services/likeness.ts';
import { atOnce } from '../../../src/main/services/slices.ts';
import { assignSplits, type Candidate } from '../../../src/main/services/split-assignment.ts';
import type { SplitWish } from '../../../src/shared/contract/splits.ts';
import { staged, stagedBox, stagedImage, temporaryFolder, temporaryProject } from './temporary.ts';

const wish: SplitWish = {
  ratios: { train: 60, val: 20, test: 20 },
  seed: 1,
  groupBy: 'nothing',
  pattern: '',
  stratify: true,
  anew: true,
};
const silent = { onProgress: () => undefined };

function pairsOf(likenesses: ReadonlyMap<number, string>): [number, number][] {
  const pairs: [number, number][] = [];
  atOnce(alikePairs(likenesses, (a, b) => pairs.push([a, b])));
  return pairs;
}

/** A picture of coloured discs, the same for the same seed. */
async function picture(
  file: string,
  seed: number,
  change: { size?: number; quality?: number; light?: number } = {},
) {
  const { size = 640, quality = 90, light = 1 } = change;
  const rng = Rng.seeded(seed, 'discs');
  const random = () => rng.between(0, 1);
  const discs = Array.from({ length: 14 }, () => {
    return `<circle cx="${random() * 160}" cy="${random() * 120}" r="${10 + random() * 30}" fill="hsl(${random() * 360} 70% ${20 + random() * 60}%)"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="160" height="120"><rect width="160" height="120" fill="#888"/>${discs.join('')}</svg>`;
  await sharp(Buffer.from(svg)).resize(size).modulate({ brightness: light }).jpeg({ quality }).toFile(file);
}

describe('what a picture looks like', () => {
  it('stays nearly the same for a copy that is smaller, worse or brighter, and differs for others', async () => {
    const folder = temporaryFolder();
    const files = ['a', 'small', 'poor', 'bright', 'other'].map((name) => join(folder, `${name}.jpg`));
    const [a = '', small = '', poor = '', bright = '', other = ''] = files;
    await picture(a, 1);
    await picture(small, 1, { size: 300 });
    await picture(poor, 1, { quality: 25 });
    await picture(bright, 1, { light: 1.1 });
    await picture(other, 2);
    const likenesses = new Map<number, string>();
    for (const [at, file] of files.entries()) likenesses.set(at, (await likenessOf(file)) ?? '');
    const alike = pairsOf(likenesses).flat();
    for (const copy of [small, poor, bright]) expect(alike).toContain(files.indexOf(copy));
    expect(alike).not.toContain(files.indexOf(other));
  });

  it('is not told of a blank page or a file that is no picture', async () => {
    const blank = join(temporaryFolder(), 'blank.png');
    await sharp({ create: { width: 60, height: 40, channels: 3, background: '#fff' } })
      .png()
      .toFile(blank);
    expect(await likenessOf(blank)).toBeNull();
    expect(await likenessOf(`${blank}.gone`)).toBeNull();
  });

  it('finds every pair within its bits', () => {
    const word = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
    const flips = fc.uniqueArray(fc.nat(63), { maxLength: NEAR });
    fc.assert(
      fc.property(word, flips, (bits, places) => {
        const near = places.reduce((value, place) => value ^ (1n << BigInt(place)), bits);
        const hex = (value: bigint) => value.toString(16).padStart(16, '0');
        const likenesses = new Map([hex(bits), hex(near)].entries());
        expect(pairsOf(likenesses)).toEqual([[0, 1]]);
      }),
    );
  });
});

describe('a deal', () => {
  it('gives every split its share of a rare class', () => {
    const candidates: Candidate[] = Array.from({ length: 100 }, (_, id) => ({
      id,
      path: `${id}.jpg`,
      split: null,
      group: null,
      contentHash: `h${id}`,
    }));
    const rare = new Set([3, 17, 29, 41, 55, 60, 71, 83, 90, 99]);
    const traits = new Map(candidates.map(({ id }) => [id, rare.has(id) ? [1, 2] : [1]]));
    for (let seed = 0; seed < 10; seed++) {
      const splits = assignSplits(candidates, { train: 6, val: 2, test: 2 }, seed, { traits });
      const count = (split: string, ids: Iterable<number>) =>
        [...ids].filter((id) => splits.get(id) === split).length;
      expect(['train', 'val', 'test'].map((split) => count(split, rare))).toEqual([6, 2, 2]);
      expect(['train', 'val', 'test'].map((split) => count(split, splits.keys()))).toEqual([60, 20, 20]);
    }
  });

  it('is one gesture, previewed and taken back', async () => {
    const project = temporaryProject();
    const images = Array.from({ length: 20 }, (_, at) =>
      stagedImage(`/pictures/${at % 4}/${at}.jpg`, [stagedBox(at % 2)], { split: 'train' }),
    );
    project.datasets.commit(staged(images));
    const preview = await project.splitPlans.plan(wish, silent);
    expect(preview).toMatchObject({ images: { train: 12, val: 4, test: 4, none: 0 }, changed: 8, groups: 0 });
    expect(project.splits.counts().train).toBe(20);
    expect(await project.splitPlans.deal(wish, silent, 'w1')).toEqual(preview);
    expect(project.splits.counts()).toEqual(preview.images);
    expect(await project.splitPlans.plan({ ...wish, anew: false }, silent)).toMatchObject({ changed: 0 });
    project.journal.undo('w1');
    expect(project.splits.counts().train).toBe(20);
    const byFolder = await project.splitPlans.plan({ ...wish, groupBy: 'folder' }, silent);
    expect(byFolder).toMatchObject({ groups: 4 });
    for (const side of ['train', 'val', 'test'] as const) expect(byFolder.images[side] % 5).toBe(0);
    await expect(
      project.splitPlans.plan({ ...wish, groupBy: 'pattern', pattern: '(' }, silent),
    ).rejects.toThrow('not a regular expression');
  });

  it('finds pictures that look alike in two splits, and keeps them together from then on', async () => {
    const folder = temporaryFolder();
    const project = temporaryProject();
    const files = Array.from({ length: 8 }, (_, at) => join(folder, `${at}.jpg`));
    // 0 and 1 show the same, and so do 2 and 3
    for (const [at, file] of files.entries())
      await picture(file, at < 4 ? Math.floor(at / 2) : at, at % 2 === 0 ? {} : { size: 400, quality: 60 });
    const images = files.map((file, at) => stagedImage(file, [], { split: at % 2 === 0 ? 'train' : 'val' }));
    project.datasets.commit(staged(images));
    expect(await project.splitPlans.leaks(false, silent)).toEqual({ count: 0, pairs: [] });
    const seen: number[] = [];
    const report = await project.splitPlans.leaks(true, { onProgress: (done) => seen.push(done) });
    expect(seen).toHaveLength(8);
    expect(report.count).toBe(2);
    expect(report.pairs.map(({ images: pair }) => pair.map(({ split }) => split).sort())).toEqual([
      ['train', 'val'],
      ['train', 'val'],
    ]);
    const plan = await project.splitPlans.deal({ ...wish, groupBy: 'likeness' }, silent, 'w1');
    expect(plan.groups).toBe(2);
    expect((await project.splitPlans.leaks(true, silent)).count).toBe(0);
    // what pictures look like is known by now
    const [zero, one, , , four] = project.annotations.images().map(({ id }) => id);
    const side = (id: number) => project.annotations.labels(id).image.split;
    const other = side(one ?? 0) === 'train' ? 'val' : 'train';
    for (const id of [zero ?? 0, four ?? 0]) project.bulk.change([id], { split: other }, 'w1');
    const among = async (...ids: number[]) =>
      (await project.splitPlans.leaks(false, silent, new Set(ids))).count;
    expect(await among(zero ?? 0)).toBe(1);
    expect(await among(one ?? 0)).toBe(1);
    expect(await among(four ?? 0)).toBe(0);
    expect(await among()).toBe(0);
    const stopped = AbortSignal.abort();
    await expect(project.splitPlans.leaks(true, { ...silent, signal: stopped })).rejects.toThrow();
  });
});

describe('thousands of pictures that look alike', () => {
  const COUNT = 3000;

  /** Every other picture in val, all within two bits of each other. */
  function alikeProject() {
    const project = temporaryProject();
    const images = Array.from({ length: COUNT }, (_, at) =>
      stagedImage(`/pictures/${at}.jpg`, [stagedBox(0)], {
        split: at % 2 === 0 ? 'train' : 'val',
        hash: `content ${at}`,
      }),
    );
    project.datasets.commit(staged(images), { splitBy: 'file' });
    const db = new Sqlite(join(project.dir, 'project.db'));
    const put = db.prepare('INSERT INTO picture_hash (content_hash, likeness) VALUES (?, ?)');
    const plain = 0xf0f0_f0f0_f0f0_f0f0n;
    // a bit of the upper half by one of the lower: the same two never twice within 1024
    const look = (at: number) =>
      plain ^ (1n << BigInt(at % 32)) ^ (1n << BigInt(32 + (Math.floor(at / 32) % 32)));
    db.transaction(() => {
      for (let at = 0; at < COUNT; at++) put.run(`content ${at}`, look(at).toString(16).padStart(16, '0'));
    })();
    db.close();
    return project;
  }

  /** How often others had their turn while it was worked at. */
  async function turnsDuring(work: Promise<unknown>): Promise<number> {
    let turns = 0;
    let over = false;
    void work.finally(() => {
      over = true;
    });
    while (!over) {
      await new Promise(setImmediate);
      turns += 1;
    }
    return turns;
  }

  it('are counted, a few are shown, and nobody is held up', async () => {
    const project = alikeProject();
    const counting = project.splitPlans.leaks(true, silent);
    expect(await turnsDuring(counting)).toBeGreaterThan(5);
    const { count, pairs } = await counting;
    // twins of one look are linked to the first of them alone
    expect(count).toBeGreaterThan(200_000);
    expect(pairs).toHaveLength(60);
  });

  it('stay together', async () => {
    const project = alikeProject();
    const planning = project.splitPlans.plan({ ...wish, groupBy: 'likeness' }, silent);
    expect(await turnsDuring(planning)).toBeGreaterThan(5);
    const { images, groups } = await planning;
    expect(groups).toBe(1);
    expect(Object.values(images).sort((a, b) => b - a)).toEqual([COUNT, 0, 0, 0]);
  });

  it('are dealt from what they are at the end, however often that changes meanwhile', async () => {
    const project = alikeProject();
    const [first] = project.annotations.images();
    let over = false;
    const dealing = project.splitPlans.deal({ ...wish, groupBy: 'nothing' }, silent, 'w1').finally(() => {
      over = true;
    });
    for (let turn = 0; !over; turn++) {
      project.bulk.change([first?.id ?? 0], { split: turn % 2 === 0 ? 'test' : 'val' }, 'w2');
      await new Promise(setImmediate);
    }
    const plan = await dealing;
    expect(plan.images.train).toBe(COUNT * 0.6);
    while (project.journal.ahead().undo?.gesture !== 'import') project.journal.undo('w1');
    expect(project.splits.counts()).toMatchObject({ train: COUNT / 2, val: COUNT / 2 });
  });
});
