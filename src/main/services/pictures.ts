// Image files as a window can show them: small ones for the gallery, kept in a per-user cache, and large ones in a
// format that browsers read.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { extname, join } from 'node:path';
import sharp, { type Sharp, type WebpOptions } from 'sharp';
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

/** Where pictures are kept that can be made again. */
export function cacheFolder(): string {
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

/** A rectangle of whole pixels in an upright image. */
export interface Crop {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const CROP_SIDE = 480;

/** A part of an image of `size`, upright and not enlarged; small ones without loss, so that their pixels can be counted. */
export async function croppedPicture(
  file: string,
  size: { readonly width: number; readonly height: number },
  crop: Crop | undefined,
): Promise<Picture> {
  const { x, y, width, height } = crop ?? { x: 0, y: 0, ...size };
  if (x + width > size.width || y + height > size.height || width === 0 || height === 0)
    throw new Problem('That part lies outside the image.');
  const isSmall = width <= CROP_SIDE && height <= CROP_SIDE;
  const kind = `crop ${x} ${y} ${width} ${height}`;
  const shape = (image: Sharp) => {
    const part = image.rotate().extract({ left: x, top: y, width, height });
    return isSmall ? part : part.resize(CROP_SIDE, CROP_SIDE, { fit: 'inside' });
  };
  const made = await rendered(file, kind, shape, { lossless: isSmall });
  return { file: made, type: 'image/webp' };
}

function missing(file: string): Problem {
  return new Problem(`The image ${file} is missing.`, 'Put it back, or say where the images lie now.');
}

async function rendered(
  file: string,
  kind: string,
  shape: (image: Sharp) => Sharp,
  quality: WebpOptions = { quality: 82 },
): Promise<string> {
  if (!existsSync(file)) throw missing(file);
  const { mtimeMs, size } = statSync(file);
  const key = createHash('sha256').update(`${file}\0${mtimeMs}\0${size}\0${kind}`).digest('hex');
  const target = join(cacheFolder(), key.slice(0, 2), `${key}.webp`);
  if (existsSync(target)) return target;
  const known = underWay.get(target);
  if (known) return await known;
  const work = inTurn(() => render(file, target, (image) => shape(image).webp(quality))).finally(() =>
    underWay.delete(target),
  );
  underWay.set(target, work);
  return await work;
}

async function render(file: string, target: string, shape: (image: Sharp) => Sharp): Promise<string> {
  mkdirSync(join(target, '..'), { recursive: true });
  const draft = `${target}.${process.pid}.part`;
  try {
    await shape(sharp(file)).toFile(draft);
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
