// Every screen in both themes against axe's rules: names for screen readers, contrast (WCAG AA), roles, order of headings.
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complaints } from './axe.ts';
import { browserProgram, openSampleStudio, type Studio } from './studio.ts';

const program = browserProgram();

describe.skipIf(!program)('accessibility', () => {
  let studio: Studio;
  let page: Page;

  beforeAll(async () => {
    studio = await openSampleStudio(program ?? '');
    page = studio.page;
  });
  afterAll(async () => {
    await studio?.close();
  });

  for (const theme of ['dark', 'light'] as const) {
    it(`finds nothing wrong with any screen, ${theme}`, async () => {
      const shown = () => page.evaluate('document.documentElement.dataset.theme');
      if ((await shown()) !== theme) await page.getByRole('button', { name: 'Light or dark' }).click();
      expect(await shown()).toBe(theme);
      const views = await page.getByRole('navigation').getByRole('button').allTextContents();
      expect(views.length).toBeGreaterThan(2);
      const found: string[] = [];
      for (const view of views) {
        await page.getByRole('navigation').getByRole('button', { name: view.trim(), exact: true }).click();
        await page.waitForLoadState('networkidle');
        for (const complaint of await complaints(page)) found.push(`${view.trim()}: ${complaint}`);
      }
      expect(found).toEqual([]);
    });
  }
});
