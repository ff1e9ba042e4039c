// Every screen in both themes beside a picture of how it was when somebody last looked and found it good. Small pictures are
// compared, so that a letter drawn half a pixel off does not matter, and a part that moved, vanished or lost its colour does.
// DDOD_LOOKS=keep writes the pictures anew: look at each before it is committed.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserProgram, openSampleStudio, type Studio } from './studio.ts';

const program = browserProgram();
const kept = fileURLToPath(new URL('./looks', import.meta.url));
const failed = fileURLToPath(new URL('../../test-results/looks', import.meta.url));
const keeps = process.env.DDOD_LOOKS === 'keep';

/** What is compared, in pixels: a quarter of the window in each direction, in tiles of 5 x 5. */
const [WIDTH, HEIGHT, TILE] = [320, 200, 5];
/** Levels of 255 by which a tile may be off in one channel, and the share of tiles that may be off by more. */
const [LEVELS, SHARE] = [20, 0.01];

/** Width of a sentence in the window's fonts: with others, every line breaks elsewhere. */
const sentenceWidth = (page: Page) =>
  page.evaluate(`(() => {
    const context = document.createElement('canvas').getContext('2d');
    // the shorthand \`font\` is empty where a part of it has no short form
    const { fontSize, fontFamily } = getComputedStyle(document.body);
    context.font = fontSize + ' ' + fontFamily;
    return context.measureText('Fine-tune on 60 images, 3 classes').width;
  })()`) as Promise<number>;

/** Means of the tiles in red, green and blue; by way of one size, so that a picture kept smaller has the same. */
async function tiles(picture: Buffer | string): Promise<Uint8Array> {
  const small = await sharp(picture).removeAlpha().resize(WIDTH, HEIGHT, { fit: 'fill' }).raw().toBuffer();
  const raw = { width: WIDTH, height: HEIGHT, channels: 3 } as const;
  const means = sharp(small, { raw }).resize(WIDTH / TILE, HEIGHT / TILE, { fit: 'fill', kernel: 'linear' });
  return new Uint8Array(await means.raw().toBuffer());
}

/** Share of tiles that differ. */
async function difference(picture: Buffer, before: string): Promise<number> {
  const [now, then] = [await tiles(picture), await tiles(before)];
  const count = now.length / 3;
  let off = 0;
  for (let tile = 0; tile < count; tile++) {
    const channels = [0, 1, 2].map((c) => Math.abs((now[tile * 3 + c] ?? 0) - (then[tile * 3 + c] ?? 0)));
    if (Math.max(...channels) > LEVELS) off++;
  }
  return off / count;
}

/** The window once nothing moves: pictures are there, and messages in passing are gone. */
async function still(page: Page): Promise<Buffer> {
  await page.waitForLoadState('networkidle');
  await page.mouse.move(0, 0);
  await page.waitForFunction('[...document.images].every((image) => image.complete)');
  const shot = (): Promise<Buffer> => page.screenshot({ animations: 'disabled', caret: 'hide' });
  let before: Buffer;
  let now = await shot();
  do {
    await page.waitForTimeout(300);
    before = now;
    now = await shot();
  } while (!before.equals(now));
  return now;
}

async function keep(name: string, picture: Buffer): Promise<void> {
  await sharp(picture)
    .resize(640, 400)
    .webp({ quality: 82 })
    .toFile(join(kept, `${name}.webp`));
}

describe.skipIf(!program)('the look of', () => {
  let studio: Studio;
  let page: Page;
  let sameFonts = true;

  beforeAll(async () => {
    studio = await openSampleStudio(program ?? '');
    page = studio.page;
    await page.getByRole('button', { name: 'Dismiss' }).click();
    const note = join(kept, 'fonts.json');
    const width = Math.round(await sentenceWidth(page));
    if (keeps) writeFileSync(note, `{ "width": ${width} }\n`);
    sameFonts = JSON.parse(readFileSync(note, 'utf8')).width === width;
    if (!sameFonts)
      console.log('Other fonts than those of the kept pictures are here: looks are not compared.');
  }, 120_000);
  afterAll(() => studio?.close());

  const go = (view: string) =>
    page.getByRole('navigation').getByRole('button', { name: view, exact: true }).click();
  const screens: Record<string, () => Promise<unknown>> = {
    images: () => go('Images'),
    label: async () => {
      await go('Images');
      await page.getByRole('button', { name: 'Label sample_0001.jpg' }).click();
      await page.locator('canvas[aria-label^="Image"]').waitFor();
    },
    keys: () => page.keyboard.press('?'),
    train: async () => {
      await page.keyboard.press('Escape');
      await go('Train');
    },
    evaluate: () => go('Evaluate'),
    export: () => go('Export'),
  };

  for (const theme of ['dark', 'light'] as const) {
    for (const [screen, open] of Object.entries(screens)) {
      it(`${screen}, ${theme}`, async ({ skip }) => {
        if (!sameFonts) skip();
        await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
        await expect.poll(() => page.evaluate('document.documentElement.dataset.theme')).toBe(theme);
        await open();
        const picture = await still(page);
        const name = `${screen}-${theme}`;
        if (keeps) return await keep(name, picture);
        expect(existsSync(join(kept, `${name}.webp`)), `${name} is kept`).toBe(true);
        const share = await difference(picture, join(kept, `${name}.webp`));
        if (share > SHARE) {
          mkdirSync(failed, { recursive: true });
          writeFileSync(join(failed, `${name}.png`), picture);
        }
        expect(share, `share of ${name} that looks otherwise; see test-results/looks`).toBeLessThan(SHARE);
      });
    }
  }
});
