// From an image file to upright 8-bit RGB pixels, by libvips through sharp.

import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { Problem } from '../../../shared/problem.ts';
import { isOutOfMemory } from '../out-of-memory.ts';
import type { RgbImage } from './rgb-image.ts';

// images are decoded side by side by the pool; threads within one image would only fight for cores
sharp.concurrency(1);
sharp.cache(false);

/**
 * The pixels of the image file at `path`: EXIF orientation applied, transparency on white, 16-bit, grey, palette and
 * CMYK as 8-bit RGB, the first frame of an animation. RGB profiles are ignored, as OpenCV does; CMYK ones are applied.
 * Throws a Problem that names the file where it is absent, unreadable, truncated or no image, and an Error that
 * `isOutOfMemory` knows where memory is what fails.
 */
export async function decodeFile(path: string): Promise<RgbImage> {
  return decodeBytes(await bytesOf(path), path);
}

/** As decodeFile, from bytes in memory; `name` stands for them in errors. */
export async function decodeBytes(bytes: Uint8Array, name: string): Promise<RgbImage> {
  try {
    return await decode(bytes);
  } catch (error) {
    throwWithoutMemory(name, error);
    throw new Problem(
      `The image ${name} cannot be read: ${firstLine(error)}.`,
      'Replace it with an intact copy, or remove it from the data set.',
    );
  }
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throwWithoutMemory(path, error);
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new Problem(
      absent
        ? `The image ${path} does not exist.`
        : `The image ${path} cannot be opened: ${firstLine(error)}.`,
      'Put it back where it was, or remove it from the data set.',
    );
  }
}

/** No fault of the image, which must not be left out for it: throws an Error that `isOutOfMemory` knows. */
function throwWithoutMemory(name: string, error: unknown): void {
  if (isOutOfMemory(error)) throw new Error(`The image ${name} was not decoded: ${firstLine(error)}.`);
}

async function decode(bytes: Uint8Array): Promise<RgbImage> {
  // 'error' passes files with harmless oddities that 'warning', the default, refuses
  const options = { failOn: 'error', animated: false } as const;
  const { space } = await sharp(bytes, options).metadata();
  const { data, info } = await sharp(bytes, { ...options, ignoreIcc: space !== 'cmyk', autoOrient: true })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { width: info.width, height: info.height, data: threeChannels(pixels, info.channels) };
}

function threeChannels(pixels: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return pixels;
  // grey (1) and grey with alpha (2) repeat their first channel
  const step = channels < 3 ? 0 : 1;
  const count = pixels.length / channels;
  const rgb = new Uint8Array(count * 3);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) rgb[i * 3 + c] = pixels[i * channels + c * step] as number;
  }
  return rgb;
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n')[0] ?? '').trim().replace(/\.$/, '');
}
