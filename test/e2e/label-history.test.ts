// What happened to an image, the way back to it, and two windows that draw on one image at the same moment.
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserProgram, openStudio, type Studio } from './studio.ts';

const program = browserProgram();
/** Times that two windows draw at the same moment: enough for their answers to cross. */
const ROUNDS = 10;

describe.skipIf(!program)('history of an image', () => {
  let studio: Studio;
  let page: Page;

  beforeAll(async () => {
    studio = await openStudio(program ?? '');
    page = studio.page;
    await page.getByRole('button', { name: 'Label sample_0002.jpg' }).click({ timeout: 60_000 });
    await rows(page).first().waitFor();
  });
  afterAll(async () => {
    await studio?.close();
  });

  const rows = (of: Page) => of.getByRole('region', { name: /^Boxes/ }).locator('li button');
  const history = () => page.getByRole('region', { name: 'History' });
  const saved = (of: Page) => of.getByText('Saved', { exact: true }).waitFor();

  async function draw(on: Page, x: number, y: number) {
    const area = await on.locator('canvas.boxes').boundingBox();
    if (!area) throw new Error('no canvas');
    await on.keyboard.press('w');
    await on.mouse.move(area.x + x * area.width, area.y + y * area.height);
    await on.mouse.down();
    await on.mouse.move(area.x + (x + 0.03) * area.width, area.y + (y + 0.04) * area.height, { steps: 3 });
    await on.mouse.up();
  }

  async function expectBoxes(on: Page, count: number) {
    await expect.poll(() => rows(on).count(), { timeout: 10_000 }).toBe(count);
  }

  it('lists what was done, shows how it was, and goes back as one gesture that can be undone', async () => {
    const before = await rows(page).count();
    await draw(page, 0.3, 0.62);
    await page.keyboard.press('3');
    await page.keyboard.press('Delete');
    await saved(page);
    await page.getByRole('button', { name: 'History', exact: true }).click();
    const names = () => history().locator('li .text').allTextContents();
    await expect.poll(names).toEqual(['Deleted', 'Class changed', 'Drawn', 'Before all that']);
    await history()
      .getByRole('button', { name: /^Class changed/ })
      .click();
    await page.getByText('As it was after: Class changed').waitFor();
    await expectBoxes(page, before);
    await page.getByRole('button', { name: 'Go back to this' }).click();
    await expectBoxes(page, before + 1);
    await expect.poll(names).toEqual(['Gone back', 'Deleted', 'Class changed', 'Drawn', 'Before all that']);
    await page.keyboard.press('Control+z');
    await expectBoxes(page, before);
    await expect.poll(async () => (await names())[0]).toBe('Undone: gone back');
  });

  it('leaves an earlier state by Escape', async () => {
    await history().getByRole('button', { name: 'Before all that' }).click();
    await page.getByText('As it was before all gestures').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByText('As it was before all gestures').count()).toBe(0);
  });

  it('keeps what two windows draw on one image at the same moment', async () => {
    const other = await page.context().newPage();
    await other.goto(page.url());
    const before = await rows(page).count();
    await expectBoxes(other, before);
    for (let round = 0; round < ROUNDS; round++)
      await Promise.all([draw(page, 0.1 + 0.08 * round, 0.9), draw(other, 0.1 + 0.08 * round, 0.8)]);
    await Promise.all([saved(page), saved(other)]);
    await expectBoxes(page, before + 2 * ROUNDS);
    await expectBoxes(other, before + 2 * ROUNDS);
    await page.reload();
    await expectBoxes(page, before + 2 * ROUNDS);
    await other.close();
  });

  it('draws beneath a message that is told in passing', async () => {
    const before = await rows(page).count();
    await page.keyboard.press('Control+Shift+z');
    const message = await page.getByText('There is nothing to redo.').boundingBox();
    const area = await page.locator('canvas.boxes').boundingBox();
    if (!message || !area) throw new Error('no message over the canvas');
    await draw(page, (message.x - area.x + 5) / area.width, (message.y - area.y + 2) / area.height);
    await expectBoxes(page, before + 1);
    await page.keyboard.press('Control+z');
    await expectBoxes(page, before);
  });

  it('made the page complain about nothing', () => {
    expect(studio.complaints).toEqual([]);
  });
});
