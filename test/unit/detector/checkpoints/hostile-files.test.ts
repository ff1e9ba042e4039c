// Wrong, cut and malicious files end in one sentence that names the file: never in a crash, a hang or gigabytes.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { afterAll, describe, expect, it } from 'vitest';
import { readCheckpointFile } from '../../../../src/main/detector/checkpoints/checkpoint-file.ts';
import { type PickleNode, pickle } from '../../../../src/main/detector/checkpoints/pickle-writer.ts';
import { writePth } from '../../../../src/main/detector/checkpoints/pth-writer.ts';
import { writeSafetensors } from '../../../../src/main/detector/checkpoints/safetensors-file.ts';
import type { StoredTensor } from '../../../../src/main/detector/checkpoints/stored-tensor.ts';
import { Problem } from '../../../../src/shared/problem.ts';

const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = join(folder, 'given.bin');

function read(bytes: Uint8Array) {
  writeFileSync(file, bytes);
  return readCheckpointFile(file);
}

const tensor: StoredTensor = { dtype: 'float32', shape: [4], data: Float32Array.of(1, 2, 3, 4) };

function written(write: (path: string) => void): Uint8Array {
  const path = join(folder, 'whole');
  write(path);
  return readFileSync(path);
}

const goodPth = written((path) => writePth(path, { tensors: new Map([['w', tensor]]), meta: { epoch: 1 } }));
const goodSafetensors = written((path) => writeSafetensors(path, new Map([['w', tensor]])));

function safetensors(header: unknown, data = 16): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const zipped = (
  root: PickleNode,
  storages: Record<string, Uint8Array> = { 0: new Uint8Array(16) },
): Uint8Array => {
  const parts = Object.entries(storages).map(([key, bytes]) => [`a/data/${key}`, bytes] as const);
  return zipSync({ 'a/data.pkl': pickle(root), ...Object.fromEntries(parts) }, { level: 0 });
};

function tensorNode(shape: number[], strides: number[], offset = 0, storage = 'FloatStorage'): PickleNode {
  const persistent: PickleNode = { tuple: ['storage', { global: ['torch', storage] }, '0', 'cpu', 4] };
  const args = {
    tuple: [{ persistent }, offset, { tuple: shape }, { tuple: strides }, false, { ordered: [] }],
  };
  return { call: { global: ['torch._utils', '_rebuild_tensor_v2'] }, args };
}

const stateDict = (node: PickleNode): PickleNode => ({ ordered: [['w', node]] });

describe('a .safetensors file is refused', () => {
  const entry = { dtype: 'F32', shape: [4], data_offsets: [0, 16] };
  it.each<[string, unknown, string]>([
    ['whose header is not JSON', '{"w": ', 'not JSON'],
    ['with a shape that is not its bytes', { w: { ...entry, shape: [5] } }, 'does not match its bytes'],
    ['with a negative shape', { w: { ...entry, shape: [-2, -2] } }, 'impossible'],
    [
      'with a shape beyond all numbers',
      { w: { ...entry, shape: [2 ** 52, 2 ** 52] } },
      'does not match its bytes',
    ],
    ['with a tensor beyond its end', { w: { ...entry, shape: [8], data_offsets: [0, 32] } }, 'cut short'],
    ['with overlapping tensors', { a: entry, b: entry }, 'overlap'],
    ['with bytes that belong to nothing', { w: { ...entry, shape: [2], data_offsets: [0, 8] } }, 'no tensor'],
    ['of an unknown type', { w: { ...entry, dtype: 'F8_E5M2' } }, 'not supported'],
  ])('%s', (_, header, reason) => {
    expect(() => read(safetensors(header))).toThrow(reason);
    expect(() => read(safetensors(header))).toThrow(Problem);
  });

  it('whose header length is absurd', () => {
    const bytes = safetensors({});
    new DataView(bytes.buffer).setUint32(0, 0xfffffff0, true);
    expect(() => read(bytes)).toThrow('longer than the file');
  });
});

