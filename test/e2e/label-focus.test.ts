// Who has the keys in the label view: the canvas after every click, each part for those who walk by keyboard.
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boxCount, canvasOf } from './canvas-hands.ts';
import { browserProgram, openSampleStudio, type Studio } from './studio.ts';

const program = browserProgram();
if (!program) console.log('No browser was found, so the focus of the label view is not tested.');

describe.skipIf(!program)('the keys of the label view', () => {
  let studio: Studio;
  let page: Page;

  const key = (name: string) => page.keyboard.press(name);
  const shows = (name: string) => page.locator('footer').getByText(name, { exact: true }).waitFor();
  const chosen = () => page.getByRole('region', { name: /^Boxes/ }).locator('li button[aria-pressed="true"]');
  /** The part of the window that has the focus. */
  const focused = () => page.evaluate<string>("document.activeElement?.closest('[data-part]')?.dataset.part");

  beforeAll(async () => {
    studio = await openSampleStudio(program ?? '');
    page = studio.page;
  }, 120_000);
  afterAll(async () => {
    await studio?.close();
  });

  it("are the canvas' once a tab has led there", async () => {
    await page.getByRole('button', { name: 'Label', exact: true }).click();
    await shows('sample_0000.jpg');
    await key('Tab');
    await expect.poll(() => chosen().count()).toBe(1);
    await key('Enter');
    await shows('sample_0001.jpg');
    await page.getByRole('button', { name: 'Label', exact: true }).click();
    await key('Enter');
    await shows('sample_0002.jpg');
  });

  it("are the canvas' again after a slider, a tick or a list was used", async () => {
    await key('b');
    const slider = page.getByRole('slider', { name: 'Brightness' });
    await slider.click();
    await key('d');
    await shows('sample_0003.jpg');
    await page.getByRole('checkbox', { name: 'Class names' }).click();
    await key('Enter');
    await shows('sample_0004.jpg');
    await page.getByRole('button', { name: 'As it is' }).click();
    await page.getByRole('checkbox', { name: 'Class names' }).click();
    await slider.focus();
    await key('ArrowRight');
    await shows('sample_0004.jpg');
    await key('a');
    await shows('sample_0003.jpg');
    await key('b');
    await canvasOf(page).focus();
  });

  it('lead from part to part, and back to the canvas', async () => {
    const way: string[] = [];
    for (let step = 0; step < 6; step++) {
      way.push(await focused());
      await key('F6');
    }
    expect(way).toEqual(['canvas', 'tools', 'lists', 'status', 'bar', 'images']);
    expect(await focused()).toBe('canvas');
    await key('F6');
    await key('Tab');
    expect(await page.evaluate<string>('document.activeElement?.textContent?.trim()')).toMatch(/^Draw/);
    await key('Enter');
    await page.getByRole('button', { name: /^Draw/, pressed: true }).waitFor();
    await key('Shift+F6');
    expect(await focused()).toBe('canvas');
    await key('Escape');
  });

  it('go on from the canvas where no box is left to choose', async () => {
    const before = await boxCount(page);
    await key('Tab');
    expect(await focused()).toBe('canvas');
    await key('Control+a');
    await key('Delete');
    await key('Tab');
    expect(await focused()).not.toBe('canvas');
    await key('Shift+Tab');
    expect(await focused()).toBe('canvas');
    await key('Control+z');
    await expect.poll(() => boxCount(page)).toBe(before);
  });
});
