// axe's rules on the page as it stands.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong, one line a rule: what, how often, and the first place. */
export async function complaints(page: Page): Promise<string[]> {
  await page.evaluate(`${axe}; undefined`);
  const { violations } = (await page.evaluate(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'], rules: { 'label-content-name-mismatch': { enabled: true } } })`,
  )) as AxeResults;
  return violations.map(({ id, help, nodes }) => {
    const reason = nodes[0]?.any[0]?.message ?? '';
    return `${id}: ${help} (${nodes.length}) ${nodes[0]?.html.slice(0, 160)} ${reason}`;
  });
}
