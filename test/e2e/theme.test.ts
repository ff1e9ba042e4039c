// Light or dark: as the system has it, also when that changes, until somebody chooses; and back.
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserProgram, openSampleStudio, type Studio } from './studio.ts';

const program = browserProgram();

describe.skipIf(!program)('the theme', () => {
  let studio: Studio;
  let page: Page;

  beforeAll(async () => {
    studio = await openSampleStudio(program ?? '');
    page = studio.page;
  });
  afterAll(async () => {
    await studio?.close();
  });

  const is = (theme: string) =>
    expect.poll(() => page.evaluate('document.documentElement.dataset.theme')).toBe(theme);
  const press = () => page.getByRole('button', { name: 'Light or dark' }).click();

  it('follows the system until it is chosen, and again when that is wished', async () => {
    await is('dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await is('light');
    await press();
    await is('dark');
    await page.reload();
    await page.getByText('60 of 60', { exact: true }).waitFor();
    await is('dark');
    await press();
    await is('light');
    await press();
    await is('light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await is('dark');
    expect(studio.complaints).toEqual([]);
  });
});
