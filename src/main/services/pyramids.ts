// Large images in pieces: a small copy to show at once, and tiles of every size, in a cache folder of the project. libvips
// makes them on threads of its own. Losing the folder loses nothing.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { Problem } from '../../shared/problem.ts';
import { PREVIEW_SIDE, TILE_SIDE, type Tile } from '../../shared/pyramid.ts';
import type { Picture } from './pictures.ts';

/** Cut images that are kept, newest first: each takes about as much as its file. */
const KEPT = 40;
const QUALITY = 90;

const underWay = new Map<string, Promise<string>>();
/** Those that wait for their turn; the one asked for last is in sight, so it goes first. */
const waiting: (() => void)[] = [];
let busy = false;

/** The whole image, small. */
export async function preview(file: string, cache: string): Promise<Picture> {
  const made = await once(file, join(folderOf(file, cache), 'preview.jpg'), (draft) =>
    upright(file)
      .resize(PREVIEW_SIDE, PREVIEW_SIDE, { fit: 'inside', withoutEnlargement: true })
      .jpeg({ quality: 85 })
      .toFile(draft),
  );
  return { file: made, type: 'image/jpeg' };
}

/** Cuts an image into tiles, unless that was done. */
export async function cutTiles(file: string, cache: string): Promise<void> {
  const folder = folderOf(file, cache);
  await once(file, join(folder, 'tiles'), (draft) =>
    inTurn(async () => {
      mkdirSync(draft, { recursive: true });
      await upright(file)
        .jpeg({ quality: QUALITY })
        .tile({ size: TILE_SIDE, overlap: 0, layout: 'dz', container: 'fs' })
        .toFile(join(draft, 'image.dz'));
      forgetOld(cache);
    }),
  );
  utimesSync(folder, new Date(), new Date());
}

/** A tile that was cut; undefined where it was not. */
export function tile(file: string, cache: string, { level, x, y }: Tile): Picture | undefined {
  const path = join(folderOf(file, cache), 'tiles', 'image_files', String(level), `${x}_${y}.jpeg`);
  return existsSync(path) ? { file: path, type: 'image/jpeg' } : undefined;
}

function upright(file: string): Sharp {
  return sharp(file).rotate().flatten({ background: '#ffffff' });
}

/** One folder for each state of a file. */
function folderOf(file: string, cache: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found)
    throw new Problem(`The image ${file} is missing.`, 'Put it back, or say where the images lie now.');
  const key = createHash('sha256')
    .update(`${file}\0${found.mtimeMs}\0${found.size}`)
    .digest('hex')
    .slice(0, 32);
  return join(cache, key);
}

/** Makes a file or folder under a passing name, so that half of one is never found; a second wish waits for the first. */
function once(file: string, target: string, make: (draft: string) => Promise<unknown>): Promise<string> {
  if (existsSync(target)) return Promise.resolve(target);
  const known = underWay.get(target);
  if (known) return known;
  const work = made(file, target, make).finally(() => underWay.delete(target));
  underWay.set(target, work);
  return work;
}

async function made(
  file: string,
  target: string,
  make: (draft: string) => Promise<unknown>,
): Promise<string> {
  const draft = `${target}.${process.pid}.part`;
  mkdirSync(join(target, '..'), { recursive: true });
  rmSync(draft, { recursive: true, force: true });
  try {
    await make(draft);
  } catch {
    rmSync(draft, { recursive: true, force: true });
    throw new Problem(`The image ${file} cannot be read.`, 'Look at it in another program, or remove it.');
  }
  renameSync(draft, target);
  return target;
}

async function inTurn(work: () => Promise<void>): Promise<void> {
  while (busy) await new Promise<void>((resolve) => waiting.push(resolve));
  busy = true;
  try {
    await work();
  } finally {
    busy = false;
    waiting.pop()?.();
  }
}

function forgetOld(cache: string): void {
  const age = (name: string) => statSync(join(cache, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const byAge = readdirSync(cache).sort((a, b) => age(b) - age(a));
  for (const name of byAge.slice(KEPT)) rmSync(join(cache, name), { recursive: true, force: true });
}
