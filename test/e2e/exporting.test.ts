// Exporting from the window: a really trained model, written as ONNX, proven on images, listed with its programs.
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserProgram, openStudio, type Studio } from './studio.ts';

const program = browserProgram();
const WHILE_TRAINING = 240_000;

describe.skipIf(!program)('exporting in a browser', () => {
  let studio: Studio;
  let page: Page;

  beforeAll(async () => {
    studio = await openStudio(program ?? '');
    page = studio.page;
    await page.getByText('60 of 60', { exact: true }).waitFor({ timeout: 60_000 });
  });
  afterAll(async () => {
    await studio?.close();
  });

  it('says what comes first where nothing was trained', async () => {
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    await page.getByText('There is no model to export yet').waitFor();
    await page.getByRole('button', { name: 'Train a model' }).click();
  });

  it('writes a trained model as ONNX and proves it', async () => {
    await page.getByRole('spinbutton', { name: 'Epochs' }).fill('1');
    await page.getByRole('spinbutton', { name: 'Epochs' }).press('Enter');
    await page.getByRole('button', { name: /^Fine-tune/ }).click();
    const status = page
      .getByRole('row')
      .filter({ has: page.getByRole('button', { name: 'Run 1', exact: true }) });
    await expect.poll(() => status.textContent(), { timeout: WHILE_TRAINING }).toMatch(/done/);
    await page.getByRole('navigation').getByRole('button', { name: 'Export', exact: true }).click();
    await page.getByRole('button', { name: 'Export as ONNX' }).click();
    await page.getByRole('heading', { name: 'r1-onnx' }).waitFor({ timeout: WHILE_TRAINING });
    await page.getByText(/finds what the trained network finds, on \d+ labelled images/).waitFor();
    await page.getByRole('button', { name: 'predict.py' }).click();
    expect(await page.getByRole('textbox', { name: 'predict.py' }).inputValue()).toContain(
      'onnxruntime.InferenceSession',
    );
  });

  it('lists it after a reload', async () => {
    await page.reload();
    await page.getByRole('button', { name: /r1-onnx.*proven/ }).waitFor();
    expect(studio.complaints).toEqual([]);
  });
});
