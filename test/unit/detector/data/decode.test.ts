// Every kind of file ends as the same upright 8-bit RGB, and a broken one as a sentence that names it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeBytes, decodeFile } from '../../../../src/main/detector/data/decode.ts';
import { Problem } from '../../../../src/shared/problem.ts';

const [width, height] = [5, 3];
const upright = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 37) % 256);

/** Where the file keeps the upright pixel (x, y), by EXIF orientation. */
const storedAt: Record<number, (x: number, y: number) => [number, number]> = {
  1: (x, y) => [x, y],
  2: (x, y) => [width - 1 - x, y],
  3: (x, y) => [width - 1 - x, height - 1 - y],
  4: (x, y) => [x, height - 1 - y],
  5: (x, y) => [y, x],
  6: (x, y) => [y, width - 1 - x],
  7: (x, y) => [height - 1 - y, width - 1 - x],
  8: (x, y) => [height - 1 - y, x],
};

function rgb(data: Uint8Array, w: number, h: number) {
  return sharp(data, { raw: { width: w, height: h, channels: 3 } });
}

async function oriented(orientation: number): Promise<Buffer> {
  const [w, h] = orientation < 5 ? [width, height] : [height, width];
  const stored = new Uint8Array(upright.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [sx, sy] = storedAt[orientation]!(x, y);
      stored.set(upright.subarray((y * width + x) * 3, (y * width + x) * 3 + 3), (sy * w + sx) * 3);
    }
  }
  return rgb(stored, w, h).withMetadata({ orientation }).png().toBuffer();
}

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'decode-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function problemOf(name: string, bytes: Uint8Array | undefined): Promise<Problem> {
  const path = join(folder, name);
  if (bytes !== undefined) await writeFile(path, bytes);
  const error = await decodeFile(path).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Problem);
  expect((error as Problem).message).toContain(path);
  return error as Problem;
}

describe('pixels', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('EXIF orientation %i gives the upright pixels', async (orientation) => {
    const image = await decodeBytes(await oriented(orientation), 'oriented');
    expect([image.width, image.height]).toEqual([width, height]);
    expect([...image.data]).toEqual([...upright]);
  });

  it('lays transparency on white', async () => {
    const rgba = Uint8Array.from([10, 20, 30, 0, 10, 20, 30, 255]);
    const png = await sharp(rgba, { raw: { width: 2, height: 1, channels: 4 } })
      .png()
      .toBuffer();
    expect([...(await decodeBytes(png, 'rgba')).data]).toEqual([255, 255, 255, 10, 20, 30]);
  });

  it('repeats grey in three channels', async () => {
    const grey = sharp(Uint8Array.from([0, 100, 255]), { raw: { width: 3, height: 1, channels: 1 } });
    const png = await grey.toColourspace('b-w').png().toBuffer();
    expect([...(await decodeBytes(png, 'grey')).data]).toEqual([0, 0, 0, 100, 100, 100, 255, 255, 255]);
  });

  it('keeps the upper byte of 16-bit colour and grey', async () => {
    const deep = Uint16Array.from([0, 0x8000, 0xffff]);
    const colour = await sharp(deep, { raw: { width: 1, height: 1, channels: 3 } })
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    expect((await sharp(colour).metadata()).depth).toBe('ushort');
    expect([...(await decodeBytes(colour, 'deep')).data]).toEqual([0, 128, 255]);
    const grey = await sharp(deep, { raw: { width: 3, height: 1, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer();
    expect((await sharp(grey).metadata()).depth).toBe('ushort');
    expect([...(await decodeBytes(grey, 'deep grey')).data]).toEqual([0, 0, 0, 128, 128, 128, 255, 255, 255]);
  });

  it('turns CMYK into RGB', async () => {
    const red = rgb(
      Uint8Array.from({ length: 192 }, (_, i) => (i % 3 === 0 ? 220 : 20)),
      8,
      8,
    );
    const cmyk = await red.toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
    expect((await sharp(cmyk).metadata()).channels).toBe(4);
    const { data } = await decodeBytes(cmyk, 'cmyk');
    expect(data.length).toBe(192);
    expect(data[0]).toBeGreaterThan(150);
    expect(data[1]).toBeLessThan(90);
  });

  it('takes the first frame of an animation', async () => {
    const frames = Uint8Array.from({ length: 2 * 12 }, (_, i) => (i < 12 ? 255 : 0));
    const gif = await sharp(frames, { raw: { width: 2, height: 4, channels: 3, pageHeight: 2 } })
      .gif()
      .toBuffer();
    expect((await sharp(gif).metadata()).pages).toBe(2);
    const image = await decodeBytes(gif, 'animation');
    expect([image.height, ...image.data]).toEqual([2, ...new Array(12).fill(255)]);
  });
});

describe('broken files', () => {
  const noise = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * i * 7) % 251);

  it('names a truncated JPEG and a truncated PNG', async () => {
    const jpeg = await rgb(noise, 64, 64).jpeg().toBuffer();
    await problemOf('cut.jpg', jpeg.subarray(0, jpeg.length / 2));
    const png = await rgb(noise, 64, 64).png().toBuffer();
    await problemOf('cut.png', png.subarray(0, png.length / 2));
  });

  it('names a file that is no image, an empty one, and one that is not there', async () => {
    await problemOf('text.jpg', new TextEncoder().encode('no image'));
    await problemOf('empty.png', new Uint8Array());
    expect((await problemOf('absent.png', undefined)).message).toContain('does not exist');
  });
});
