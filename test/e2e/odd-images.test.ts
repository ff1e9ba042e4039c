// Images as cameras, printers and the web make them: each is imported, shown upright and labelled where it is seen, or left
// out with a sentence.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openProject } from '../../src/main/services/projects.ts';
import { browserProgram, openSampleStudio, type Studio } from './studio.ts';

const program = browserProgram();
const WIDTH = 120;
const HEIGHT = 80;

/** Upright, 120x80, white with a red square from (12, 8) to (36, 32). */
function upright(): Sharp {
  const red = { create: { width: 24, height: 24, channels: 3 as const, background: '#e00000' } };
  return sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: '#ffffff' } }).composite([
    { input: red, left: 12, top: 8 },
  ]);
}

/** Stored turned or mirrored so that the EXIF orientation brings it upright. */
async function oriented(orientation: number): Promise<Buffer> {
  const png = await upright().png().toBuffer();
  const ways: Readonly<Record<number, (image: Sharp) => Sharp>> = {
    1: (image) => image,
    2: (image) => image.flop(),
    3: (image) => image.rotate(180),
    4: (image) => image.flip(),
    6: (image) => image.rotate(-90),
    8: (image) => image.rotate(90),
  };
  // 5 and 7 are mirrored along a diagonal: a quarter turn of what is flipped
  const mirrored = await sharp(png).flop().png().toBuffer();
  const stored =
    orientation === 5
      ? sharp(mirrored).rotate(-90)
      : orientation === 7
        ? sharp(mirrored).rotate(90)
        : (ways[orientation] ?? ((image: Sharp) => image))(sharp(png));
  const pixels = await stored.png().toBuffer();
  return await sharp(pixels).withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer();
}

