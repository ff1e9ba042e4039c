// Fine-tuning from the window: one button, live numbers, a pause, a resume, an AP at the end, there after a reload.
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserProgram, openStudio, type Studio } from './studio.ts';

const program = browserProgram();
const WHILE_TRAINING = 180_000;

describe.skipIf(!program)('fine-tuning in a browser', () => {
  let studio: Studio;
  let page: Page;
  const status = () => page.getByRole('heading', { name: /^Run 1/ });

  beforeAll(async () => {
    studio = await openStudio(program ?? '');
    page = studio.page;
    await page.getByText('60 of 60', { exact: true }).waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Train', exact: true }).click();
  });
  afterAll(async () => {
    await studio?.close();
  });

  it('says the recipe in words and changes it', async () => {
    await page.getByText('Press Fine-tune', { exact: false }).waitFor();
    await page.getByLabel('Epochs').fill('1');
    await page.getByLabel('Epochs').press('Enter');
    await page.getByText(/^1 epoch, \d+ images a step/).waitFor();
  });

  it('trains, and pauses with a checkpoint', async () => {
    await page.getByRole('button', { name: 'Fine-tune', exact: true }).click();
    await page.getByRole('figure').filter({ hasText: 'loss_cls' }).waitFor({ timeout: WHILE_TRAINING });
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await expect.poll(() => status().textContent(), { timeout: WHILE_TRAINING }).toMatch(/paused/);
  });

  it('goes on to the end and keeps what it measured', async () => {
    await page.getByRole('button', { name: 'Resume' }).click();
    await expect.poll(() => status().textContent(), { timeout: WHILE_TRAINING }).toMatch(/done/);
    await page.getByRole('figure').filter({ hasText: 'AP on the validation images' }).waitFor();
    await page.reload();
    await expect.poll(() => status().textContent()).toMatch(/done/);
    await page.getByRole('figure').filter({ hasText: 'loss_cls' }).getByText('loss_cls').waitFor();
    expect(studio.complaints).toEqual([]);
  });
});
