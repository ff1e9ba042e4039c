// Checkpoints: round trip, tensors stored once, all or nothing, retention.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type CheckpointInput,
  type CheckpointStore,
  openCheckpointStore,
  type StoredTensor,
} from '../../../src/main/db/checkpoint-store.ts';

let folder: string;
let file: string;
let store: CheckpointStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ddod-checkpoints-'));
  file = join(folder, 'checkpoints.db');
  store = openCheckpointStore(file);
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

function tensor(name: string, values: number[], role: StoredTensor['role'] = 'model'): StoredTensor {
  const data = new Uint8Array(new Float32Array(values).buffer);
  return { role, name, dtype: 'float32', shape: [values.length], data };
}

const input = (step: number, more: Partial<CheckpointInput> = {}): CheckpointInput => ({
  runId: 'r1',
  step,
  epoch: step / 10,
  kind: 'last',
  metrics: { AP: 0.5 },
  state: { rng: [1, 2], sampler: { position: step } },
  tensors: [tensor('frozen', [1, 2, 3]), tensor('moving', [step])],
  ...more,
});

function count(table: string): number {
  const sqlite = new Sqlite(file, { readonly: true });
  const { n } = sqlite.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number };
  sqlite.close();
  return n;
}

describe('a checkpoint', () => {
  it('comes back byte for byte, in order, with its state', () => {
    const values = Float32Array.from([Number.NaN, -0, Number.POSITIVE_INFINITY, 1e-45, 3.25]);
    const odd: StoredTensor = {
      role: 'ema',
      name: 'odd',
      dtype: 'float32',
      shape: [1, 5],
      data: new Uint8Array(values.buffer),
    };
    const empty: StoredTensor = {
      role: 'model',
      name: 'empty',
      dtype: 'int32',
      shape: [0, 4],
      data: new Uint8Array(),
    };
    const tensors = [tensor('z', [1]), odd, empty, tensor('a', [2])];
    const saved = store.save(input(7, { tensors }));
    store.close();
    store = openCheckpointStore(file);
    const loaded = store.load(saved.id);
    expect(loaded).toMatchObject({
      runId: 'r1',
      step: 7,
      epoch: 0.7,
      metrics: { AP: 0.5 },
      state: input(7).state,
    });
    expect([...loaded.tensors()].map((t) => ({ ...t, data: [...t.data] }))).toEqual(
      tensors.map((t) => ({ ...t, data: [...t.data] })),
    );
    expect([...loaded.tensors('ema')].map((t) => t.name)).toEqual(['odd']);
    expect(loaded.tensor('model', 'odd')).toBeUndefined();
    expect(loaded.contents[2]).toEqual({ role: 'model', name: 'empty', dtype: 'int32', shape: [0, 4] });
  });

  it('stores equal tensors once, and tells apart equal bytes of another shape or type', () => {
    store.save(input(1));
    store.save(input(2));
    expect([count('checkpoint_tensor'), count('tensor_blob')]).toEqual([4, 3]);
    const same = tensor('frozen', [1, 2, 3]);
    store.save(
      input(3, {
        tensors: [
          { ...same, shape: [3, 1] },
          { ...same, name: 'b', dtype: 'int32' },
        ],
      }),
    );
    expect(count('tensor_blob')).toBe(5);
  });

  it('half-written does not exist', () => {
    store.save(input(1));
    function* failing(): Generator<StoredTensor> {
      yield tensor('new', [9]);
      throw new Error('the graphics card is gone');
    }
    expect(() => store.save(input(2, { tensors: failing() }))).toThrow('the graphics card is gone');
    expect(store.list('r1')).toHaveLength(1);
    expect(count('tensor_blob')).toBe(2);
    const twice = [tensor('same', [1]), tensor('same', [2])];
    expect(() => store.save(input(2, { tensors: twice }))).toThrow('UNIQUE');
    expect(count('checkpoint')).toBe(1);
  });

  it('that is missing is a sentence', () => {
    expect(() => store.load(5)).toThrow('There is no checkpoint 5');
  });
});

describe('finding checkpoints', () => {
  it('knows the latest by step and the best by kind, a run at a time', () => {
    const best = store.save(input(10, { kind: 'best' }));
    const pause = store.save(input(20, { kind: 'pause' }));
    store.save(input(15, { kind: 'every' }));
    store.save(input(99, { runId: 'r2' }));
    expect(store.latest('r1')).toEqual(pause);
    expect(store.best('r1')).toEqual(best);
    expect(store.best('r2')).toBeUndefined();
    expect(store.latest('r3')).toBeUndefined();
    expect(store.list('r1').map((c) => c.step)).toEqual([15, 20, 10]);
  });

  it('reads beside the writer, and the reader cannot write', () => {
    const reader = openCheckpointStore(file, { readOnly: true });
    store.save(input(1));
    expect(reader.list('r1')).toHaveLength(1);
    expect(() => reader.save(input(2))).toThrow('reading only');
    reader.close();
  });
});

describe('prune', () => {
  it('keeps what was asked and the blobs they need', () => {
    const kinds = ['last', 'best', 'every', 'every', 'best', 'last', 'pause'] as const;
    kinds.forEach((kind, index) => {
      store.save(input((index + 1) * 10, { kind, epoch: index + 1 }));
    });
    store.save(input(5, { runId: 'r2' }));
    const pruned = store.prune('r1', { keepBest: 1, keepLast: 1, every: 4 });
    expect(store.list('r1').map(({ kind, epoch }) => [kind, epoch])).toEqual([
      ['pause', 7],
      ['best', 5],
      ['every', 4],
    ]);
    expect(pruned).toEqual({ checkpoints: 4, blobs: 4 });
    for (const { id } of [...store.list('r1'), ...store.list('r2')])
      expect([...store.load(id).tensors()]).toHaveLength(2);
  });

  it('never deletes the latest, and never gives an id again', () => {
    const last = store.save(input(1));
    store.prune('r1', { keepBest: 0, keepLast: 0 });
    expect(store.list('r1')).toEqual([last]);
    store.deleteRun('r1');
    expect([count('checkpoint'), count('checkpoint_tensor'), count('tensor_blob')]).toEqual([0, 0, 0]);
    expect(store.save(input(2)).id).toBe(last.id + 1);
  });
});
