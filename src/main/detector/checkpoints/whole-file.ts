// Writes a file so that a reader sees the old one or the whole new one, never a part.
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const largestWrite = 1 << 30;

/** Calls `fill` with a function that appends bytes, then puts the finished file in place of `file`. */
export function writeWhole(file: string, fill: (write: (bytes: Uint8Array) => void) => void): void {
  mkdirSync(dirname(file), { recursive: true });
  const partial = `${file}.${process.pid}.part`;
  const descriptor = openSync(partial, 'w');
  try {
    fillAndClose(descriptor, fill);
    renameSync(partial, file);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

function fillAndClose(descriptor: number, fill: (write: (bytes: Uint8Array) => void) => void): void {
  try {
    fill((bytes) => append(descriptor, bytes));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function append(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    at += writeSync(descriptor, bytes, at, Math.min(bytes.length - at, largestWrite));
  }
}
