// Opens a checkpoint of any known format, told apart by its first bytes and not by its name.
import { withFile } from './byte-source.ts';
import { reportMalformed } from './malformed.ts';
import { looksZipped } from './pth-content.ts';
import { type PthFile, type PthOptions, readPth } from './pth-reader.ts';
import { readSafetensors } from './safetensors-file.ts';

export interface CheckpointFile extends Omit<PthFile, 'format'> {
  readonly format: PthFile['format'] | 'safetensors';
}

/** Reads a .pth (zip or legacy) or .safetensors file; throws a Problem that names the file where it is none. */
export function readCheckpointFile(file: string, options: PthOptions = {}): CheckpointFile {
  return checkpointFormat(file) === 'safetensors' ? readPlain(file) : readPth(file, options);
}

/** Which reader a file's first bytes call for. */
export function checkpointFormat(file: string): 'pth' | 'safetensors' {
  const head = reportMalformed(file, 'a checkpoint', 'Pick a .pth or .safetensors file.', () =>
    withFile(file, (source) => source.read(0, Math.min(9, source.size))),
  );
  // A header of less than 4 GiB leaves bytes 4 to 7 zero; JSON begins with a brace. A pickle begins otherwise.
  const safetensors = head[8] === 0x7b && head.subarray(4, 8).every((byte) => byte === 0);
  return safetensors && !looksZipped(head) ? 'safetensors' : 'pth';
}

function readPlain(file: string): CheckpointFile {
  const { tensors, metadata } = readSafetensors(file);
  return {
    format: 'safetensors',
    tensors,
    meta: { ...metadata },
    classes: listOf(metadata.classes),
    variant: '',
    variants: [''],
  };
}

/** Class names are kept in the string-only metadata as JSON. */
function listOf(text: string | undefined): string[] | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
  } catch {
    return undefined;
  }
}
