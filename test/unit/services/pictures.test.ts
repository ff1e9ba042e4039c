// Parts of images: upright, to the pixel, with nothing where they reach beyond the image.
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { croppedPicture, thumbnail } from '../../../src/main/services/pictures.ts';
import { temporaryFolder } from './temporary.ts';

const SIZE = { width: 240, height: 160 };

describe('a part of an image', () => {
  let file: string;

  beforeEach(async () => {
    const folder = temporaryFolder();
    process.env.DDOD_THUMBNAILS = join(folder, 'thumbnails');
    file = join(folder, 'turned.png');
    const pixels = Buffer.from(
      Array.from({ length: 240 * 160 * 3 }, (_, at) => {
        const [x, y] = [Math.floor(at / 3) % 240, Math.floor(at / 720)];
        return [x, y, 200][at % 3] ?? 0;
      }),
    );
    const upright = await sharp(pixels, { raw: { ...SIZE, channels: 3 } })
      .png()
      .toBuffer();
    // stored lying on its side; 6: to be turned by a quarter to the right
    await sharp(upright).rotate(-90).withMetadata({ orientation: 6 }).png().toFile(file);
  });

  /** Red, green, blue and opacity of a pixel. */
  async function pixelsOf(crop: { x: number; y: number; width: number; height: number }) {
    const { file: made } = await croppedPicture(file, SIZE, crop);
    const { data, info } = await sharp(made).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    const at = (x: number, y: number) => [
      ...data.subarray((y * info.width + x) * 4, (y * info.width + x) * 4 + 4),
    ];
    return { at, size: [info.width, info.height] };
  }

  it('holds the pixels that were asked for', async () => {
    const { at, size } = await pixelsOf({ x: 20, y: 10, width: 5, height: 3 });
    expect(size).toEqual([5, 3]);
    expect(at(0, 0)).toEqual([20, 10, 200, 255]);
    expect(at(4, 2)).toEqual([24, 12, 200, 255]);
  });

  it('is empty beside the image', async () => {
    const { at, size } = await pixelsOf({ x: -5, y: 155, width: 10, height: 10 });
    expect(size).toEqual([10, 10]);
    expect(at(4, 0)[3]).toBe(0);
    expect(at(5, 0)).toEqual([0, 155, 200, 255]);
    expect(at(9, 4)).toEqual([4, 159, 200, 255]);
    expect(at(5, 5)[3]).toBe(0);
  });

  it('keeps its shape where it is made smaller', async () => {
    const { at, size } = await pixelsOf({ x: -360, y: 0, width: 960, height: 320 });
    expect(size).toEqual([480, 160]);
    expect(at(170, 40)[3]).toBe(0);
    expect(at(240, 40)[3]).toBe(255);
    expect(at(240, 100)[3]).toBe(0);
  });

  it('is refused where nothing of the image is in it, or all too much beside it', async () => {
    for (const crop of [
      { x: 240, y: 0, width: 10, height: 10 },
      { x: -5000, y: 0, width: 9000, height: 10 },
    ])
      await expect(croppedPicture(file, SIZE, crop)).rejects.toThrow('outside the image');
  });

  it('is not made for who has left', async () => {
    await expect(thumbnail(file, AbortSignal.abort())).rejects.toThrow(/abort/i);
  });
});
