import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fnv1a32 } from '../../../../src/main/detector/data/hash-uniform.ts';
import { referenceFlip, Sampler, samplerStart } from '../../../../src/main/detector/data/sampler.ts';

const all = (n: number) => Int32Array.from({ length: n }, (_, i) => i);

it.each(['random', 'reference', 'sequential'] as const)('%s: an epoch visits every sample once', (order) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 9 }), (n, batchSize) => {
      const sampler = new Sampler(all(n), { order, seed: 5, batchSize });
      const seen: number[] = [];
      let state = samplerStart;
      for (let b = 0; b < sampler.batchesPerEpoch; b++) {
        const batch = sampler.take(state);
        expect(batch.epoch).toBe(0);
        seen.push(...batch.indices);
        state = batch.next;
      }
      expect(state).toEqual({ epoch: 1, position: 0 });
      expect(seen.sort((a, b) => a - b)).toEqual([...all(n)]);
    }),
  );
});

it('goes on from a state as the run that never stopped', () => {
  const config = { order: 'random', seed: 1, batchSize: 4 } as const;
  const first = new Sampler(all(10), config).take(samplerStart);
  const [going, resumed] = [new Sampler(all(10), config), new Sampler(all(10), config)];
  going.take(samplerStart);
  expect(resumed.take(first.next)).toEqual(going.take(first.next));
});

it('orders differ by epoch and seed', () => {
  const order = (seed: number, epoch: number) =>
    new Sampler(all(50), { order: 'random', seed, batchSize: 8 }).order(epoch).join();
  expect(new Set([order(0, 0), order(0, 1), order(1, 0), order(1, 1)]).size).toBe(4);
});

it('the reference order sorts by the hash of the documented name', () => {
  const u = (name: string, i: number) => {
    let x = (Math.imul(i, 0x9e3779b1) + fnv1a32(name)) >>> 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b) >>> 0;
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35) >>> 0;
    return (x ^ (x >>> 16)) >>> 8;
  };
  const order = [...new Sampler(all(205), { order: 'reference', seed: 0, batchSize: 8 }).order(2)];
  const keys = order.map((i) => u('bccd.s0.shuffle.2', i));
  expect(keys).toEqual(keys.toSorted((a, b) => a - b));
  expect(referenceFlip(0, 2, 17, 0.5)).toBe(u('bccd.s0.flip.2', 17) < 2 ** 23);
});

it('draws from the given positions alone', () => {
  const sampler = new Sampler(Int32Array.from([3, 8, 9]), { order: 'reference', seed: 0, batchSize: 2 });
  expect([...sampler.order(0)].sort((a, b) => a - b)).toEqual([3, 8, 9]);
  expect(() => new Sampler(all(0), { order: 'random', seed: 0, batchSize: 2 }).take(samplerStart)).toThrow();
});
