// Copies of one picture: told when one of them is moved to another split, and before a training.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stageImport } from '../../src/main/formats/stage.ts';
import { withHashes } from '../../src/main/services/datasets.ts';
import { createProject } from '../../src/main/services/projects.ts';
import { drawSampleData } from '../../src/main/services/sample-data.ts';
import { browserProgram, openStudio, type Studio } from './studio.ts';

const program = browserProgram();

describe.skipIf(!program)('copies of a picture', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ddod-leaks-'));
  let studio: Studio;
  let page: Page;

  beforeAll(async () => {
    const images = join(folder, 'images');
    await drawSampleData(images, 10);
    for (const part of ['JPEGImages/sample_0000.jpg', 'Annotations/sample_0000.xml'])
      cpSync(join(images, part), join(images, part.replace('0000', 'copy')));
    const project = createProject(join(folder, 'project'), 'Copies');
    const { dataset } = await stageImport(images, { format: 'voc' });
    project.datasets.commit(await withHashes(dataset));
    project.splits.set(
      project.annotations.images().map(({ id }) => id),
      'train',
    );
    project.close();
    studio = await openStudio(program ?? '', join(folder, 'project'));
    page = studio.page;
    page.setDefaultTimeout(30_000);
    await page.getByText('11 of 11', { exact: true }).waitFor();
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const toVal = () => page.getByRole('toolbar').getByRole('button', { name: 'val', exact: true }).click();

  it('are told of when one is moved away from the other', async () => {
    await page.getByLabel('Select sample_0005.jpg').click();
    await toVal();
    await page.getByText('1 image is in val now.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByLabel('Select sample_copy.jpg').click();
    await toVal();
    await page.getByText('1 pair of copies or near copies stands in two splits now').waitFor();
  });

  it('are told of before a training, with the way to the splits', async () => {
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByText('1 pair of copies or near copies lies in two splits').waitFor();
    await page.getByRole('button', { name: 'Look at the splits …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Splits' });
    await dialog.getByText('1 pair stands in two splits').waitFor();
    await dialog.getByAltText('sample_copy.jpg').waitFor();
    expect(studio.complaints).toEqual([]);
  });
});
