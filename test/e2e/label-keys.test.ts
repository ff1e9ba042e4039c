// Each key of the label view, pressed in a real browser: what it does to the boxes, and that the backend has it.
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserProgram, openStudio, type Studio } from './studio.ts';

const program = browserProgram();

describe.skipIf(!program)('keys of the label view', () => {
  let studio: Studio;
  let page: Page;

  beforeAll(async () => {
    studio = await openStudio(program ?? '');
    page = studio.page;
    await page.getByRole('button', { name: 'Label sample_0002.jpg' }).click({ timeout: 60_000 });
    await rows().first().waitFor();
  });
  afterAll(async () => {
    await studio?.close();
  });

  const rows = () => page.getByRole('region', { name: /^Boxes/ }).locator('li button');
  const chosen = () => page.getByRole('region', { name: /^Boxes/ }).locator('li button[aria-pressed="true"]');
  const canvas = () => page.locator('canvas.boxes');
  const saved = () => page.getByText('Saved', { exact: true }).waitFor();
  const key = (name: string) => page.keyboard.press(name);

  async function count(of: ReturnType<typeof rows>, expected: number) {
    await expect.poll(() => of.count(), { timeout: 10_000 }).toBe(expected);
  }

  async function at(x: number, y: number) {
    const area = await canvas().boundingBox();
    if (!area) throw new Error('no canvas');
    return [area.x + x * area.width, area.y + y * area.height] as const;
  }

  async function drag(from: readonly [number, number], to: readonly [number, number]) {
    await page.mouse.move(...(await at(...from)));
    await page.mouse.down();
    await page.mouse.move(...(await at(...to)), { steps: 3 });
    await page.mouse.up();
  }

  /** Marks the image done, which leads to the next one, and comes back. */
  async function finishAndReturn() {
    await canvas().focus();
    await key('Enter');
    await page.locator('footer').getByText('sample_0003.jpg').waitFor({ timeout: 10_000 });
    await key('a');
    await page.locator('footer').getByText('sample_0002.jpg').waitFor();
  }

  it('selects everything, moves it as one gesture, and takes that back', async () => {
    const before = await rows().allTextContents();
    await key('Control+a');
    await count(chosen(), before.length);
    await key('ArrowRight');
    await saved();
    await key('Control+d');
    await count(rows(), 2 * before.length);
    await key('Delete');
    await count(rows(), before.length);
    await key('Control+z');
    await count(rows(), 2 * before.length);
    await key('Control+z');
    await count(rows(), before.length);
    await key('Control+z');
    await key('Escape');
    await count(chosen(), 0);
  });

  it('draws a rubber band with Shift, and adds by shift-click', async () => {
    await page.keyboard.down('Shift');
    await drag([0.02, 0.95], [0.98, 0.05]);
    await page.keyboard.up('Shift');
    await count(chosen(), await rows().count());
    await key('Escape');
    await key('Tab');
    await count(chosen(), 1);
    await key('Shift+Tab');
    await count(chosen(), 1);
  });

  it('sets and shows the four flags', async () => {
    for (const [name, word] of [
      ['i', 'ignored'],
      ['Shift+d', 'difficult'],
      ['Shift+t', 'truncated'],
      ['Shift+o', 'occluded'],
    ] as const) {
      await key(name);
      await page.getByRole('button', { name: word, exact: true, pressed: true }).waitFor();
    }
    await saved();
    await page.reload();
    await rows().first().waitFor();
    await expect
      .poll(() => rows().filter({ hasText: 'ignored · difficult · truncated · occluded' }).count())
      .toBe(1);
    for (let step = 0; step < 4; step++) await key('Control+z');
    await expect.poll(() => rows().filter({ hasText: 'ignored' }).count()).toBe(0);
  });

  it('brings a box to the front and keeps it there', async () => {
    const first = await rows().first().textContent();
    await rows().first().click();
    await key(']');
    await expect.poll(() => rows().last().textContent()).toBe(first);
    await saved();
    await page.reload();
    await rows().first().waitFor();
    await expect.poll(() => rows().last().textContent()).toBe(first);
    await canvas().focus();
    await key('Control+z');
    await expect.poll(() => rows().first().textContent()).toBe(first);
  });

  it('resizes by Alt with arrows', async () => {
    await rows().first().click();
    const before = await chosen().textContent();
    await key('Alt+ArrowRight');
    await key('Alt+ArrowDown');
    const [, width, height] = /(\d+)×(\d+)/.exec(before ?? '') ?? [];
    await expect.poll(() => chosen().textContent()).toContain(`${Number(width) + 1}×${Number(height) + 1}`);
    await key('Control+z');
    await key('Control+z');
  });

  it('copies over images, and repeats the previous image', async () => {
    const count2 = await rows().count();
    await key('Escape');
    await key('Control+c');
    await key('d');
    await page.locator('footer').getByText('sample_0003.jpg').waitFor();
    const count3 = await rows().count();
    await key('Control+v');
    await count(rows(), count2 + count3);
    await key('Control+z');
    await count(rows(), count3);
    await key('r');
    await count(rows(), count2 + count3);
    await key('Control+z');
    await count(rows(), count3);
    await key('a');
    await page.locator('footer').getByText('sample_0002.jpg').waitFor();
    await count(rows(), count2);
  });

  it('repeats and finishes once, however long the key is held down', async () => {
    const shows = (name: string) => page.locator('footer').getByText(name).waitFor();
    await key('d');
    await shows('sample_0003.jpg');
    const before = await rows().count();
    await page.keyboard.down('r');
    await expect.poll(() => rows().count()).toBeGreaterThan(before);
    for (let held = 0; held < 3; held++) {
      await saved();
      await page.keyboard.down('r');
    }
    await page.keyboard.up('r');
    await key('Control+z');
    await count(rows(), before);
    await page.keyboard.down('Enter');
    await shows('sample_0004.jpg');
    for (let held = 0; held < 3; held++) {
      await saved();
      await page.keyboard.down('Enter');
    }
    await page.keyboard.up('Enter');
    await key('a');
    await shows('sample_0003.jpg');
    await key('a');
    await shows('sample_0002.jpg');
  });

  it('finds a class by letters for the selected box, and locks the class of the next', async () => {
    await rows().first().click();
    await key('k');
    await page.getByRole('button', { name: 'Lock the class of the next boxes', pressed: true }).waitFor();
    await key('/');
    await page.getByRole('combobox', { name: 'Find a class' }).fill('plt');
    await key('Enter');
    await expect.poll(() => chosen().textContent()).toContain('platelet');
    await page.getByRole('toolbar').getByText('white-cell').waitFor();
    await key('k');
    await key('Control+z');
  });

  it('makes a class of what no class is called', async () => {
    await key('Escape');
    await key('/');
    await page.getByRole('combobox', { name: 'Find a class' }).fill('debris');
    await page.getByText('New class “debris”').click();
    await page.getByRole('toolbar').getByText('debris').waitFor();
  });

  it('moves, merges and deletes classes, and takes it back', async () => {
    const classes = page.getByRole('region', { name: 'Classes' });
    const names = () => classes.locator('li .text').allTextContents();
    await expect.poll(names).toEqual(['white-cell', 'red-cell', 'platelet', 'debris']);
    await classes.getByRole('button', { name: /^debris/ }).dblclick();
    await page.getByLabel('New name of debris').fill('dust');
    await key('Escape');
    await expect.poll(names).toEqual(['white-cell', 'red-cell', 'platelet', 'debris']);
    await classes.getByRole('button', { name: /^debris/ }).focus();
    await key('Alt+ArrowUp');
    await expect.poll(names).toEqual(['white-cell', 'red-cell', 'debris', 'platelet']);
    const shown = (name: string) => rows().filter({ hasText: name }).count();
    const reds = (await shown('platelet')) + (await shown('red-cell'));
    await classes.getByRole('listitem').filter({ hasText: 'platelet' }).hover();
    await page.getByRole('button', { name: 'More for platelet' }).click();
    await page.getByRole('menuitem', { name: 'Merge into another …' }).click();
    await page.getByRole('combobox', { name: 'Merge platelet into another class' }).fill('red');
    await key('Enter');
    await expect.poll(names).toEqual(['white-cell', 'red-cell', 'debris']);
    await page.getByText(/^\d+ boxes of "platelet" are "red-cell" now/).waitFor();
    await expect.poll(() => shown('red-cell')).toBe(reds);
    await finishAndReturn();
    await key('Control+z');
    await expect.poll(names).toEqual(['white-cell', 'red-cell', 'debris', 'platelet']);
    await expect.poll(() => shown('platelet')).toBeGreaterThan(0);
    const all = await rows().count();
    const platelets = await shown('platelet');
    await page.getByRole('button', { name: 'More for platelet' }).click({ force: true });
    await page.getByRole('menuitem', { name: /^Delete with \d+ boxes in \d+ images/ }).click();
    await expect.poll(names).toEqual(['white-cell', 'red-cell', 'debris']);
    await count(rows(), all - platelets);
    await finishAndReturn();
    await key('Control+z');
    await expect.poll(names).toEqual(['white-cell', 'red-cell', 'debris', 'platelet']);
    await count(rows(), all);
  });

  it('finds any action in the palette and does it', async () => {
    await key('Control+k');
    await page.getByRole('combobox', { name: 'Find an action' }).fill('all keys');
    await key('Enter');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await key('Escape');
  });

  it('gives an action another key, tells who had it, keeps it over a reload, and knows a second preset', async () => {
    await key('?');
    await page.getByRole('button', { name: 'Change the key of: Draw a box' }).click();
    await key('r');
    await page.getByRole('status').getByText('Repeat the boxes of the previous image').waitFor();
    await page.getByRole('button', { name: 'Use it for “Draw a box”' }).click();
    await key('Escape');
    await page.reload();
    await rows().first().waitFor();
    await key('r');
    await page.getByRole('button', { name: 'Draw R', pressed: true }).waitFor();
    await key('?');
    await page.getByRole('radio', { name: 'CVAT' }).check();
    await key('Escape');
    await page.getByRole('button', { name: 'Draw N' }).waitFor();
    await key('?');
    await page.getByRole('radio', { name: 'DDOD Studio' }).check();
    await key('Escape');
    await key('v');
  });

  it('changes the view by its keys', async () => {
    const zoom = () =>
      page
        .locator('footer')
        .getByText(/^\d+ %$/)
        .textContent();
    await key('0');
    await expect.poll(zoom).toBe('100 %');
    await key('+');
    await expect.poll(zoom).toBe('125 %');
    await key('-');
    await expect.poll(zoom).toBe('100 %');
    await key('f');
    await expect.poll(zoom).not.toBe('100 %');
    await key('b');
    await page.getByRole('slider', { name: 'Brightness' }).fill('1.5');
    await expect.poll(() => page.locator('canvas.ground').getAttribute('style')).toContain('brightness(1.5)');
    await page.getByRole('button', { name: 'As it is' }).click();
    await key('l');
    await expect.poll(() => page.getByRole('checkbox', { name: 'Class names' }).isChecked()).toBe(false);
    await key('l');
    await key('h');
    await expect.poll(() => page.getByRole('checkbox', { name: 'Boxes' }).isChecked()).toBe(false);
    await key('h');
    await key('b');
    await key('\\');
    await count(rows(), 0);
    await key('\\');
    await rows().first().waitFor();
  });

  it('made the page complain about nothing', () => {
    expect(studio.complaints).toEqual([]);
  });
});
