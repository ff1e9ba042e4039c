// "Copy path" puts the path into the clipboard: in a page that may write there, and in one that came over plain HTTP from
// another computer, to which the browser gives no clipboard.
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserProgram, openSampleStudio, type Studio } from './studio.ts';

const program = browserProgram();

describe.skipIf(!program)('copying', () => {
  let studio: Studio;
  let page: Page;

  beforeAll(async () => {
    studio = await openSampleStudio(program ?? '');
    page = studio.page;
  });
  afterAll(async () => {
    await studio?.close();
  });

  /** Exports labels, copies where they are, and pastes that into the gallery's search. */
  async function copied(): Promise<{ path: string; pasted: string }> {
    await page.getByRole('button', { name: 'Export labels …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    await dialog.getByRole('button', { name: 'Copy path' }).click({ timeout: 60_000 });
    await dialog.getByText('The path is in the clipboard.').waitFor();
    const path = (await dialog.locator('code').textContent()) ?? '';
    await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
    const search = page.getByPlaceholder('anything');
    await search.fill('');
    await search.press('Control+v');
    const pasted = await search.inputValue();
    await search.fill('');
    return { path, pasted };
  }

  it('works where the page has a clipboard', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const { path, pasted } = await copied();
    expect(path).not.toBe('');
    expect(pasted).toBe(path);
  });

  it('works where it has none', async () => {
    await page.context().clearPermissions();
    await page.addInitScript('Object.defineProperty(navigator, "clipboard", { value: undefined })');
    await page.reload();
    await page.getByText('60 of 60', { exact: true }).waitFor();
    expect(await page.evaluate('navigator.clipboard')).toBeUndefined();
    const { path, pasted } = await copied();
    expect(path).not.toBe('');
    expect(pasted).toBe(path);
  });
});
