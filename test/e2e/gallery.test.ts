// The gallery by hand: a filter that is a sentence, orders, selecting with pointer and keyboard, changing many at once.
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserProgram, openSampleStudio, type Studio } from './studio.ts';

const program = browserProgram();

/** True where the first of the elements lies within the window; runs in the page. */
function isWithinWindow(elements: unknown[]): boolean {
  const [first] = elements as { getBoundingClientRect(): { top: number; bottom: number } }[];
  const { innerHeight } = globalThis as unknown as { innerHeight: number };
  const area = first?.getBoundingClientRect();
  return area !== undefined && area.top >= 0 && area.bottom <= innerHeight;
}

describe.skipIf(!program)('the gallery', () => {
  let studio: Studio;
  let page: Page;

  beforeAll(async () => {
    studio = await openSampleStudio(program ?? '');
    page = studio.page;
    page.setDefaultTimeout(15_000);
  });
  afterAll(async () => {
    await studio?.close();
  });

  const tile = (index: number) => page.getByRole('button', { name: /^Label sample_/ }).nth(index);
  const selected = (count: number) => page.getByText(`${count} selected`, { exact: true }).waitFor();

  it('has its filter in one line, at 1280 pixels too', async () => {
    const tops = await page.evaluate(
      "[...document.querySelectorAll('search select, search input')].map((part) => part.getBoundingClientRect().top)",
    );
    expect(new Set(tops as number[]).size).toBe(1);
  });

  it('is filtered by numbers of boxes and put in order', async () => {
    await page.getByLabel('Boxes, at least').fill('12');
    await expect.poll(() => page.getByText(/^\d+ of 60$/).textContent()).not.toBe('60 of 60');
    await page.getByLabel('Order', { exact: true }).selectOption({ label: 'most boxes first' });
    await expect
      .poll(async () => {
        const counts = await page.locator('.caption .quiet-text').allTextContents();
        return (
          counts.length > 0 && counts.every((text, at) => at === 0 || Number(text) <= Number(counts[at - 1]))
        );
      })
      .toBe(true);
    await page.getByLabel('Boxes, at least').fill('500');
    await page.getByRole('button', { name: 'Show all images' }).click();
    await page.getByText('60 of 60', { exact: true }).waitFor();
    await page.locator('[data-image]:focus').waitFor();
  });

  it('is walked and selected by keyboard', async () => {
    await tile(0).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press(' ');
    await selected(1);
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowDown');
    await expect.poll(() => page.getByText(/^\d+ selected$/).textContent()).toBe('8 selected');
    await page.keyboard.press('Control+a');
    await selected(60);
    await page.keyboard.press('Escape');
    await page.getByText(/selected$/).waitFor({ state: 'hidden' });
    await page.keyboard.press('End');
    await expect
      .poll(() => page.evaluate('document.activeElement.getAttribute("aria-label")'))
      .toMatch(/^Label sample_0059\.jpg\b/);
    await page.keyboard.press('Home');
    await expect
      .poll(() => page.evaluate('document.activeElement.getAttribute("aria-label")'))
      .toMatch(/^Label sample_0000\.jpg\b/);
  });

  it('is selected by pointer', async () => {
    await tile(1).click({ modifiers: ['Control'] });
    await tile(4).click({ modifiers: ['Shift'] });
    await selected(4);
    await page.getByLabel('Select sample_0002.jpg').click();
    await selected(3);
  });

  it('takes keys after a click on a tick', async () => {
    await page.keyboard.press('Control+a');
    await selected(60);
    await page.keyboard.press('Escape');
    await page.getByText(/selected$/).waitFor({ state: 'hidden' });
    for (const at of [1, 3, 4]) await page.getByLabel(`Select sample_000${at}.jpg`).click();
    await selected(3);
  });

  it('changes many at once, and takes it back in one step', async () => {
    await page.getByRole('toolbar').getByRole('button', { name: 'test', exact: true }).click();
    await page.getByText('train 39 · val 9 · test 12').waitFor();
    await page.getByRole('toolbar').getByRole('button', { name: 'unlabelled', exact: true }).click();
    await page.getByText('57 of 60 done').waitFor();
    await page.getByLabel('Select sample_0004.jpg').click();
    await page.keyboard.press('Control+z');
    await page.getByText('60 of 60 done').waitFor();
    await page.keyboard.press('Control+z');
    await page.getByText('train 42 · val 9 · test 9').waitFor();
  });

  it('takes nothing back behind a dialog, and tells what it took back', async () => {
    await page.getByRole('toolbar').getByRole('button', { name: 'unlabelled', exact: true }).click();
    await page.getByText('58 of 60 done').waitFor();
    await page.getByRole('button', { name: 'Splits …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Close' }).focus();
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('58 of 60 done').waitFor();
    await page.keyboard.press('Control+z');
    await page.getByText('60 of 60 done').waitFor();
    await page.getByText('Undone: states of images changed').last().waitFor();
  });

  it('takes images out of the project and brings them back', async () => {
    await selected(2);
    await page.getByLabel('Select sample_0004.jpg').click();
    await selected(3);
    await page.getByRole('button', { name: 'Take out of the project' }).click();
    await page.getByText('57 of 57', { exact: true }).waitFor();
    await page.keyboard.press('Control+z');
    await page.getByText('60 of 60', { exact: true }).waitFor();
  });

  it('opens an image by Enter', async () => {
    await tile(2).focus();
    await page.keyboard.press('Enter');
    await page.locator('canvas[aria-label^="Image"]').waitFor();
  });

  const view = (name: string) =>
    page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name });
  const inSight = (name: string) =>
    expect
      .poll(() => page.getByRole('button', { name: `Label ${name}` }).evaluateAll(isWithinWindow))
      .toBe(true);

  it('comes back to the image that was labelled last, and from elsewhere to where it was', async () => {
    await view('Images').click();
    await tile(0).focus();
    await page.keyboard.press('End');
    await page.getByRole('button', { name: 'Label sample_0057.jpg' }).click();
    await page.getByText('sample_0057.jpg', { exact: true }).waitFor();
    await view('Images').click();
    await inSight('sample_0057.jpg');
    await page.locator('.scroller').evaluate((grid: { scrollTop: number }) => {
      grid.scrollTop = 300;
    });
    await view('Train').click();
    await view('Images').click();
    await inSight('sample_0057.jpg');
    await page.getByRole('button', { name: 'Label sample_0057.jpg' }).click();
    await page.getByText('sample_0057.jpg', { exact: true }).waitFor();
    for (const next of ['sample_0058.jpg', 'sample_0059.jpg']) {
      await page.keyboard.press('d');
      await page.getByText(next, { exact: true }).waitFor();
    }
    await view('Images').click();
    await inSight('sample_0059.jpg');
    await page.keyboard.press('Tab');
  });

  it('shows what its sentence says after labels changed', async () => {
    await page.getByLabel('State', { exact: true }).selectOption('done');
    await page.getByText('60 of 60', { exact: true }).waitFor();
    await page.getByLabel('Select sample_0059.jpg').click();
    await page.getByRole('toolbar').getByRole('button', { name: 'unlabelled', exact: true }).click();
    await page.getByText('59 of 60', { exact: true }).waitFor();
    await page.keyboard.press('Control+z');
    await page.getByText('60 of 60', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Label sample_0058.jpg' }).click();
    await page.locator('canvas[aria-label^="Image sample_0058.jpg"]').waitFor();
    await page.keyboard.press('Control+Shift+z');
    await page.locator('canvas[aria-label^="Image sample_0059.jpg"]').waitFor();
    await view('Images').click();
    await page.getByText('59 of 60', { exact: true }).waitFor();
    await page.keyboard.press('Control+z');
    await page.getByText('60 of 60', { exact: true }).waitFor();
    await page.getByLabel('State', { exact: true }).selectOption('');
  });

  it('deals splits anew after a look at what comes of it, and finds what leaks', async () => {
    await page.getByRole('button', { name: 'Splits …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Nothing would change: every image has a split.').waitFor();
    await dialog.getByText('No file and no group stands in two splits.').waitFor();
    await dialog.getByRole('button', { name: 'Compare what pictures look like' }).click();
    await dialog.getByText(/look alike stand in two splits|in two splits: what is learnt/).waitFor();
    await dialog.getByLabel('Share of train').fill('700');
    await dialog.getByLabel('seed').fill('1.5');
    await expect.poll(() => dialog.getByRole('progressbar').count()).toBe(0);
    expect(await page.getByText('Input validation failed').count()).toBe(0);
    await dialog.getByLabel('seed').fill('0');
    await dialog.getByLabel('Share of train').fill('50');
    await dialog.getByLabel('Share of val').fill('25');
    await dialog.getByLabel('Share of test').fill('25');
    await dialog.getByLabel('Deal anew the images too that have a split').check();
    await dialog.getByRole('row', { name: 'images 30 15 15 0' }).waitFor();
    await dialog.getByRole('button', { name: 'Deal', exact: true }).click();
    await page.getByText('train 30 · val 15 · test 15').waitFor();
    await page.keyboard.press('Control+z');
    await page.getByText('train 42 · val 9 · test 9').waitFor();
  });

  it('is walked on from an image that the filter leaves out, which repeats the one before it', async () => {
    const shows = (text: string) => page.locator('footer').getByText(text, { exact: true }).waitFor();
    const heading = page.getByRole('heading', { name: /^Boxes/ }).locator('span');
    const count = async () => Number(await heading.textContent());
    await page.getByRole('button', { name: 'Label sample_0059.jpg' }).focus();
    await page.keyboard.press('Home');
    await page.getByRole('button', { name: 'Label sample_0023.jpg' }).click();
    await shows('sample_0023.jpg');
    const before = await count();
    await page.keyboard.press('d');
    await shows('sample_0024.jpg');
    const own = await count();
    await page.getByRole('button', { name: 'Images', exact: true }).click();
    await page.getByRole('searchbox').fill('sample_003');
    await page.getByText('10 of 60', { exact: true }).waitFor();
    await page.goBack();
    await shows('sample_0024.jpg');
    await shows('outside the filter');
    await shows('60/60 done');
    await page.keyboard.press('r');
    await expect.poll(count).toBe(own + before);
    await page.keyboard.press('Control+z');
    await expect.poll(count).toBe(own);
    await page.keyboard.press('d');
    await shows('sample_0030.jpg');
    await shows('1 of 10');
    await page.getByRole('button', { name: 'Images', exact: true }).click();
    await page.getByRole('searchbox').fill('');
    await page.getByText('60 of 60', { exact: true }).waitFor();
  });

  it('lists the keys in every view, and offers undo where it works', async () => {
    const finder = page.getByRole('combobox', { name: 'Find an action' });
    const rows = page.locator('.finder-row');
    for (const [view, undoes] of [
      ['Train', 0],
      ['Evaluate', 0],
      ['Export', 0],
      ['Images', 1],
      ['Label', 1],
    ] as const) {
      await page.getByRole('button', { name: view, exact: true }).click();
      await page.keyboard.press('?');
      await page.getByRole('dialog', { name: 'Keys' }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'detached' });
      await page.keyboard.press('Control+k');
      await finder.fill('Undo');
      await expect
        .poll(() => rows.getByText('Undo', { exact: true }).count(), { message: view })
        .toBe(undoes);
      await page.keyboard.press('Escape');
      await finder.waitFor({ state: 'detached' });
    }
  });

  it('can be acted on by the palette, which shows a key only where it acts', async () => {
    const finder = page.getByRole('combobox', { name: 'Find an action' });
    const found = page.locator('.finder-row');
    await page.keyboard.press('Control+k');
    await finder.waitFor();
    expect(await found.locator('kbd').getByText('F', { exact: true }).count()).toBe(1);
    for (const [letters, name] of [
      ['splits', /^Splits: deal images/],
      ['export', 'Export labels'],
      ['import', 'Import images and labels'],
    ] as const) {
      await finder.fill(letters);
      await found.getByText(name, typeof name === 'string' ? { exact: true } : {}).waitFor();
    }
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Import images and labels' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await finder.fill('select all');
    await page.keyboard.press('Enter');
    await page.getByText('60 selected').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('60 selected').waitFor({ state: 'detached' });
  });

  it('made the page complain about nothing', () => {
    expect(studio.complaints).toEqual([]);
  });
});
