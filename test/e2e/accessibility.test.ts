// Every screen in both themes against axe's rules: names for screen readers, contrast (WCAG AA), roles, order of headings.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserProgram, openSampleStudio, type Studio } from './studio.ts';

const program = browserProgram();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong, one line a rule: what, how often, and the first place. */
async function complaints(page: Page): Promise<string[]> {
  await page.evaluate(`${axe}; undefined`);
  const { violations } = (await page.evaluate(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'] })`,
  )) as AxeResults;
  return violations.map(({ id, help, nodes }) => {
    const reason = nodes[0]?.any[0]?.message ?? '';
    return `${id}: ${help} (${nodes.length}) ${nodes[0]?.html.slice(0, 160)} ${reason}`;
  });
}

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
