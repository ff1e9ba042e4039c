// Image files as a window can show them: small ones for the gallery, kept in a per-user cache, and large ones in a
// format that browsers read.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { extname, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { Problem } from '../../shared/problem.ts';

export interface Picture {
  readonly file: string;
  readonly type: string;
}

const THUMBNAIL_SIDE = 320;

const SHOWN_BY_BROWSERS: Readonly<Record<string, string>> = {
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
  '.bmp': 'image/bmp',
  '.avif': 'image/avif',
};

/** At most as many at a time: each holds a decoded image. */
const AT_ONCE = 2;
let running = 0;
const waiting: (() => void)[] = [];
const underWay = new Map<string, Promise<string>>();

function cacheFolder(): string {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return process.env.DDOD_THUMBNAILS ?? join(cache, 'ddod-studio', 'thumbnails');
}

/** An upright small copy of an image. Throws a Problem for a file that is missing or damaged. */
export async function thumbnail(file: string): Promise<Picture> {
  const made = await rendered(file, 'small', (image) =>
    image.rotate().resize(THUMBNAIL_SIDE, THUMBNAIL_SIDE, { fit: 'inside', withoutEnlargement: true }),
  );
  return { file: made, type: 'image/webp' };
}

/** The image itself where browsers can show it, an upright copy otherwise. */
export async function fullPicture(file: string): Promise<Picture> {
  if (!existsSync(file)) throw missing(file);
  const type = SHOWN_BY_BROWSERS[extname(file).toLowerCase()];
  if (type) return { file, type };
  return { file: await rendered(file, 'full', (image) => image.rotate()), type: 'image/webp' };
}

function missing(file: string): Problem {
  return new Problem(`The image ${file} is missing.`, 'Put it back, or say where the images lie now.');
}

async function rendered(
  file: string,
  kind: 'small' | 'full',
  shape: (image: Sharp) => Sharp,
): Promise<string> {
  if (!existsSync(file)) throw missing(file);
  const { mtimeMs, size } = statSync(file);
  const key = createHash('sha256').update(`${file}\0${mtimeMs}\0${size}\0${kind}`).digest('hex');
  const target = join(cacheFolder(), key.slice(0, 2), `${key}.webp`);
  if (existsSync(target)) return target;
  const known = underWay.get(target);
  if (known) return await known;
  const work = inTurn(() => render(file, target, shape)).finally(() => underWay.delete(target));
  underWay.set(target, work);
  return await work;
}

async function render(file: string, target: string, shape: (image: Sharp) => Sharp): Promise<string> {
  mkdirSync(join(target, '..'), { recursive: true });
  const draft = `${target}.${process.pid}.part`;
  try {
    await shape(sharp(file)).webp({ quality: 82 }).toFile(draft);
  } catch {
    throw new Problem(`The image ${file} cannot be read.`, 'Look at it in another program, or remove it.');
  }
  renameSync(draft, target);
  return target;
}

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  while (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  running += 1;
  try {
    return await work();
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}
