// Random access to a file's bytes: only what is asked for is read, so an optimizer's gigabyte costs nothing.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { Malformed } from './malformed.ts';

export interface ByteSource {
  readonly size: number;
  /** A fresh copy of bytes [offset, offset + length); throws Malformed where they lie outside the file. */
  read(offset: number, length: number): Uint8Array<ArrayBuffer>;
}

/** Opens `file`, hands it to `use`, and closes it whatever happens. */
export function withFile<T>(file: string, use: (source: ByteSource) => T): T {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    return use({ size, read: (offset, length) => readRange(descriptor, size, offset, length) });
  } finally {
    closeSync(descriptor);
  }
}

/** Bytes in memory as a source. */
export function sourceOf(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read(offset, length) {
      requireRange(bytes.length, offset, length);
      return new Uint8Array(bytes.subarray(offset, offset + length));
    },
  };
}

// One read call is limited to 2 GiB - 1.
const largestRead = 1 << 30;

function readRange(descriptor: number, size: number, offset: number, length: number) {
  requireRange(size, offset, length);
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const got = readSync(descriptor, bytes, done, Math.min(length - done, largestRead), offset + done);
    if (got === 0) throw new Malformed('it became shorter while it was read');
    done += got;
  }
  return bytes;
}

function requireRange(size: number, offset: number, length: number): void {
  const valid = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (!valid) throw new Malformed('it holds an impossible length');
  if (offset + length > size) throw new Malformed('it is cut short');
}
