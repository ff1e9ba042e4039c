// Images of a source folder: found by walking it, their headers read.
import type { Dirent } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, extname, join, relative, sep } from 'node:path';
import sharp from 'sharp';
import { Unreadable } from './source-text.ts';

const imageSuffixes = new Set(
  '.jpg .jpeg .jpe .jfif .png .webp .bmp .tif .tiff .gif .avif .heic .heif'.split(' '),
);

export function isImageName(file: string): boolean {
  return imageSuffixes.has(extname(file).toLowerCase()) && !basename(file).startsWith('._');
}

export interface WalkWatch {
  /** Hears how many files were found so far. */
  readonly onFound?: (files: number) => void;
  /** Hears of folders that cannot be read: they are passed over. */
  readonly onUnread?: (folder: string) => void;
}

/** All files below the folder `root` (throws Unreadable for what cannot be listed), absolute, sorted by name; hidden folders are left out, links that lead back are not followed. */
export async function filesBelow(
  root: string,
  signal?: AbortSignal,
  { onFound, onUnread }: WalkWatch = {},
): Promise<string[]> {
  if (!(await stat(root)).isDirectory()) throw new Unreadable('it is no folder');
  const seen = new Set<string>();
  const files: string[] = [];
  const visit = async (dir: string): Promise<void> => {
    signal?.throwIfAborted();
    const entries = await entriesOf(dir, seen);
    if (entries === undefined && dir === root) throw new Unreadable('the folder may not be read');
    if (entries === undefined) onUnread?.(dir);
    for (const entry of entries ?? []) {
      if (entry.name.startsWith('.') || entry.name === '__MACOSX') continue;
      const path = join(dir, entry.name);
      const kind = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
      if (kind?.isDirectory()) await visit(path);
      else if (kind?.isFile()) files.push(path);
    }
    onFound?.(files.length);
  };
  await visit(root);
  return files;
}

/** What lies in a folder, sorted by name; nothing where it was seen before, undefined where it cannot be read. */
async function entriesOf(dir: string, seen: Set<string>): Promise<Dirent[] | undefined> {
  try {
    const real = await realpath(dir);
    if (seen.has(real)) return [];
    seen.add(real);
    const entries = await readdir(dir, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return undefined;
  }
}

/** `file` relative to `root`, with `/` and in NFC. */
export function nameBelow(root: string, file: string): string {
  return relative(root, file).split(sep).join('/').normalize('NFC');
}

/** The name without its last suffix. */
export function stemOf(name: string): string {
  return name.slice(0, name.length - extname(name).length);
}

export interface ImageHeader {
  /** Upright size in pixels. */
  readonly width: number;
  readonly height: number;
  /** EXIF orientation, 1..8. */
  readonly orientation: number;
}

/** Size and orientation of an image file; throws Unreadable where it is missing, broken off or no image. */
export async function readImageHeader(file: string): Promise<ImageHeader> {
  const meta = await sharp(file)
    .metadata()
    .catch(() => {
      throw new Unreadable('the image cannot be read');
    });
  if (await looksCutOff(file, meta.format)) {
    await sharp(file, { failOn: 'truncated' })
      .stats()
      .catch(() => {
        throw new Unreadable('the image is broken off');
      });
  }
  const orientation = meta.orientation ?? 1;
  const [width, height] = orientation > 4 ? [meta.height, meta.width] : [meta.width, meta.height];
  return { width, height, orientation };
}

const tailBytes = 65_536;

/** True where the end mark of a JPEG or PNG is not near the end of the file: only then is it worth decoding. */
async function looksCutOff(file: string, format: string | undefined): Promise<boolean> {
  const mark =
    format === 'jpeg' ? Buffer.from([0xff, 0xd9]) : format === 'png' ? Buffer.from('IEND') : undefined;
  if (!mark) return false;
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const tail = Buffer.alloc(Math.min(size, tailBytes));
    await handle.read(tail, 0, tail.length, size - tail.length);
    return tail.lastIndexOf(mark) < 0;
  } finally {
    await handle.close();
  }
}
