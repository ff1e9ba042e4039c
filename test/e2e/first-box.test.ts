// From a project without a class to the first box: it is drawn, then named, and both are stored.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Page } from 'playwright';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProject } from '../../src/main/services/projects.ts';
import { boxCount, canvasOf, dragOver } from './canvas-hands.ts';
import { browserProgram, openStudio, type Studio } from './studio.ts';

const program = browserProgram();
if (!program) console.log('No browser was found, so the first box is not drawn.');
const [WIDTH, HEIGHT] = [800, 600];

describe.skipIf(!program)('the first box', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ddod-first-'));
  let studio: Studio;
  let page: Page;

  beforeAll(async () => {
    const path = join(folder, 'first.jpg');
    const picture = { width: WIDTH, height: HEIGHT, channels: 3, background: '#708090' } as const;
    await sharp({ create: picture }).jpeg().toFile(path);
    const project = createProject(join(folder, 'project'), 'New');
    const images = [{ path, width: WIDTH, height: HEIGHT, orientation: 1, boxes: [] }];
    project.datasets.commit({ format: 'images', classes: [], images, skipped: [], warnings: [] });
    project.close();
    studio = await openStudio(program ?? '', join(folder, 'project'));
    page = studio.page;
    await page.getByRole('button', { name: 'Label', exact: true }).click();
    await page.locator('canvas.ground[data-image="1"]').waitFor();
  }, 120_000);
  afterAll(async () => {
    await studio?.close();
    rmSync(folder, { recursive: true });
  });

  /** Where the stored boxes come from. */
  function origins() {
    const sqlite = new Sqlite(join(folder, 'project', 'project.db'), { readonly: true });
    const found = sqlite.prepare('SELECT origin FROM box ORDER BY id').pluck().all();
    sqlite.close();
    return found;
  }

  const finder = () => page.getByRole('combobox', { name: 'Find a class' });

  it('is gone where its name is not given', async () => {
    await page.getByText('Drag a box around the first thing to label, then name its class.').waitFor();
    await dragOver(page, [0.3, 0.3], [0.5, 0.6]);
    await finder().waitFor();
    await page.keyboard.press('Escape');
    await finder().waitFor({ state: 'detached' });
    expect(await boxCount(page)).toBe(0);
  });

  it('is there once its class has a name, as are those after it', async () => {
    await dragOver(page, [0.3, 0.3], [0.5, 0.6]);
    await finder().fill('beetle');
    await page.keyboard.press('Enter');
    await page
      .getByRole('region', { name: /^Boxes/ })
      .getByText('beetle')
      .waitFor();
    await canvasOf(page).waitFor();
    await dragOver(page, [0.6, 0.3], [0.7, 0.6]);
    await expect.poll(() => boxCount(page)).toBe(2);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+d');
    await expect.poll(() => boxCount(page)).toBe(4);
    await page.getByText('Saved', { exact: true }).waitFor();
    expect(origins()).toEqual(['drawn', 'drawn', 'copied', 'copied']);
    await page.reload();
    await expect.poll(() => boxCount(page)).toBe(4);
    await page.getByRole('region', { name: 'Classes' }).getByText('beetle').waitFor();
  });
});
