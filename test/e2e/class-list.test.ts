// The list of classes by keyboard: the focus goes on at the class that something was done to; names that are refused or look
// alike; a merge taken back where one is.
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canvasOf } from './canvas-hands.ts';
import { browserProgram, openSampleStudio, type Studio } from './studio.ts';

const program = browserProgram();
if (!program) console.log('No browser was found, so the list of classes is not walked.');

describe.skipIf(!program)('the list of classes', () => {
  let studio: Studio;
  let page: Page;

  const key = (name: string) => page.keyboard.press(name);
  const list = () => page.getByRole('region', { name: 'Classes' });
  const names = () => list().locator('li .text').allTextContents();
  const shows = (name: string) => page.locator('footer').getByText(name).waitFor();
  /** The class whose row has the focus. */
  const focused = () =>
    page.evaluate<string>("document.activeElement?.querySelector('.text')?.textContent ?? ''");

  /** Opens the menu of a class and takes a line of it, by keys. */
  async function choose(name: string, line: string | RegExp) {
    await page.getByRole('button', { name: `More for ${name}` }).focus();
    await key('Enter');
    const item = page.getByRole('menuitem', { name: line });
    await item.waitFor();
    for (let step = 0; step < 8 && !(await item.evaluate(hasFocus)); step++) await key('ArrowDown');
    await key('Enter');
    await item.waitFor({ state: 'detached' });
  }

  beforeAll(async () => {
    studio = await openSampleStudio(program ?? '');
    page = studio.page;
    page.setDefaultTimeout(10_000);
    await page.getByRole('button', { name: 'Label sample_0002.jpg' }).click();
    await list().getByText('platelet').waitFor();
  }, 120_000);
  afterAll(async () => {
    await studio?.close();
  });

  it('is put in order from the row that was moved', async () => {
    await choose('platelet', /^Move up/);
    await expect.poll(names).toEqual(['white-cell', 'platelet', 'red-cell']);
    await expect.poll(focused).toBe('platelet');
    await key('Alt+ArrowUp');
    await expect.poll(names).toEqual(['platelet', 'white-cell', 'red-cell']);
    await expect.poll(focused).toBe('platelet');
    for (const order of [
      ['white-cell', 'platelet', 'red-cell'],
      ['white-cell', 'red-cell', 'platelet'],
    ]) {
      await key('Alt+ArrowDown');
      await expect.poll(names).toEqual(order);
      await expect.poll(focused).toBe('platelet');
    }
  });

  it('has the focus again after its menu and its dialogs', async () => {
    await page.getByRole('button', { name: 'More for red-cell' }).focus();
    await key('Enter');
    await page.getByRole('menuitem', { name: 'Rename' }).waitFor();
    await key('Escape');
    await expect.poll(focused).toBe('red-cell');
    await choose('red-cell', /^Key/);
    await page.getByRole('dialog', { name: 'The key of red-cell' }).waitFor();
    await key('Escape');
    await expect.poll(focused).toBe('red-cell');
    await choose('red-cell', /^Merge/);
    await page.getByRole('combobox').waitFor();
    await key('Escape');
    await expect.poll(focused).toBe('red-cell');
  });

  it('keeps a name that is refused in its field, and tells of one that looks the same', async () => {
    await choose('red-cell', 'Rename');
    const field = page.getByLabel('New name of red-cell');
    await field.fill('platelet');
    await key('Enter');
    await list().getByText('There is already a class "platelet".').waitFor();
    expect(await field.inputValue()).toBe('platelet');
    await field.fill('Platelet');
    await key('Enter');
    await page.getByText('"Platelet" differs from the class "platelet" in capitals only.').waitFor();
    await expect.poll(focused).toBe('Platelet');
    await canvasOf(page).focus();
    await key('Control+z');
    await expect.poll(names).toEqual(['white-cell', 'red-cell', 'platelet']);
  });

  it('parts merged classes again where one is', async () => {
    await choose('platelet', /^Merge/);
    await page.getByRole('combobox').fill('red');
    await key('Enter');
    await expect.poll(names).toEqual(['white-cell', 'red-cell']);
    await expect.poll(focused).toBe('red-cell');
    await page.getByText('Ctrl+Z parts them again').waitFor();
    await canvasOf(page).focus();
    await key('d');
    await shows('sample_0003.jpg');
    await key('Control+z');
    await expect.poll(names).toEqual(['white-cell', 'red-cell', 'platelet']);
    await page.getByText('Undone: classes merged').waitFor();
    expect(await page.getByText('Ctrl+Z parts them again').count()).toBe(0);
    await shows('sample_0003.jpg');
  });

  it('goes on at the next class after one was deleted', async () => {
    await choose('red-cell', /^Delete with/);
    await expect.poll(names).toEqual(['white-cell', 'platelet']);
    await expect.poll(focused).toBe('platelet');
    await canvasOf(page).focus();
    await key('Control+z');
    await expect.poll(names).toEqual(['white-cell', 'red-cell', 'platelet']);
    expect(studio.complaints.filter((complaint) => !complaint.includes('400'))).toEqual([]);
  });
});

/** Runs in the page. */
function hasFocus(element: unknown): boolean {
  return (
    (globalThis as unknown as { document: { activeElement: unknown } }).document.activeElement === element
  );
}
