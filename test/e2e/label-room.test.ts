// What is in sight of the label view in a window of common size: the lists beside the canvas, the image below its tools, the
// strip at the current image; and what an image without a file says.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProject } from '../../src/main/services/projects.ts';
import { boxCount, canvasOf, dragOver } from './canvas-hands.ts';
import { browserProgram, openStudio, type Studio } from './studio.ts';

const program = browserProgram();
if (!program) console.log('No browser was found, so the room in the label view is not looked at.');
const [WIDTH, HEIGHT] = [480, 640];
const IMAGES = 60;
const CLASSES = 17;
/** The image whose file is gone. */
const GONE = 3;
/** The image whose box reaches outside. */
const OUTSIDE = 2;

describe.skipIf(!program)('the label view in a common window', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ddod-room-'));
  let studio: Studio;
  let page: Page;

  const list = (name: string | RegExp) => page.getByRole('region', { name });
  const shows = (name: string) => page.locator('footer').getByText(name).waitFor();
  const key = (name: string) => page.keyboard.press(name);
  const state = () => page.locator('footer [role="img"]').first().getAttribute('aria-label');

  const path = (index: number) => join(folder, `picture-${String(index).padStart(2, '0')}.jpg`);

  beforeAll(async () => {
    const picture = { width: WIDTH, height: HEIGHT, channels: 3, background: '#708090' } as const;
    await sharp({ create: picture }).jpeg().toFile(path(1));
    await Promise.all(
      Array.from({ length: IMAGES - 1 }, (_, at) => at + 2)
        .filter((index) => index !== GONE)
        .map((index) => sharp({ create: picture }).jpeg().toFile(path(index))),
    );
    const images = Array.from({ length: IMAGES }, (_, at) => ({
      path: path(at + 1),
      width: WIDTH,
      height: HEIGHT,
      orientation: 1 as const,
      boxes: at === OUTSIDE - 1 ? [{ classIndex: 0, x1: -200, y1: 10, x2: 100, y2: 90 }] : [],
      isDraft: true,
    }));
    const project = createProject(join(folder, 'project'), 'Room');
    const classes = Array.from({ length: CLASSES }, (_, at) => ({ name: `class ${at + 1}` }));
    project.datasets.commit({ format: 'images', classes, images, skipped: [], warnings: [] });
    project.close();
    studio = await openStudio(program ?? '', join(folder, 'project'));
    page = studio.page;
    page.setDefaultTimeout(10_000);
    await page.getByRole('button', { name: 'Label', exact: true }).click();
    await page.locator('canvas.ground[data-image="1"]').waitFor();
  }, 120_000);
  afterAll(async () => {
    await studio?.close();
    rmSync(folder, { recursive: true });
  });

  async function areaOf(what: Locator) {
    const area = await what.boundingBox();
    if (!area) throw new Error('not in sight');
    return { ...area, bottom: area.y + area.height };
  }

  it('draws a box by keys alone, and stays on the image meanwhile', async () => {
    await key('w');
    for (const step of [
      'Shift+ArrowLeft',
      'ArrowUp',
      'Enter',
      'Shift+ArrowRight',
      'Shift+ArrowDown',
      'ArrowDown',
      ' ',
    ])
      await key(step);
    await expect.poll(() => boxCount(page)).toBe(1);
    await list(/^Boxes/)
      .getByText('10×11')
      .waitFor();
    await shows('1 of 60');
    await key('Escape');
    await key('Escape');
  });

  it('has room for boxes beside many classes and an open history', async () => {
    await key('Shift+H');
    await list('History').getByText('Drawn').waitFor();
    const areas = await Promise.all([list('Classes'), list(/^Boxes/), list('History')].map(areaOf));
    const row = await areaOf(
      list(/^Boxes/)
        .locator('li')
        .first(),
    );
    expect(row.bottom).toBeLessThanOrEqual(areas[1]?.bottom ?? 0);
    areas.slice(1).forEach((area, at) => {
      expect(area.y).toBeGreaterThanOrEqual((areas[at]?.bottom ?? 0) - 1);
    });
    const done = await areaOf(page.getByRole('button', { name: /^Done, next/ }));
    expect(done.bottom).toBeLessThanOrEqual(800);
    await key('Shift+H');
  });

  it('shows the whole image below the tools', async () => {
    await key('f');
    const tools = await areaOf(page.getByRole('toolbar'));
    const area = await areaOf(canvasOf(page));
    await page.mouse.move(area.x + area.width / 2, tools.bottom + 2);
    await page.mouse.move(area.x + area.width / 2, tools.bottom + 3);
    expect(
      await page
        .locator('footer')
        .getByText(/y -\d+/)
        .count(),
    ).toBe(1);
  });

  it('has its hint until three boxes were drawn, whichever window is looked at', async () => {
    const hint = () => page.getByText(/^Drag to draw/).count();
    expect(await hint()).toBe(1);
    await dragOver(page, [0.4, 0.3], [0.45, 0.35]);
    await dragOver(page, [0.5, 0.3], [0.55, 0.35]);
    await expect.poll(hint).toBe(0);
    await page.getByText('Saved', { exact: true }).waitFor();
    await page.reload();
    await list(/^Boxes/)
      .getByText('10×11')
      .waitFor();
    expect(await hint()).toBe(0);
  });

  it('says where the selected boxes are of several classes', async () => {
    await key('Tab');
    await key('2');
    await key('Control+a');
    await list('Classes').getByText('mixed').waitFor();
    expect(await list('Classes').locator('[aria-pressed="mixed"]').count()).toBe(2);
    await key('3');
    await expect
      .poll(() => list('Classes').locator('[aria-pressed="true"]').textContent())
      .toMatch(/^class 3/);
    await key('Escape');
  });

  it('asks whose a key is beside wherever that stands, and goes on there', async () => {
    const focused = () =>
      page.evaluate<string>('document.activeElement?.ariaLabel ?? document.activeElement?.tagName');
    await key('?');
    const asking = page.getByRole('dialog', { name: 'Keys' });
    const accepting = asking.getByRole('button', { name: /^Change the key of: Accept all/ });
    await accepting.click();
    const scrolled = "document.querySelector('[role=dialog] .body').scrollTop";
    await page.evaluate<void>(`${scrolled} = 1e6`);
    await key('d');
    const take = asking.getByRole('button', { name: /^Use it for/ });
    const [seen, all] = [await areaOf(take), await areaOf(asking)];
    expect(await page.evaluate<number>(scrolled)).toBeGreaterThan(0);
    expect(seen.y).toBeGreaterThan(all.y);
    await asking.getByRole('button', { name: 'Leave it' }).click();
    await expect.poll(focused).toMatch(/^Change the key of: Accept all/);
    await accepting.click();
    await key('d');
    await key('Enter');
    await expect.poll(() => accepting.textContent()).toBe('D');
    await asking.getByRole('button', { name: 'Undo my changes' }).click();
    await expect.poll(() => accepting.textContent()).toBe('Shift+Y');
    expect(await focused()).toBe('INPUT');
    await key('Escape');
  });

  it('tells of small steps on one box in one row, with its class', async () => {
    await key('Tab');
    await key('Shift+H');
    for (let step = 0; step < 4; step++) await key('ArrowDown');
    const first = list('History').getByRole('button', { name: /^Moved, 4 times/ });
    await first.waitFor();
    expect(await first.locator('.classes').textContent()).toBe('class 3');
    expect(await first.getAttribute('title')).toMatch(/^Moved, 4 times · class 3 · .*: look at/);
    await key('Shift+H');
    await key('Escape');
  });

  it('brings a new class in sight of a long list', async () => {
    await page.getByLabel('Name of a new class').fill('late');
    await key('Enter');
    const row = list('Classes').getByRole('listitem').filter({ hasText: 'late' });
    await row.waitFor();
    const within = async () => {
      const [seen, all] = [await areaOf(row), await areaOf(list('Classes').locator('ul'))];
      return seen.y >= all.y - 1 && seen.bottom <= all.bottom + 1;
    };
    await expect.poll(within).toBe(true);
  });

  it('draws no more of a box on a tile than lies on the image', async () => {
    const tile = page
      .getByRole('navigation', { name: 'Images' })
      .getByRole('listitem')
      .nth(OUTSIDE - 1);
    await expect.poll(() => tile.locator('svg path:not(.rim)').getAttribute('d')).toBe('M0 10h100v80h-100z');
  });

  it('leaves an image that cannot be shown as it is, and says where to find its file', async () => {
    await canvasOf(page).focus();
    await key('d');
    await key('d');
    await shows('3 of 60');
    await page.getByText('is missing or damaged').first().waitFor();
    await key('Enter');
    await page.getByText('An image that cannot be shown is left as it is.').waitFor();
    await shows('4 of 60');
    await key('a');
    await shows('3 of 60');
    expect(await state()).toBe('unlabelled');
    await page.getByRole('button', { name: 'To the images, to find the file' }).click();
    await page.getByRole('button', { name: 'Say where they are …' }).waitFor();
  });

  it('shows it once its file is there again', async () => {
    copyFileSync(path(1), path(GONE));
    await page.getByRole('button', { name: 'Label', exact: true }).click();
    await page.locator(`canvas.ground[data-image="${GONE}"]`).waitFor();
    expect(await page.getByText('is missing or damaged').count()).toBe(0);
  });

  it('has the current image in its strip after it was left', async () => {
    await page.getByRole('button', { name: 'Label', exact: true }).click();
    const current = page.getByRole('navigation', { name: 'Images' }).locator('[aria-current="true"]');
    await page.evaluate<void>("document.querySelector('nav .scroller').scrollTop = 1e6");
    await page.getByRole('button', { name: /picture-55/ }).click();
    await shows('55 of 60');
    for (let time = 0; time < 2; time++) {
      await page.getByRole('button', { name: 'Images', exact: true }).click();
      await page.getByText('60 of 60', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Label', exact: true }).click();
      await shows('55 of 60');
      const isSeen = async () => {
        const strip = await areaOf(page.getByRole('navigation', { name: 'Images' }));
        const tile = await areaOf(current);
        return tile.y >= strip.y && tile.bottom <= strip.bottom;
      };
      await expect.poll(isSeen).toBe(true);
    }
  });
});
