// Reads PyTorch checkpoints (.pth, .pt) without Python: finds the weights and copies each out contiguous.
import { type ByteSource, withFile } from './byte-source.ts';
import { dtypeFacts } from './dtype.ts';
import { Malformed, reportMalformed } from './malformed.ts';
import {
  type PickleStorage,
  type PickleTensor,
  type PickleValue,
  type PlainValue,
  toPlain,
} from './pickle-values.ts';
import { openPth, type PthContent } from './pth-content.ts';
import { findStateDicts, type StateDict } from './state-dicts.ts';
import { contiguousBytes, elementCount, type StoredTensor, tensorOver } from './stored-tensor.ts';

export interface PthFile {
  readonly format: 'pth-zip' | 'pth-legacy';
  /** By name, `module.` prefixes gone; tensors tied in PyTorch are one object here. */
  readonly tensors: Map<string, StoredTensor>;
  /** The checkpoint's `meta` as plain JSON; empty for a bare state dict. */
  readonly meta: Readonly<Record<string, PlainValue>>;
  /** Class names where `meta` tells them (mmdet 2's CLASSES, mmdet 3's dataset_meta). */
  readonly classes: readonly string[] | undefined;
  /** Which of the file's state dicts `tensors` is, and what others there are (averaged copies). */
  readonly variant: string;
  readonly variants: readonly string[];
}

export interface PthOptions {
  /** One of `variants`; the main weights where it is absent. */
  readonly variant?: string;
}

const remedy =
  'Pick a complete .pth file that holds a state dict, as torch.save(model.state_dict(), ...) writes it.';

/** Reads the weights of a .pth file, in PyTorch's layout and types; throws a Problem where it cannot. */
export function readPth(file: string, options: PthOptions = {}): PthFile {
  return reportMalformed(file, 'a PyTorch checkpoint', remedy, () =>
    withFile(file, (source) => readPthSource(source, options)),
  );
}

function readPthSource(source: ByteSource, { variant }: PthOptions = {}): PthFile {
  const content = openPth(source);
  const { main, others } = findStateDicts(content.root);
  const all = [main, ...others];
  const chosen = variant === undefined ? main : all.find(({ name }) => name === variant);
  if (chosen === undefined) throw new Malformed(`it has no weights called ${variant}`);
  const meta = metaOf(content.root);
  return {
    format: content.format,
    tensors: readTensors(content, chosen, source.size),
    meta,
    classes: classesOf(meta),
    variant: chosen.name,
    variants: all.map(({ name }) => name),
  };
}

// Views may repeat their storage (a stride of 0), so a small hostile file could ask for endless memory.
const spareBytes = 64 * 2 ** 20;

function readTensors(
  content: PthContent,
  { tensors }: StateDict,
  fileSize: number,
): Map<string, StoredTensor> {
  requireModestSize(tensors, 4 * fileSize + spareBytes);
  const read = new Map<string, StoredTensor>();
  const done = new Map<string, StoredTensor>();
  const storages = new StorageCache(content, tensors);
  for (const [name, tensor] of tensors) {
    const view = `${tensor.storage.key}|${tensor.storage.viewOffset}|${tensor.dtype}|${viewKey(tensor)}`;
    const stored = done.get(view) ?? readTensor(name, tensor, storages);
    done.set(view, stored);
    read.set(name, stored);
  }
  return read;
}

const viewKey = ({ offset, shape, strides }: PickleTensor) => `${offset}|${shape}|${strides}`;

function requireModestSize(tensors: ReadonlyMap<string, PickleTensor>, limit: number): void {
  let total = 0;
  for (const { dtype, shape } of tensors.values()) total += elementCount(shape) * bytesOfType(dtype);
  if (!(total <= limit)) throw new Malformed('its tensors are far larger than the file');
}

const bytesOfType = (dtype: PickleTensor['dtype']) => (dtype === undefined ? 8 : dtypeFacts[dtype].bytes);

function readTensor(name: string, tensor: PickleTensor, storages: StorageCache): StoredTensor {
  const { dtype, shape, strides, storage } = tensor;
  if (dtype === undefined) throw new Malformed(`${name} is of a number type that is not supported`);
  const offset = tensor.offset + storage.viewOffset;
  try {
    const bytes = contiguousBytes(storages.take(storage), dtypeFacts[dtype].bytes, {
      shape,
      strides,
      offset,
    });
    return tensorOver(dtype, shape, bytes);
  } catch (error) {
    throw error instanceof Malformed ? new Malformed(`${error.message} (${name})`) : error;
  }
}

/** Keeps a storage while views of it are still to be read, and no longer. */
class StorageCache {
  readonly #content: PthContent;
  readonly #usesLeft = new Map<string, number>();
  readonly #held = new Map<string, Uint8Array<ArrayBuffer>>();

  constructor(content: PthContent, tensors: ReadonlyMap<string, PickleTensor>) {
    this.#content = content;
    for (const { storage } of tensors.values()) {
      this.#usesLeft.set(storage.key, (this.#usesLeft.get(storage.key) ?? 0) + 1);
    }
  }

  take(storage: PickleStorage): Uint8Array<ArrayBuffer> {
    const left = (this.#usesLeft.get(storage.key) ?? 1) - 1;
    this.#usesLeft.set(storage.key, left);
    const bytes = this.#held.get(storage.key) ?? this.#content.storageBytes(storage);
    if (left > 0) this.#held.set(storage.key, bytes);
    else this.#held.delete(storage.key);
    return bytes;
  }
}

function metaOf(root: PickleValue): Record<string, PlainValue> {
  const meta = root instanceof Map ? root.get('meta') : undefined;
  const plain = meta instanceof Map ? toPlain(meta) : {};
  return isRecord(plain) ? plain : {};
}

function classesOf(meta: Readonly<Record<string, PlainValue>>): string[] | undefined {
  const dataset = isRecord(meta.dataset_meta) ? meta.dataset_meta : {};
  for (const candidate of [dataset.classes, dataset.CLASSES, meta.classes, meta.CLASSES]) {
    const names = typeof candidate === 'string' ? [candidate] : candidate;
    if (Array.isArray(names) && names.length > 0 && names.every((name) => typeof name === 'string'))
      return names;
  }
  return undefined;
}

function isRecord(value: PlainValue | undefined): value is { [key: string]: PlainValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
