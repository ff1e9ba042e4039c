// Reads and writes .safetensors, a tensor at a time.
import { type ByteSource, withFile } from './byte-source.ts';
import { dtypeFacts } from './dtype.ts';
import { reportMalformed } from './malformed.ts';
import { readHeader, type SafetensorsEntry, type SafetensorsHeader } from './safetensors-header.ts';
import { bytesOf, type StoredTensor, tensorOver } from './stored-tensor.ts';
import { writeWhole } from './whole-file.ts';

export interface SafetensorsFile {
  readonly tensors: Map<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const remedy = 'Pick a complete .safetensors file.';

/** All tensors of a .safetensors file, or those that `wanted` accepts; throws a Problem where the file is wrong. */
export function readSafetensors(
  file: string,
  wanted: (name: string) => boolean = () => true,
): SafetensorsFile {
  return reportMalformed(file, 'a safetensors file', remedy, () =>
    withFile(file, (source) => {
      const { entries, metadata } = readHeader(source);
      const tensors = new Map<string, StoredTensor>();
      for (const [name, entry] of entries) if (wanted(name)) tensors.set(name, readEntry(source, entry));
      return { tensors, metadata };
    }),
  );
}

/** Names, types, shapes and places alone: nothing of the tensors is read. */
export function inspectSafetensors(file: string): SafetensorsHeader {
  return reportMalformed(file, 'a safetensors file', remedy, () => withFile(file, readHeader));
}

/** Writes the tensors and string metadata; the file appears whole or not at all. */
export function writeSafetensors(
  file: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
): void {
  const ordered = inFileOrder(tensors);
  writeWhole(file, (write) => {
    write(headerBytes(ordered, metadata));
    for (const [, tensor] of ordered) write(bytesOf(tensor));
  });
}

function readEntry(source: ByteSource, { dtype, shape, start, length }: SafetensorsEntry): StoredTensor {
  return tensorOver(dtype, shape, source.read(start, length));
}

/** Widest elements first, then by name, so that every tensor is aligned to its element. */
function inFileOrder(tensors: ReadonlyMap<string, StoredTensor>): [string, StoredTensor][] {
  return [...tensors].sort(([nameA, a], [nameB, b]) => {
    const byWidth = dtypeFacts[b.dtype].bytes - dtypeFacts[a.dtype].bytes;
    return byWidth !== 0 ? byWidth : nameA < nameB ? -1 : 1;
  });
}

function headerBytes(
  ordered: readonly [string, StoredTensor][],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const entries: [string, unknown][] = Object.keys(metadata).length > 0 ? [['__metadata__', metadata]] : [];
  let at = 0;
  for (const [name, { dtype, shape, data }] of ordered) {
    entries.push([name, { dtype: dtypeFacts[dtype].code, shape, data_offsets: [at, at + data.byteLength] }]);
    at += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const padded = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(json, 8);
  return bytes;
}