describe('a .pth file is refused', () => {
  it.each<[string, Uint8Array, string]>([
    ['that is empty', new Uint8Array(0), 'it is empty'],
    ['that is text', new TextEncoder().encode('<!DOCTYPE html><html>Not found</html>'), 'torch.save'],
    ['that is another zip', zipSync({ 'a.txt': new Uint8Array(3) }), 'without a data.pkl'],
    ['with a view beyond its storage', zipped(stateDict(tensorNode([5], [1]))), 'beyond its storage (w)'],
    ['with a view that repeats for gigabytes', zipped(stateDict(tensorNode([1 << 30], [0]))), 'far larger'],
    ['with a negative size', zipped(stateDict(tensorNode([-1], [1]))), 'described wrongly'],
    ['without a part it names', zipped(stateDict(tensorNode([1], [1])), {}), 'has no part a/data/0'],
    [
      'of complex numbers',
      zipped(stateDict(tensorNode([1], [1], 0, 'ComplexFloatStorage'))),
      'not supported',
    ],
    ['that is one tensor', zipped(tensorNode([1], [1])), 'one tensor, not a state dict'],
    ['without tensors', zipped({ dict: [['epoch', 3]] }), 'no tensors were found'],
    ['of a whole model', zipped({ call: { global: ['models', 'Net'] }, args: { tuple: [] } }), 'models.Net'],
    [
      'of TorchScript',
      zipSync({ 'a/data.pkl': pickle(null), 'a/constants.pkl': pickle(null) }),
      'TorchScript',
    ],
    [
      'of big-endian numbers',
      zipSync({ 'a/data.pkl': pickle(null), 'a/byteorder': new TextEncoder().encode('big') }),
      'big-endian',
    ],
  ])('%s', (_, bytes, reason) => {
    expect(() => read(bytes)).toThrow(reason);
    expect(() => read(bytes)).toThrow(/^given\.bin cannot be read as .*\.$/);
  });

  it('of which one bit of a tensor has flipped', () => {
    const damaged = goodPth.slice();
    const at = Buffer.from(goodPth).indexOf(Buffer.from(Float32Array.of(1, 2, 3, 4).buffer));
    expect(at % 64).toBe(0);
    damaged[at] = 1;
    expect(() => read(damaged)).toThrow('archive/data/0 is damaged');
  });

  it('executes nothing: calls of unknown names stay opaque beside the weights', () => {
    const system: PickleNode = { call: { global: ['os', 'system'] }, args: { tuple: ['touch /tmp/owned'] } };
    const { tensors, meta } = read(
      zipped({
        dict: [
          ['state_dict', stateDict(tensorNode([2], [1], 1))],
          [
            'meta',
            {
              dict: [
                ['hub', system],
                ['__proto__', 1],
              ],
            },
          ],
        ],
      }),
    );
    expect(meta.hub).toBe('<os.system>');
    expect(Object.getPrototypeOf(meta)).toBe(Object.prototype);
    expect(tensors.get('w')?.shape).toEqual([2]);
  });
});

describe('any damage', () => {
  it.each<[string, Uint8Array]>([
    ['.pth', goodPth],
    ['.safetensors', goodSafetensors],
  ])('to a %s by cutting gives a Problem', (_, whole) => {
    for (let length = 0; length < whole.length; length += 7) {
      expect(() => read(whole.subarray(0, length)), `${length} bytes`).toThrow(Problem);
    }
  });

  it.each<[string, Uint8Array]>([
    ['.pth', goodPth],
    ['.safetensors', goodSafetensors],
  ])('to a %s by changed bytes gives a Problem or a reading', (_, whole) => {
    const change = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(change, (changes) => {
        const bytes = whole.slice();
        for (const [at, value] of changes) bytes[at] = value;
        try {
          read(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(Problem);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('inside the pickle, past the checksum, gives a Problem or a reading', () => {
    const sound = pickle(stateDict(tensorNode([4], [1])));
    const change = fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(change, (changes) => {
        const bytes = sound.slice();
        for (const [at, value] of changes) bytes[at] = value;
        try {
          read(zipSync({ 'a/data.pkl': bytes, 'a/data/0': new Uint8Array(16) }, { level: 0 }));
        } catch (error) {
          expect(error).toBeInstanceOf(Problem);
        }
      }),
      { numRuns: 500 },
    );
  });
});
