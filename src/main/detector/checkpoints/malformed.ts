// What a reader throws when the bytes are wrong; the reader's entry turns it into a sentence that names the file.
import { basename } from 'node:path';
import { Problem } from '../../../shared/problem.ts';

/** The bytes are not what the format says. `message` is a clause that can follow "cannot be read: ". */
export class Malformed extends Error {}

/** Runs `read`, turning a Malformed or a file-system failure into a Problem that names the file. */
export function reportMalformed<T>(file: string, kind: string, remedy: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === undefined) throw error;
    throw new Problem(`${basename(file)} cannot be read as ${kind}: ${reason}.`, remedy);
  }
}

function reasonOf(error: unknown): string | undefined {
  if (error instanceof Malformed) return error.message;
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  if (error.code === 'ENOENT') return 'there is no such file';
  if (error.code === 'EISDIR') return 'it is a folder';
  if (error.code === 'EACCES') return 'permission was denied';
  return undefined;
}