async function drawOddImages(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const put = (name: string, bytes: Buffer) => writeFileSync(join(folder, name), bytes);
  for (let orientation = 1; orientation <= 8; orientation++)
    put(`exif-${orientation}.jpg`, await oriented(orientation));
  put('cmyk.jpg', await upright().toColourspace('cmyk').jpeg().toBuffer());
  put('sixteen-bit.png', await upright().toColourspace('rgb16').png().toBuffer());
  put('sixteen-bit.tif', await upright().toColourspace('rgb16').tiff().toBuffer());
  put('grey.png', await upright().greyscale().toColourspace('b-w').png().toBuffer());
  put('alpha.png', await upright().ensureAlpha(0.5).png().toBuffer());
  put(
    'point.png',
    await sharp({ create: { width: 1, height: 1, channels: 3, background: '#0a0' } })
      .png()
      .toBuffer(),
  );
  const whole = await upright().resize(1200, 800).jpeg().toBuffer();
  put('cut-off.jpg', whole.subarray(0, whole.length / 2));
  put('no-image.jpg', Buffer.from('this is a text'));
  const frames = await Promise.all(
    ['#e00000', '#00e000'].map((background) =>
      sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  );
  const animation = sharp(frames, { join: { animated: true } });
  put(
    'moving.gif',
    await animation
      .clone()
      .gif({ delay: [100, 100] })
      .toBuffer(),
  );
  put(
    'moving.webp',
    await animation
      .clone()
      .webp({ delay: [100, 100] })
      .toBuffer(),
  );
}

describe.skipIf(!program)('odd images', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ddod-odd-'));
  const images = join(folder, 'pictures');
  let studio: Studio;
  let page: Page;

  beforeAll(async () => {
    await drawOddImages(images);
    studio = await openSampleStudio(program ?? '');
    page = studio.page;
    page.setDefaultTimeout(15_000);
    await page.getByTitle('All projects').click();
    await page.getByLabel('Name', { exact: true }).fill('Odd');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByText('This project has no images yet').waitFor();
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('come in, and those that are broken are told in a sentence', async () => {
    await page.getByRole('button', { name: 'Import images …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Folder, or a label file').fill(images);
    await dialog.getByRole('button', { name: 'Look at it' }).click();
    await dialog.getByText(/^16 images, 0 boxes/).waitFor();
    await dialog.getByText('2 things are left out').click();
    await dialog.getByText(/cut-off\.jpg: the image is broken off/).waitFor();
    await dialog.getByText(/no-image\.jpg: the image cannot be read/).waitFor();
    await dialog.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByText('16 of 16', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Label', exact: true }).click();
    await page.getByRole('textbox', { name: /class/i }).first().fill('square');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Images', exact: true }).click();
  });

  /** Colour of the pixel (24, 20), in the middle of the square, as the browser shows the picture of an image. */
  async function pixelOf(name: string, size: 'image' | 'thumbnail') {
    const tile = page.getByRole('button', { name: `Label ${name}` });
    const source = await tile.locator('img').getAttribute('src');
    const address = (source ?? '').replace('/thumbnail/', `/${size}/`);
    const pixel: unknown = await page.evaluate(`(async () => {
      const image = new Image();
      image.src = ${JSON.stringify(address)};
      await image.decode();
      const { naturalWidth: width, naturalHeight: height } = image;
      const canvas = Object.assign(document.createElement('canvas'), { width, height });
      const context = canvas.getContext('2d');
      context.drawImage(image, 0, 0);
      const [red, green, blue] = context.getImageData(width > 1 ? 24 : 0, width > 1 ? 20 : 0, 1, 1).data;
      return { width, height, red, green, blue };
    })()`);
    return pixel as Record<'width' | 'height' | 'red' | 'green' | 'blue', number>;
  }

  const names = [1, 2, 3, 4, 5, 6, 7, 8].map((orientation) => `exif-${orientation}.jpg`);

  it.each([
    ...names,
    'cmyk.jpg',
    'sixteen-bit.png',
    'sixteen-bit.tif',
    'alpha.png',
    'moving.gif',
    'moving.webp',
  ])('%s is shown upright, with its square where it belongs', async (name) => {
    for (const size of ['thumbnail', 'image'] as const) {
      const pixel = await pixelOf(name, size);
      expect({ name, size, ...pixel }).toMatchObject({ width: WIDTH, height: HEIGHT });
      expect(pixel.red).toBeGreaterThan(150);
      expect(Math.max(pixel.green, pixel.blue)).toBeLessThan(name === 'cmyk.jpg' ? 90 : 60);
    }
  });

  it('grey ones and a single pixel are shown too', async () => {
    expect(await pixelOf('grey.png', 'image')).toMatchObject({ width: WIDTH, height: HEIGHT });
    expect(await pixelOf('point.png', 'image')).toMatchObject({ width: 1, height: 1 });
  });

  it.each(names)('a box drawn around the square of %s has the square’s upright pixels', async (name) => {
    await page.getByRole('button', { name: 'Images', exact: true }).click();
    await page.getByRole('button', { name: `Label ${name}` }).click();
    const canvas = page.locator('canvas[aria-label^="Image"]');
    await canvas.waitFor();
    await page.getByText(name, { exact: true }).first().waitFor();
    await page.waitForTimeout(400);
    await page.keyboard.press('f');
    const square = await redSquare();
    await page.keyboard.press('w');
    await page.mouse.move(square.left, square.top);
    await page.mouse.down();
    await page.mouse.move((square.left + square.right) / 2, (square.top + square.bottom) / 2);
    await page.mouse.move(square.right, square.bottom);
    await page.mouse.up();
    await page.getByText('Saved', { exact: true }).waitFor();
    await expect.poll(() => boxOf(name)).toBeDefined();
    const box = boxOf(name);
    const off = [(box?.x ?? 0) - 12, (box?.y ?? 0) - 8, (box?.width ?? 0) - 24, (box?.height ?? 0) - 24];
    for (const part of off)
      expect(Math.abs(part), `${name} ${off} ${JSON.stringify(square)}`).toBeLessThan(1);
  });

  /** Where the red square is on the screen, in its pixels. */
  async function redSquare() {
    const { data, info } = await sharp(await page.screenshot())
      .raw()
      .toBuffer({ resolveWithObject: true });
    const area = await page.locator('canvas[aria-label^="Image"]').boundingBox();
    if (!area) throw new Error('no canvas');
    const [xs, ys]: [number[], number[]] = [[], []];
    for (let y = Math.ceil(area.y); y < area.y + area.height; y++) {
      for (let x = Math.ceil(area.x); x < area.x + area.width; x++) {
        const at = (y * info.width + x) * info.channels;
        if ((data[at] ?? 0) > 140 && (data[at + 1] ?? 0) < 40 && (data[at + 2] ?? 0) < 40) {
          xs.push(x);
          ys.push(y);
        }
      }
    }
    xs.sort((a, b) => a - b);
    ys.sort((a, b) => a - b);
    // a few stray pixels of marks at either end do not count
    const at = (list: number[], share: number) => list[Math.floor((list.length - 1) * share)] ?? 0;
    return { left: at(xs, 0.002), right: at(xs, 0.998) + 1, top: at(ys, 0.002), bottom: at(ys, 0.998) + 1 };
  }

  function boxOf(name: string) {
    const project = openProject(join(process.env.DDOD_PROJECTS_DIR ?? '', 'Odd'), { readOnly: true });
    const image = [...project.snapshots.now()].find(({ path }) => path === name);
    project.close();
    return image?.boxes[0];
  }

  it('never changed a file', () => {
    expect(readFileSync(join(images, 'no-image.jpg'), 'utf8')).toBe('this is a text');
  });
});
