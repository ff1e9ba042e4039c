// The header of a .safetensors file: 8 bytes of length, then JSON. Every number in it is checked before it is used.

import type { ByteSource } from './byte-source.ts';
import { type Dtype, dtypeFacts, dtypeOfCode } from './dtype.ts';
import { Malformed } from './malformed.ts';
import { elementCount } from './stored-tensor.ts';

export interface SafetensorsEntry {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** From the start of the file, in bytes. */
  readonly start: number;
  readonly length: number;
}

export interface SafetensorsHeader {
  readonly entries: ReadonlyMap<string, SafetensorsEntry>;
  readonly metadata: Readonly<Record<string, string>>;
}

// The reference implementation's own limit.
const largestHeader = 100_000_000;

/** Reads and checks the header; throws Malformed. */
export function readHeader(source: ByteSource): SafetensorsHeader {
  if (source.size < 8) throw new Malformed('it is cut short');
  const length = Number(new DataView(source.read(0, 8).buffer).getBigUint64(0, true));
  if (length > largestHeader || length > source.size - 8)
    throw new Malformed('its header is longer than the file');
  const json = parseHeader(source.read(8, length));
  const entries = new Map<string, SafetensorsEntry>();
  for (const [name, value] of Object.entries(json)) {
    if (name !== '__metadata__') entries.set(name, checkEntry(name, value, 8 + length));
  }
  requireNoGaps([...entries.values()], 8 + length, source.size);
  return { entries, metadata: metadataOf(json.__metadata__) };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Malformed('its header is not JSON');
  }
  if (!isRecord(value)) throw new Malformed('its header is not an object');
  return value;
}

function checkEntry(name: string, value: unknown, dataStart: number): SafetensorsEntry {
  if (!isRecord(value) || typeof value.dtype !== 'string') {
    throw new Malformed(`its header does not describe ${name}`);
  }
  const dtype = dtypeOfCode(value.dtype);
  if (dtype === undefined)
    throw new Malformed(`${name} is of type ${value.dtype.slice(0, 20)}, which is not supported`);
  const shape = naturals(value.shape);
  const offsets = naturals(value.data_offsets);
  if (shape === undefined || offsets === undefined || offsets.length !== 2) {
    throw new Malformed(`its header gives ${name} an impossible shape or place`);
  }
  const [begin = 0, end = 0] = offsets;
  if (end - begin !== elementCount(shape) * dtypeFacts[dtype].bytes) {
    throw new Malformed(`the shape of ${name} does not match its bytes`);
  }
  return { dtype, shape, start: dataStart + begin, length: end - begin };
}

function naturals(value: unknown): number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.every((item) => Number.isSafeInteger(item) && item >= 0) ? value : undefined;
}

/** Tensors must tile the data without overlap or gap: the format's own rule against hidden content. */
function requireNoGaps(entries: SafetensorsEntry[], dataStart: number, size: number): void {
  let at = dataStart;
  for (const { start, length } of entries.sort((a, b) => a.start - b.start || a.length - b.length)) {
    if (start !== at) throw new Malformed('its tensors overlap or leave gaps');
    at += length;
  }
  if (at > size) throw new Malformed('it is cut short');
  if (at < size) throw new Malformed('it holds bytes that belong to no tensor');
}

function metadataOf(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
