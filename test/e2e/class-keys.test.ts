// A class gets a key of its own: shown in the list, refused where it does something else, and giving the class when pressed.
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canvasOf } from './canvas-hands.ts';
import { browserProgram, openSampleStudio, type Studio } from './studio.ts';

const program = browserProgram();

describe.skipIf(!program)('the key of a class', () => {
  let studio: Studio;
  let page: Page;

  beforeAll(async () => {
    studio = await openSampleStudio(program ?? '');
    page = studio.page;
    page.setDefaultTimeout(15_000);
    await page.getByRole('button', { name: 'Label sample_0001.jpg' }).click();
    await canvasOf(page).waitFor();
  });
  afterAll(async () => {
    await studio?.close();
  });

  const row = (name: string) =>
    page.getByRole('region', { name: 'Classes' }).getByRole('listitem').filter({ hasText: name });
  const keyOf = (name: string) => row(name).locator('kbd').textContent();
  const askFor = async (name: string) => {
    await row(name).hover();
    await page.getByRole('button', { name: `More for ${name}` }).click();
    await page.getByRole('menuitem', { name: /^Key/ }).click();
    await page.getByRole('dialog', { name: `The key of ${name}` }).waitFor();
  };
  const pressed = (name: string) =>
    expect.poll(() => row(name).getByRole('button', { pressed: true }).count()).toBe(1);

  it('is a letter that does nothing else', async () => {
    const names = await page.getByRole('region', { name: 'Classes' }).locator('li .text').allTextContents();
    const [first = '', second = ''] = names;
    expect(await keyOf(second)).toBe('2');
    await askFor(second);
    await page.keyboard.press('w');
    await page
      .getByRole('dialog')
      .getByText(/W.*is “/)
      .waitFor();
    await page.keyboard.press('x');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect.poll(() => keyOf(second)).toBe('X');
    await canvasOf(page).focus();
    await page.keyboard.press('1');
    await pressed(first);
    await page.keyboard.press('x');
    await pressed(second);
    await page.keyboard.press('1');
    await pressed(first);
    await page.keyboard.press('2');
    await pressed(first);
    await askFor(second);
    await page.getByRole('button', { name: 'By its place' }).click();
    await expect.poll(() => keyOf(second)).toBe('2');
    expect(studio.complaints).toEqual([]);
  });
});
