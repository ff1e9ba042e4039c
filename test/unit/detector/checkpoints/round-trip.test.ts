// What is written comes back: names, types, shapes, bits, meta; in both formats.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { readCheckpointFile } from '../../../../src/main/detector/checkpoints/checkpoint-file.ts';
import { type Dtype, dtypeFacts, dtypes } from '../../../../src/main/detector/checkpoints/dtype.ts';
import { writePth } from '../../../../src/main/detector/checkpoints/pth-writer.ts';
import {
  inspectSafetensors,
  writeSafetensors,
} from '../../../../src/main/detector/checkpoints/safetensors-file.ts';
import {
  bytesOf,
  elementCount,
  type StoredTensor,
} from '../../../../src/main/detector/checkpoints/stored-tensor.ts';

const folder = mkdtempSync(join(tmpdir(), 'checkpoints-'));
afterAll(() => rmSync(folder, { recursive: true }));

function tensorOf(dtype: Dtype, shape: number[], seed: number): StoredTensor {
  const bytes = Uint8Array.from(
    { length: elementCount(shape) * dtypeFacts[dtype].bytes },
    (_, i) => (i * 37 + seed) & 255,
  );
  return { dtype, shape, data: dtypeFacts[dtype].view(bytes.buffer) };
}

const tensors = fc
  .dictionary(
    fc.string({ minLength: 1, unit: 'grapheme' }).filter((name) => !name.startsWith('__')),
    fc.record({
      dtype: fc.constantFrom(...dtypes),
      shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
      seed: fc.nat(255),
    }),
    { minKeys: 1, maxKeys: 6 },
  )
  .map(
    (entries) =>
      new Map(
        Object.entries(entries).map(([name, { dtype, shape, seed }]) => [name, tensorOf(dtype, shape, seed)]),
      ),
  );

function expectEqual(actual: ReadonlyMap<string, StoredTensor>, expected: ReadonlyMap<string, StoredTensor>) {
  expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [name, tensor] of expected) {
    const { dtype, shape } = actual.get(name)!;
    expect({ dtype, shape }).toEqual({ dtype: tensor.dtype, shape: tensor.shape });
    expect([...bytesOf(actual.get(name)!)]).toEqual([...bytesOf(tensor)]);
  }
}

describe('a checkpoint written and read', () => {
  it('.pth keeps every tensor', () => {
    fc.assert(
      fc.property(tensors, (written) => {
        const file = join(folder, 'any.pth');
        writePth(file, { tensors: written });
        expectEqual(readCheckpointFile(file).tensors, written);
      }),
      { numRuns: 40 },
    );
  });

  it('.safetensors keeps every tensor, each aligned to its element', () => {
    fc.assert(
      fc.property(tensors, (written) => {
        const file = join(folder, 'any.safetensors');
        writeSafetensors(file, written, { note: 'é' });
        const read = readCheckpointFile(file);
        expectEqual(read.tensors, written);
        expect(read.meta).toEqual({ note: 'é' });
        for (const { start, dtype } of inspectSafetensors(file).entries.values()) {
          expect(start % dtypeFacts[dtype].bytes).toBe(0);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('keeps meta, class names and tied tensors', () => {
    const file = join(folder, 'meta.pth');
    const tied = tensorOf('float32', [2, 3], 1);
    const meta = {
      epoch: 12,
      lr: 0.02,
      big: 12345678901,
      below: -5,
      none: null,
      on: true,
      list: [1, 'a'],
      dataset_meta: { palette: [[1, 2, 3]] },
    };
    writePth(file, {
      tensors: new Map([
        ['a', tied],
        ['b', tied],
      ]),
      meta,
      classes: ['RBC', 'wéiß'],
    });
    const read = readCheckpointFile(file);
    expect(read.meta).toEqual({
      ...meta,
      CLASSES: ['RBC', 'wéiß'],
      dataset_meta: { palette: [[1, 2, 3]], classes: ['RBC', 'wéiß'] },
    });
    expect(read.classes).toEqual(['RBC', 'wéiß']);
    expect(read.tensors.get('a')).toBe(read.tensors.get('b'));
    expect(read.tensors.size).toBe(2);
  });

  it('leaves nothing half-written behind', () => {
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
