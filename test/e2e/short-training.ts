// A training of one epoch, begun in the window of a project that has no run yet.
import type { Page } from 'playwright';
import { expect } from 'vitest';

/** Begins it in the Train screen that is shown; resolves once it is done, within `timeout` milliseconds. */
export async function trainOneEpoch(page: Page, timeout: number): Promise<void> {
  await page.getByRole('spinbutton', { name: 'Epochs' }).fill('1');
  await page.getByRole('spinbutton', { name: 'Epochs' }).press('Enter');
  await page.getByRole('button', { name: /^Fine-tune/ }).click();
  const row = page.getByRole('row').filter({ has: page.getByRole('button', { name: 'Run 1', exact: true }) });
  await expect.poll(() => row.textContent(), { timeout }).toMatch(/done|failed/);
  expect(await row.textContent(), (await page.locator('main').textContent()) ?? '').toMatch(/done/);
}
