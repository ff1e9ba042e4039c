// A project of one's own: created, filled from a labelled dataset by its report, and opened again from the list.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawSampleData } from '../../src/main/services/sample-data.ts';
import { browserProgram, openStudio, type Studio } from './studio.ts';

const program = browserProgram();

describe.skipIf(!program)('a project of one’s own', () => {
  const data = mkdtempSync(join(tmpdir(), 'ddod-import-'));
  let studio: Studio;
  let page: Page;

  beforeAll(async () => {
    await drawSampleData(data, 20, 7);
    studio = await openStudio(program ?? '');
    page = studio.page;
    await page.getByText('60 of 60', { exact: true }).waitFor({ timeout: 60_000 });
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(data, { recursive: true, force: true });
  });

  it('is created from a name', async () => {
    // an image of the sample stays behind in the label view
    await page.getByRole('button', { name: 'Label sample_0002.jpg' }).click();
    await page.getByText('sample_0002.jpg', { exact: true }).waitFor();
    await page.getByTitle('All projects').click();
    await page.getByLabel('Name').fill('Cells');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByText('This project has no images yet').waitFor();
  });

  it('shows nothing of the project before', async () => {
    await page.getByRole('button', { name: 'Label', exact: true }).click();
    await page.getByText('There is nothing to label yet').waitFor();
    await page.getByRole('button', { name: 'Import images' }).click();
  });

  it('takes a dataset in after its report', async () => {
    await page.getByRole('button', { name: 'Import images …' }).click();
    await page.getByLabel('Folder, or a label file').fill(data);
    await page.getByRole('button', { name: 'Look at it' }).click();
    await page.getByText('Splits of the source: train 14, val 3, test 3.').waitFor();
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByText('20 of 20', { exact: true }).waitFor();
  });

  it('takes the import back and repeats it', async () => {
    await page.keyboard.press('Control+z');
    await page.getByText('0 of 0', { exact: true }).waitFor();
    await page.keyboard.press('Control+Shift+z');
    await page.getByText('20 of 20', { exact: true }).waitFor();
  });

  it('says in a sentence what cannot be imported', async () => {
    await page.getByRole('button', { name: 'Import …' }).click();
    await page.getByLabel('Folder, or a label file').fill('/no/such/folder');
    await page.getByRole('button', { name: 'Look at it' }).click();
    await page.getByText('There is no folder /no/such/folder.').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
  });

  it('is found again in the list', async () => {
    await page.getByTitle('All projects').click();
    await page.getByRole('button', { name: /^Cells/ }).click();
    await page.getByText('20 of 20', { exact: true }).waitFor();
    await expect.poll(() => page.locator('img[src*="thumbnail"]').count()).toBeGreaterThan(10);
    expect(await page.getByText('The file is missing or damaged.').count()).toBe(0);
    // pictures asked for just before their project was left are rightly not served after it
    expect(studio.complaints.filter((text) => !/404 .*\/thumbnail\//.test(text))).toEqual([]);
  });
});
