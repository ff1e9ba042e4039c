import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { cutTiles, preview, tile } from '../../../src/main/services/pyramids.ts';
import { tileRect, tilesIn, topLevel } from '../../../src/shared/pyramid.ts';
import { temporaryFolder } from './temporary.ts';

/** A file whose upright form is 1200 x 1700, red above and blue below. */
async function turnedImage(folder: string): Promise<string> {
  const file = join(folder, 'turned.jpg');
  const upright = await sharp({ create: { width: 1200, height: 1700, channels: 3, background: '#0000ff' } })
    .composite([
      {
        input: { create: { width: 1200, height: 850, channels: 3, background: '#ff0000' } },
        top: 0,
        left: 0,
      },
    ])
    .png()
    .toBuffer();
  await sharp(upright).rotate(-90).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toFile(file);
  return file;
}

describe('large images in tiles', () => {
  it('are upright, and as large as the pyramid says', async () => {
    const folder = temporaryFolder();
    const file = await turnedImage(folder);
    const cache = join(folder, 'cache');
    await Promise.all([cutTiles(file, cache), cutTiles(file, cache)]);
    const image = { width: 1200, height: 1700 };
    for (const wanted of tilesIn(image, topLevel(image), { x: 0, y: 0, ...image })) {
      const made = tile(file, cache, wanted);
      const { width, height } = tileRect(image, wanted);
      expect(await sharp(made?.file).metadata()).toMatchObject({ width, height });
    }
    const top = await sharp(tile(file, cache, { level: 11, x: 0, y: 0 })?.file).stats();
    expect(top.channels[0]?.mean).toBeGreaterThan(240);
    const bottom = await sharp(tile(file, cache, { level: 11, x: 0, y: 3 })?.file).stats();
    expect(bottom.channels[2]?.mean).toBeGreaterThan(240);
    expect(tile(file, cache, { level: 11, x: 9, y: 0 })).toBeUndefined();
    const small = await preview(file, cache);
    // 1536 pixels along the longer side
    expect(await sharp(small.file).metadata()).toMatchObject({ width: 1084, height: 1536 });
    expect(readdirSync(cache)).toHaveLength(1);
  });

  it('say which file is missing or damaged', async () => {
    const folder = temporaryFolder();
    await expect(preview(join(folder, 'none.jpg'), folder)).rejects.toThrow('none.jpg is missing');
    await expect(cutTiles(import.meta.filename, join(folder, 'cache'))).rejects.toThrow(
      'pyramids.test.ts cannot be read',
    );
  });
});
