// The list of recent projects: how far each is with its first pictures, and what stands there where one is gone.
import { rmSync } from 'node:fs';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserProgram, openSampleStudio, type Studio } from './studio.ts';

const program = browserProgram();

describe.skipIf(!program)('recent projects', () => {
  let studio: Studio;
  let page: Page;

  beforeAll(async () => {
    studio = await openSampleStudio(program ?? '');
    page = studio.page;
    await page.getByRole('button', { name: 'Sample cells' }).click();
  });
  afterAll(async () => {
    await studio?.close();
  });

  const list = () => page.getByRole('region', { name: 'Recent projects' });
  const entry = () => list().getByRole('listitem');

  it('shows how far a project is, and its first pictures', async () => {
    await entry().getByText('60 of 60 images done').waitFor({ timeout: 30_000 });
    const pictures = entry().locator('img');
    await expect.poll(() => pictures.count()).toBe(3);
    const isShown = (element: unknown) => (element as { naturalWidth: number }).naturalWidth > 0;
    await expect.poll(() => pictures.last().evaluate(isShown)).toBe(true);
  });

  it('leave the one that is open as it is, until another is opened', async () => {
    await entry().getByText('open now').waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Back to Sample cells' }).click();
    await page.getByText('60 of 60', { exact: true }).waitFor();
    await page.getByTitle('All projects').click();
    await page.getByLabel('Name').fill('Another');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { name: 'This project has no images yet' }).waitFor();
    await page.getByRole('button', { name: 'Switch the project' }).click();
    await page.getByRole('menuitem', { name: /^Sample cells/ }).click();
    await page.getByText('60 of 60', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Switch the project' }).click();
    await page.getByRole('menuitem', { name: 'All projects, or a new one …' }).click();
    await entry().filter({ hasText: 'Sample cells' }).getByText('open now').waitFor();
    expect(await entry().count()).toBe(2);
  });

  it('lie in the folder for projects, whatever their names', async () => {
    const name = page.getByLabel('Name', { exact: true });
    await name.fill('../a/b: test?');
    const folder = page.getByLabel('Folder', { exact: true });
    expect(await folder.getAttribute('placeholder')).toBe(`${process.env.DDOD_PROJECTS_DIR}/a-b- test-`);
    await name.fill('');
  });

  it('are not opened over a training before it was asked', async () => {
    const switchTo = async () => {
      await page.getByRole('button', { name: 'Switch the project' }).click();
      await page.getByRole('menuitem', { name: /^Another/ }).click();
    };
    await page.getByRole('button', { name: 'Back to Sample cells' }).click();
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByRole('button', { name: /^Fine-tune/ }).click();
    await page
      .getByRole('banner')
      .getByText(/starting|probing|training|evaluating/)
      .waitFor({ timeout: 180_000 });
    await switchTo();
    const dialog = page.getByRole('dialog', { name: 'Leave Sample cells?' });
    await dialog.getByText(/^A training\./).waitFor();
    await dialog.getByRole('button', { name: 'Stay here' }).click();
    await page
      .getByRole('banner')
      .getByText(/starting|probing|training|evaluating/)
      .waitFor();
    await switchTo();
    await dialog.getByRole('button', { name: 'Pause and open the other' }).click();
    await page.getByRole('heading', { name: 'This project has no images yet' }).waitFor({ timeout: 180_000 });
    await page.getByTitle('All projects').click();
    await entry().filter({ hasText: 'Another' }).getByRole('button', { name: /^Take/ }).click();
    await entry().getByText('Sample cells', { exact: true }).click();
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.getByRole('row').getByText('paused', { exact: true }).waitFor();
    await page.getByTitle('All projects').click();
  });

  it('says which project is gone, and takes it off', async () => {
    rmSync(process.env.DDOD_PROJECTS_DIR ?? '', { recursive: true });
    await page.reload();
    await entry().getByText('It is not there any more.').waitFor({ timeout: 30_000 });
    await entry().getByRole('button', { name: 'Take Sample cells off this list' }).click();
    await expect.poll(() => entry().count()).toBe(0);
  });
});
