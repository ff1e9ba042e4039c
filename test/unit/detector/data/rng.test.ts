import { describe, expect, it } from 'vitest';
import {
  fnv1a32,
  hashNormalValues,
  hashUniform,
  hashUniformAt,
  hashUniformValues,
} from '../../../../src/main/detector/data/hash-uniform.ts';
import { Rng } from '../../../../src/main/detector/data/rng.ts';
import { describeFixture } from '../../../golden/fixture.ts';

describe('Rng', () => {
  it('is xoshiro128**', () => {
    const rng = new Rng([1, 2, 3, 4]);
    expect([rng.uint32(), rng.uint32(), rng.uint32(), rng.uint32()]).toEqual([11520, 0, 5927040, 70819200]);
  });

  it('goes on from a saved state', () => {
    const rng = Rng.seeded(3, 'x');
    rng.uniform();
    const twin = new Rng(JSON.parse(JSON.stringify(rng.state)));
    expect([twin.uniform(), twin.normal()]).toEqual([rng.uniform(), rng.normal()]);
  });

  it('has a stream of its own for each seed', () => {
    const firsts = new Set(Array.from({ length: 1000 }, (_, i) => Rng.seeded(0, 'augment', i, 7).uint32()));
    expect(firsts.size).toBe(1000);
  });

  it('draws uniform and normal numbers', () => {
    const rng = Rng.seeded(1);
    const [n, uniform, normal] = [20000, [] as number[], [] as number[]];
    for (let i = 0; i < n; i++) {
      uniform.push(rng.uniform());
      normal.push(rng.normal());
    }
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / n;
    expect(mean(uniform)).toBeCloseTo(0.5, 1.7);
    expect(Math.abs(mean(normal))).toBeLessThan(0.03);
    expect(Math.abs(mean(normal.map((z) => z * z)) - 1)).toBeLessThan(0.05);
  });

  it('shuffles without loss, each item anywhere', () => {
    const seen = new Set<number>();
    for (let seed = 0; seed < 60; seed++) {
      const items = Rng.seeded(seed).shuffle(Int32Array.from([0, 1, 2, 3]));
      expect([...items].sort()).toEqual([0, 1, 2, 3]);
      seen.add(items[0]!);
    }
    expect(seen.size).toBe(4);
  });
});

describe('documented hash', () => {
  it('agrees with the arithmetic written out in whole numbers', () => {
    expect(fnv1a32('a')).toBe(0xe40c292c);
    const n32 = (x: bigint) => x & 0xffffffffn;
    const offset = BigInt(fnv1a32('bccd.s0.flip.3'));
    const slow = (i: number) => {
      let x = n32(BigInt(i) * 0x9e3779b1n + offset);
      x = n32((x ^ (x >> 16n)) * 0x85ebca6bn);
      x = n32((x ^ (x >> 13n)) * 0xc2b2ae35n);
      return Number((x ^ (x >> 16n)) >> 8n) / 2 ** 24;
    };
    const u = hashUniform('bccd.s0.flip.3', 3000);
    expect([...u]).toEqual([...u.keys()].map(slow));
    expect(hashUniformAt('bccd.s0.flip.3', 2999)).toBe(u[2999]);
  });
});

describeFixture('train_step_lite0', (fixture) => {
  const kinds = Object.entries(fixture.value<Record<string, [string, number]>>('config', 'init_kind'));
  const stored = kinds.filter(([name, [kind]]) => kind !== 'const' && fixture.has(`init.${name}`));

  it.each(stored)('draws %s again, bit for bit', (name, [kind, size]) => {
    const expected = fixture.tensor(`init.${name}`).data as Float32Array;
    const draw = kind === 'uniform' ? hashUniformValues : hashNormalValues;
    const values = draw(`bccd.s0.${name}`, expected.length, size);
    expect(values.findIndex((value, i) => value !== expected[i])).toBe(-1);
  });

  it('finds weights to draw', () => expect(stored.length).toBeGreaterThan(0));
});
