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

  const entry = () => page.getByRole('region', { name: 'Recent projects' }).getByRole('listitem');

  it('shows how far a project is, and its first pictures', async () => {
    await entry().getByText('60 of 60 images done').waitFor({ timeout: 30_000 });
    const pictures = entry().locator('img');
    await expect.poll(() => pictures.count()).toBe(3);
    const isShown = (element: unknown) => (element as { naturalWidth: number }).naturalWidth > 0;
    await expect.poll(() => pictures.last().evaluate(isShown)).toBe(true);
  });

  it('says which project is gone, and takes it off', async () => {
    rmSync(process.env.DDOD_PROJECTS_DIR ?? '', { recursive: true });
    await page.reload();
    await entry().getByText('It is not there any more.').waitFor({ timeout: 30_000 });
    await entry().getByRole('button', { name: 'Take Sample cells off this list' }).click();
    await expect.poll(() => entry().count()).toBe(0);
  });
});
