// What a control is for, told to who walks by keyboard or holds a finger on it.
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canvasOf } from './canvas-hands.ts';
import { browserProgram, openSampleStudio, type Studio } from './studio.ts';

const program = browserProgram();

describe.skipIf(!program)('tips', () => {
  let studio: Studio;
  let page: Page;

  beforeAll(async () => {
    studio = await openSampleStudio(program ?? '');
    page = studio.page;
    await page.getByRole('button', { name: 'Label sample_0001.jpg' }).click();
    await canvasOf(page).waitFor();
  });
  afterAll(async () => {
    await studio?.close();
  });

  const tip = () => page.getByRole('tooltip');

  it('come with the focus of the keyboard, with the key that does the same, and go', async () => {
    await page.getByTitle('All projects').focus();
    expect(await tip().count()).toBe(0);
    await page.keyboard.press('Tab');
    await expect.poll(() => tip().textContent()).toContain('Switch the project');
    await page.keyboard.press('Shift+Tab');
    await expect.poll(() => tip().textContent()).toContain('All projects');
    await page.keyboard.press('Escape');
    await tip().waitFor({ state: 'detached' });
  });

  it('leave Escape to what lies open', async () => {
    await page.keyboard.press('?');
    const keys = page.getByRole('dialog', { name: 'Keys' });
    await keys.waitFor();
    await expect.poll(() => keys.getByRole('button', { name: 'Close' }).evaluate(hasFocus)).toBe(true);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Shift+Tab');
    await expect.poll(() => tip().locator('kbd').textContent()).toBe('Esc');
    await page.keyboard.press('Escape');
    await keys.waitFor({ state: 'detached' });
  });

  it('come under a finger that rests', async () => {
    const button = page.getByTitle(/^Draw a box/);
    const area = await button.boundingBox();
    if (!area) throw new Error('no button');
    const session = await page.context().newCDPSession(page);
    const touchPoints = [{ x: area.x + area.width / 2, y: area.y + area.height / 2 }];
    await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints });
    await expect.poll(() => tip().textContent()).toContain('Draw a box');
    expect(await tip().locator('kbd').textContent()).toBe('W');
    await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    expect(studio.complaints).toEqual([]);
  });
});

/** Runs in the page. */
function hasFocus(element: unknown): boolean {
  return (
    (globalThis as unknown as { document: { activeElement: unknown } }).document.activeElement === element
  );
}
