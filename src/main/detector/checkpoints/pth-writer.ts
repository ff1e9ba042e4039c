// Writes a .pth that torch.load (weights_only too) and mmdet read: {'state_dict': OrderedDict, 'meta': {...}} in a stored zip.
import { basename } from 'node:path';
import { Problem } from '../../../shared/problem.ts';
import { dtypeFacts } from './dtype.ts';
import type { PlainValue } from './pickle-values.ts';
import { type PickleNode, pickle } from './pickle-writer.ts';
import { bytesOf, elementCount, type StoredTensor } from './stored-tensor.ts';
import { writeWhole } from './whole-file.ts';
import { ZipWriter } from './zip-writer.ts';

export interface PthToWrite {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Goes under `meta` as it is. */
  readonly meta?: Readonly<Record<string, PlainValue>>;
  /** Class names, put where mmdet 2 (`CLASSES`) and mmdet 3 (`dataset_meta`) look for them. */
  readonly classes?: readonly string[];
}

// Without zip64; a state dict of a detector is a twentieth of this.
const largestFile = 0xffff_ffff;
const mostTensors = 0xffff - 3;

/** Writes the checkpoint; the file appears whole or not at all. Throws a Problem above 4 GiB. */
export function writePth(file: string, content: PthToWrite): void {
  const storages = storagesOf(content.tensors);
  requireFits(file, storages);
  writeWhole(file, (write) => {
    const zip = new ZipWriter(write);
    // torch.save takes the folder's name from the file; readers accept any.
    zip.add('archive/data.pkl', pickle(rootOf(content, storages)));
    zip.add('archive/byteorder', new TextEncoder().encode('little'));
    for (const [tensor, key] of storages) zip.add(`archive/data/${key}`, bytesOf(tensor));
    zip.add('archive/version', new TextEncoder().encode('3\n'));
    zip.finish();
  });
}

/** One storage a tensor; a tensor under two names is written once, as PyTorch does with tied weights. */
function storagesOf(tensors: ReadonlyMap<string, StoredTensor>): Map<StoredTensor, string> {
  const keys = new Map<StoredTensor, string>();
  for (const tensor of tensors.values()) if (!keys.has(tensor)) keys.set(tensor, String(keys.size));
  return keys;
}

function requireFits(file: string, storages: ReadonlyMap<StoredTensor, string>): void {
  let total = 0;
  for (const tensor of storages.keys()) total += tensor.data.byteLength + 1024;
  if (total > largestFile || storages.size > mostTensors) {
    throw new Problem(
      `${basename(file)} would exceed 4 GiB, which .pth writing does not do.`,
      'Export as safetensors.',
    );
  }
}

function rootOf(
  { tensors, meta = {}, classes }: PthToWrite,
  storages: ReadonlyMap<StoredTensor, string>,
): PickleNode {
  const entries = [...tensors].map(([name, tensor]): [string, PickleNode] => [
    name,
    tensorNode(tensor, storages.get(tensor) ?? ''),
  ]);
  return {
    dict: [
      ['meta', plainNode(classes === undefined ? meta : withClasses(meta, classes))],
      ['state_dict', { ordered: entries }],
    ],
  };
}

function withClasses(meta: Readonly<Record<string, PlainValue>>, classes: readonly string[]) {
  const given = meta.dataset_meta;
  const dataset = typeof given === 'object' && given !== null && !Array.isArray(given) ? given : {};
  return { ...meta, CLASSES: [...classes], dataset_meta: { ...dataset, classes: [...classes] } };
}

/** torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks) */
function tensorNode({ dtype, shape }: StoredTensor, key: string): PickleNode {
  const storage: PickleNode = {
    persistent: {
      tuple: ['storage', { global: ['torch', dtypeFacts[dtype].storage] }, key, 'cpu', elementCount(shape)],
    },
  };
  return {
    call: { global: ['torch._utils', '_rebuild_tensor_v2'] },
    args: {
      tuple: [storage, 0, { tuple: shape }, { tuple: rowMajorStrides(shape) }, false, { ordered: [] }],
    },
  };
}

function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--)
    strides[i] = (strides[i + 1] ?? 1) * Math.max(1, shape[i + 1] ?? 1);
  return strides;
}

function plainNode(value: PlainValue): PickleNode {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plainNode);
  return { dict: Object.entries(value).map(([key, item]): [string, PickleNode] => [key, plainNode(item)]) };
}
