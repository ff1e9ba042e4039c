// Image files as a window can show them: small ones for the gallery, kept in a per-user cache, and large ones in a
// format that browsers read.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { extname, join } from 'node:path';
import sharp, { type Sharp, type WebpOptions } from 'sharp';
import { clip } from '../../shared/box.ts';
import type { Rect } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import { PictureQueue } from './picture-queue.ts';

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
const queue = new PictureQueue(AT_ONCE);

/** Where pictures are kept that can be made again. */
export function cacheFolder(): string {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return process.env.DDOD_THUMBNAILS ?? join(cache, 'ddod-studio', 'thumbnails');
}

/** An upright small copy of an image. Throws a Problem for a file that is missing or damaged. */
export async function thumbnail(file: string, signal?: AbortSignal): Promise<Picture> {
  const shape = (image: Sharp) =>
    image.rotate().resize(THUMBNAIL_SIDE, THUMBNAIL_SIDE, { fit: 'inside', withoutEnlargement: true });
  const made = await rendered({ file, kind: 'small', shape, signal });
  return { file: made, type: 'image/webp' };
}

/** The image itself where browsers can show it, an upright copy otherwise. */
export async function fullPicture(file: string, signal?: AbortSignal): Promise<Picture> {
  if (!existsSync(file)) throw missing(file);
  const type = SHOWN_BY_BROWSERS[extname(file).toLowerCase()];
  if (type) return { file, type };
  const shape = (image: Sharp) => image.rotate();
  return { file: await rendered({ file, kind: 'full', shape, signal }), type: 'image/webp' };
}

/** A rectangle of whole pixels in or around an upright image. */
export type Crop = Rect;

const CROP_SIDE = 480;
/** How much larger than its image a part may be. */
const MOST_AROUND = 4;

/**
 * A part of an image of `size`, upright and not enlarged; small ones without loss, so that their pixels can be counted. What
 * lies beside the image is transparent.
 */
export async function croppedPicture(
  file: string,
  size: { readonly width: number; readonly height: number },
  crop: Crop | undefined,
  signal?: AbortSignal,
): Promise<Picture> {
  const { x, y, width, height } = crop ?? { x: 0, y: 0, ...size };
  const within = clip({ x, y, width, height }, size);
  const most = Math.max(CROP_SIDE, MOST_AROUND * Math.max(size.width, size.height));
  if (!within || Math.max(width, height) > most) throw new Problem('That part lies outside the image.');
  const scale = Math.min(1, CROP_SIDE / Math.max(width, height));
  const kind = `crop ${x} ${y} ${width} ${height}`;
  const shape = (image: Sharp) => cutOut(image.rotate(), { x, y, width, height }, within, scale);
  const made = await rendered({ file, kind, shape, signal, quality: { lossless: scale === 1 } });
  return { file: made, type: 'image/webp' };
}

/** The part `within` the image, with what `whole` has around it. */
function cutOut(image: Sharp, whole: Crop, within: Crop, scale: number): Sharp {
  const scaled = (length: number) => Math.round(length * scale);
  const { x: left, y: top, width, height } = within;
  const part = image.extract({ left, top, width, height });
  const sized =
    scale === 1
      ? part
      : part.resize(Math.max(1, scaled(width)), Math.max(1, scaled(height)), { fit: 'fill' });
  const edges = {
    left: scaled(left - whole.x),
    top: scaled(top - whole.y),
    right: scaled(whole.x + whole.width - left - width),
    bottom: scaled(whole.y + whole.height - top - height),
  };
  const isWithin = Object.values(edges).every((edge) => edge === 0);
  return isWithin ? sized : sized.extend({ ...edges, background: { r: 0, g: 0, b: 0, alpha: 0 } });
}

function missing(file: string): Problem {
  return new Problem(`The image ${file} is missing.`, 'Put it back, or say where the images lie now.');
}

interface Rendering {
  readonly file: string;
  readonly kind: string;
  readonly shape: (image: Sharp) => Sharp;
  readonly quality?: WebpOptions;
  readonly signal: AbortSignal | undefined;
}

async function rendered({
  file,
  kind,
  shape,
  signal,
  quality = { quality: 82 },
}: Rendering): Promise<string> {
  if (!existsSync(file)) throw missing(file);
  const { mtimeMs, size } = statSync(file);
  const key = createHash('sha256').update(`${file}\0${mtimeMs}\0${size}\0${kind}`).digest('hex');
  const target = join(cacheFolder(), key.slice(0, 2), `${key}.webp`);
  if (existsSync(target)) return target;
  return await queue.get(target, () => render(file, target, (image) => shape(image).webp(quality)), signal);
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
