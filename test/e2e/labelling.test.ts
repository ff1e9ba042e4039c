// The main flow through the browser door, with real files: sample project, gallery, a box drawn, taken back, repeated, the
// image marked done, and everything there after a reload.
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boxCount, canvasOf, dragOver } from './canvas-hands.ts';
import { browserProgram, openStudio, type Studio } from './studio.ts';

const program = browserProgram();
if (!program)
  console.log('No browser was found, so the window is not tested: install Chromium or set DDOD_BROWSER.');

describe.skipIf(!program)('labelling in a browser', () => {
  let studio: Studio;
  let page: Page;

  beforeAll(async () => {
    studio = await openStudio(program ?? '');
    page = studio.page;
  });
  afterAll(async () => {
    await studio?.close();
  });

  const canvas = () => canvasOf(page);
  const saved = () => page.getByText('Saved', { exact: true }).waitFor();

  async function expectBoxes(count: number) {
    await expect.poll(() => boxCount(page), { timeout: 10_000 }).toBe(count);
  }

  it('opens the drawn sample on the very first start', async () => {
    await page.getByText('60 of 60', { exact: true }).waitFor({ timeout: 60_000 });
    await expect.poll(() => page.getByRole('button', { name: /^Label sample_/ }).count()).toBeGreaterThan(10);
  });

  it('filters the gallery and lets go of the filter', async () => {
    await page.getByLabel('Split').selectOption('val');
    await page.getByText('9 of 60', { exact: true }).waitFor();
    await page.getByLabel('Split').selectOption('');
    await page.getByText('60 of 60', { exact: true }).waitFor();
  });

  it('draws a box, takes it back and repeats it', async () => {
    await page.getByRole('button', { name: 'Label sample_0002.jpg' }).click();
    await page.getByText('sample_0002.jpg', { exact: true }).waitFor();
    await canvas().waitFor();
    await page.keyboard.press('w');
    const before = await boxCount(page);
    await dragOver(page, [0.3, 0.62], [0.42, 0.82]);
    await expectBoxes(before + 1);
    await saved();
    await page.keyboard.press('Control+z');
    await expectBoxes(before);
    await page.keyboard.press('Control+Shift+z');
    await expectBoxes(before + 1);
  });

  it('gives the new box another class by its key', async () => {
    await page
      .getByRole('region', { name: /^Boxes/ })
      .getByRole('button')
      .last()
      .click();
    await page.keyboard.press('3');
    await saved();
    await expect
      .poll(() => page.getByRole('button', { name: /^platelet \d+×/, pressed: true }).count())
      .toBe(1);
  });

  it('marks it done, goes on, and has everything after a reload', async () => {
    const before = await boxCount(page);
    await page.keyboard.press('Enter');
    await page.getByText('sample_0003.jpg', { exact: true }).waitFor();
    await page.keyboard.press('a');
    await page.getByText('sample_0002.jpg', { exact: true }).waitFor();
    await page.reload();
    await page.getByText('sample_0002.jpg', { exact: true }).waitFor();
    await expectBoxes(before);
    await expect.poll(() => page.locator('footer').getByRole('img', { name: 'done' }).count()).toBe(1);
  });

  it('shows in one window what is drawn in another', async () => {
    const other = await page.context().newPage();
    await other.goto(page.url());
    const shown = other.getByRole('heading', { name: /^Boxes/ }).locator('span');
    const before = await boxCount(page);
    await expect.poll(async () => Number(await shown.textContent())).toBe(before);
    await page.keyboard.press('w');
    await dragOver(page, [0.45, 0.85], [0.55, 0.95]);
    await expect.poll(async () => Number(await shown.textContent())).toBe(before + 1);
    await other.close();
  });

  it('lets nobody in without the link, from another site or under another name', async () => {
    const { port } = studio.server;
    const plain = `http://127.0.0.1:${port}`;
    expect((await fetch(`${plain}/`)).status).toBe(403);
    expect((await fetch(`${plain}/image/1`)).status).toBe(403);
    expect((await fetch(`${plain}/?token=wrong`)).status).toBe(403);
    const cookie = (await studio.page.context().cookies())
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
    const source = await page.locator('img[src*="thumbnail"]').first().getAttribute('src');
    const picture = `${plain}/image/1?${source?.split('?')[1]}`;
    expect((await fetch(picture, { headers: { cookie } })).status).toBe(200);
    expect((await fetch(`${plain}/image/1?project=another`, { headers: { cookie } })).status).toBe(404);
    expect((await fetch(picture, { headers: { cookie, origin: 'https://example.org' } })).status).toBe(403);
    expect((await fetch(`${plain}/..%2f..%2fpackage.json`, { headers: { cookie } })).status).toBe(404);
    expect((await fetch(`${plain}/image/999999`, { headers: { cookie } })).status).toBe(404);
  });

  it('made the page complain about nothing', () => {
    expect(studio.complaints).toEqual([]);
  });
});
