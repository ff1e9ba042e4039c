// The layout of torch.save before 1.6, built byte by byte: magic, protocol, system, pickle, keys, then counts and numbers.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type PickleNode, pickle } from '../../../../src/main/detector/checkpoints/pickle-writer.ts';
import { readPth } from '../../../../src/main/detector/checkpoints/pth-reader.ts';
import { Problem } from '../../../../src/shared/problem.ts';

const folder = mkdtempSync(join(tmpdir(), 'legacy-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'old.pth');
const magic = Uint8Array.of(
  0x80,
  2,
  0x8a,
  10,
  0x6c,
  0xfc,
  0x9c,
  0x46,
  0xf9,
  0x20,
  0x6a,
  0xa8,
  0x50,
  0x19,
  0x2e,
);

function tensor(key: string, shape: number[], view: PickleNode): PickleNode {
  const id = ['storage', { global: ['torch', 'FloatStorage'] as const }, key, 'cuda:0', 3, view];
  const persistent: PickleNode = { tuple: id };
  const args = { tuple: [{ persistent }, 0, { tuple: shape }, { tuple: shape.map(() => 1) }, false, null] };
  return { call: { global: ['torch._utils', '_rebuild_tensor_v2'] }, args };
}

function legacy({ littleEndian = true, count = 3n, keys = ['7', '9'] }): Uint8Array {
  const root: PickleNode = {
    ordered: [
      ['a', tensor('7', [3], null)],
      ['view', tensor('9', [2], { tuple: ['9v', 1, 2] })],
    ],
  };
  const storage = (values: number[]) => [
    new Uint8Array(BigInt64Array.of(count).buffer),
    new Uint8Array(Float32Array.from(values).buffer),
  ];
  const system: PickleNode = { dict: [['little_endian', littleEndian]] };
  const pickles = [pickle(1001), pickle(system), pickle(root), pickle(keys)];
  return Buffer.concat([magic, ...pickles, ...storage([1, 2, 3]), ...storage([4, 5, 6])]);
}

function read(bytes: Uint8Array) {
  writeFileSync(file, bytes);
  return readPth(file);
}

describe('the legacy layout', () => {
  it('is read, views of storages included', () => {
    const { format, tensors } = read(legacy({}));
    expect(format).toBe('pth-legacy');
    expect([...tensors].map(([name, { data }]) => [name, ...data])).toEqual([
      ['a', 1, 2, 3],
      ['view', 5, 6],
    ]);
  });

  it.each<[string, Uint8Array, string]>([
    ['big-endian', legacy({ littleEndian: false }), 'big-endian'],
    ['with an absurd count', legacy({ count: 2n ** 62n }), 'cut short'],
    ['with a negative count', legacy({ count: -1n }), 'cut short'],
    ['with unknown keys', legacy({ keys: ['7', '8'] }), 'storage that nothing uses'],
    ['without a storage', legacy({ keys: ['7'] }), 'lacks the numbers'],
  ])('is refused %s', (_, bytes, reason) => {
    expect(() => read(bytes)).toThrow(reason);
  });

  it('is refused wherever it is cut', () => {
    const whole = legacy({});
    for (let length = 0; length < whole.length; length++) {
      expect(() => read(whole.subarray(0, length)), `${length} bytes`).toThrow(Problem);
    }
  });
});
