// Splits: seeded, grouped, fixed, without leaks.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignSplits, type Candidate, groupOf } from '../../../src/main/services/split-assignment.ts';
import { staged, stagedImage, temporaryProject } from './temporary.ts';

const ratios = { train: 0.8, val: 0.1, test: 0.1 };

const candidate: fc.Arbitrary<Omit<Candidate, 'id' | 'path'>> = fc.record({
  split: fc.constant(null),
  group: fc.option(fc.nat(15).map((n) => `g${n}`)),
  contentHash: fc.option(fc.nat(30).map((n) => `h${n}`)),
});
const candidates: fc.Arbitrary<Candidate[]> = fc
  .array(candidate, { minLength: 1, maxLength: 60 })
  .map((list) => list.map((c, id) => ({ ...c, id, path: `${id}.jpg` })));

describe('assignSplits', () => {
  it('gives every image a split and never parts a group or equal content', () => {
    fc.assert(
      fc.property(candidates, fc.integer(), (list, seed) => {
        const splits = assignSplits(list, ratios, seed);
        expect(splits.size).toBe(list.length);
        for (const key of ['group', 'contentHash'] as const) {
          const seen = new Map<string, string | undefined>();
          for (const c of list) {
            const name = c[key];
            if (name === null) continue;
            expect(seen.get(name) ?? splits.get(c.id)).toBe(splits.get(c.id));
            seen.set(name, splits.get(c.id));
          }
        }
      }),
    );
  });

  it('depends on the seed and not on the order of the images', () => {
    fc.assert(
      fc.property(candidates, fc.integer(), (list, seed) => {
        const forward = assignSplits(list, ratios, seed);
        const backward = assignSplits([...list].reverse(), ratios, seed);
        for (const { id } of list) expect(backward.get(id)).toBe(forward.get(id));
      }),
    );
    const many = Array.from({ length: 200 }, (_, id) => ({
      ...{ id, path: `${id}.jpg`, split: null, group: null, contentHash: null },
    }));
    expect([...assignSplits(many, ratios, 1)]).not.toEqual([...assignSplits(many, ratios, 2)]);
    const dealt = [...assignSplits(many, ratios, 1).values()];
    const count = (split: string) => dealt.filter((one) => one === split).length;
    expect([count('train'), count('val'), count('test')]).toEqual([160, 20, 20]);
  });
});

describe('groupOf', () => {
  it('knows folders, patterns and augmented copies', () => {
    expect(groupOf('a/b/1.jpg', 'folder')).toBe('a/b');
    expect(groupOf('video3_frame12.jpg', { pattern: '^(video\\d+)_' })).toBe('video3');
    expect(groupOf('x/cell_1_jpg.rf.0123456789abcdef0123456789abcdef.jpg', 'auto')).toBe('cell_1_jpg');
    expect(groupOf('x/cell.jpg', 'auto')).toBeNull();
  });
});

describe('splits of a project', () => {
  const images = (names: string[]) =>
    staged(names.map((name) => stagedImage(`/d/${name}`, [], { hash: `hash of ${name}` })));
  const many = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `${from + i}.jpg`);

  it('stay where they are when images are added', () => {
    const project = temporaryProject();
    project.datasets.commit(images(many(0, 40)), { splitBy: 'ratio', seed: 3 });
    const before = project.annotations.images().map(({ id, split }) => [id, split]);
    project.datasets.commit(images(many(0, 80)), { splitBy: 'ratio', seed: 4 });
    expect(project.annotations.images({}, 0, 40).map(({ id, split }) => [id, split])).toEqual(before);
    expect(project.splits.counts()).toEqual({ train: 64, val: 8, test: 8, none: 0 });
  });

  it('have a hash of their own that no order of import changes', () => {
    const [a, b] = [temporaryProject(), temporaryProject()];
    for (const [project, names] of [[a, many(0, 20)] as const, [b, many(0, 20).reverse()] as const])
      project.datasets.commit(images(names), { splitBy: 'ratio', seed: 1 });
    expect(a.splits.hash()).toBe(b.splits.hash());
    const [first] = a.annotations.images({ split: 'train' });
    a.splits.set([first!.id], 'val');
    expect(a.splits.hash()).not.toBe(b.splits.hash());
  });

  it('that leak are found, by content and by group', async () => {
    const project = temporaryProject();
    const parts = [
      stagedImage('/d/1.jpg', [], { split: 'train', hash: 'same' }),
      stagedImage('/d/2.jpg', [], { split: 'test', hash: 'same' }),
      stagedImage('/d/3.jpg', [], { split: 'train', hash: 'x', group: 'video' }),
      stagedImage('/d/4.jpg', [], { split: 'val', hash: 'y', group: 'video' }),
      stagedImage('/d/5.jpg', [], { split: 'val', hash: 'y', group: 'video' }),
    ];
    project.datasets.commit(staged(parts));
    const leaks = async () => {
      const { pairs } = await project.splitPlans.leaks(false, { onProgress: () => undefined });
      return pairs.map((pair) => [pair.reason, ...pair.images.map(({ id }) => id)]);
    };
    expect(await leaks()).toEqual([
      ['same-content', 1, 2],
      ['same-group', 3, 4],
    ]);
    project.splits.assign({ ratios, seed: 0, anew: true });
    expect(await leaks()).toEqual([]);
  });

  it('refuse ratios that mean nothing', () => {
    const project = temporaryProject();
    expect(() => project.splits.assign({ ratios: { train: 0, val: 0, test: 0 }, seed: 0 })).toThrow('ratios');
    expect(() => project.splits.assign({ ratios: { train: 1, val: -1, test: 0 }, seed: 0 })).toThrow(
      'ratios',
    );
  });
});
