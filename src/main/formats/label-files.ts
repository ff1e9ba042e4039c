// Label files of a source, told apart by how they open: large ones are not parsed to find out what they are.
import { open, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { filesBelow } from './image-files.ts';

const headBytes = 4096;

/** Files of `source` (a folder, or one file) with this suffix whose first 4 kB, without a byte order mark, pass `looksRight`. */
export async function labelFilesLike(
  source: string,
  suffix: '.json' | '.xml',
  looksRight: (head: string) => boolean,
): Promise<string[]> {
  const files = (await stat(source)).isDirectory() ? await filesBelow(source) : [source];
  const found: string[] = [];
  for (const file of files) {
    if (extname(file).toLowerCase() !== suffix || basename(file).startsWith('._')) continue;
    if (looksRight(await headOf(file))) found.push(file);
  }
  return found;
}

/** Texts about a dataset, which hold no labels. */
export function isProse(file: string): boolean {
  return /^(readme|licen[cs]e|notes?|copying|authors|changelog|citation|requirements|about)\b/i.test(
    basename(file),
  );
}

async function headOf(file: string): Promise<string> {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return '';
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer
      .subarray(0, bytesRead)
      .toString('utf8')
      .replace(/^\uFEFF/, '');
  } finally {
    await handle.close();
  }
}
