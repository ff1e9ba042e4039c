// The whole way of labels through the window, on real blood cells: imported, looked for, drawn on, marked done, found again
// after a reload, exported, and the exports imported into projects of their own with the same boxes.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openProject } from '../../src/main/services/projects.ts';
import { bccdDir } from '../unit/formats/sample-folder.ts';
import { boxCount, canvasOf, dragOver, type Place } from './canvas-hands.ts';
import { browserProgram, openSampleStudio, type Studio } from './studio.ts';

const program = browserProgram();
const isThere = existsSync(join(bccdDir, 'Annotations'));
if (!isThere) console.info(`skipped: no blood-cell data set at ${bccdDir} (set BCCD_DIR)`);

const formats = [
  { name: 'COCO', as: 'coco' },
  { name: 'YOLO', as: 'yolo' },
  { name: 'Pascal VOC', as: 'voc' },
];

describe.skipIf(!program || !isThere)('labels through the window and back', () => {
  const out = mkdtempSync(join(tmpdir(), 'ddod-round-'));
  let studio: Studio;
  let page: Page;

  beforeAll(async () => {
    studio = await openSampleStudio(program ?? '');
    page = studio.page;
    page.setDefaultTimeout(15_000);
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(out, { recursive: true, force: true });
  });

  const canvas = () => canvasOf(page);
  const saved = () => page.getByText('Saved', { exact: true }).waitFor();

  async function drag(from: Place, to: Place) {
    await dragOver(page, from, to);
    await saved();
  }

  async function newProject(name: string) {
    await page.getByTitle('All projects').click();
    await page.getByLabel('Name', { exact: true }).fill(name);
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByText('This project has no images yet').waitFor();
  }

  async function takeIn(folder: string) {
    await page.getByRole('button', { name: 'Import images …' }).click();
    await page.getByLabel('Folder, or a label file').fill(folder);
    await page.getByRole('button', { name: 'Look at it' }).click();
    await page.getByText(/364 images, \d+ boxes/).waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByText('364 of 364', { exact: true }).waitFor({ timeout: 60_000 });
  }

  /** What the project on disk says, by the images' names: class and corners of each box. */
  function labelsOf(name: string): Map<string, string[]> {
    const project = openProject(join(process.env.DDOD_PROJECTS_DIR ?? '', name), { readOnly: true });
    const names = new Map(project.classes.list().map((label) => [label.id, label.name]));
    const rows = [...project.snapshots.now()].map(
      (image) =>
        [
          image.path.split('/').pop() ?? '',
          image.boxes
            .map((box) =>
              [names.get(box.classId), box.x, box.y, box.x + box.width, box.y + box.height].join(' '),
            )
            .sort(),
        ] as const,
    );
    project.close();
    return new Map(rows.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  it('imports a Pascal VOC folder after its report', async () => {
    await newProject('Blood');
    await takeIn(bccdDir);
  });

  it('finds images by split and name', async () => {
    await page.getByLabel('Split').selectOption('test');
    await page.getByText('72 of 364', { exact: true }).waitFor();
    await page.getByRole('searchbox').fill('0000');
    await page.getByText(/^[1-9] of 364$/).waitFor();
  });

  it('draws, moves, resizes, takes back, gives another class by its key and marks done', async () => {
    await page.getByRole('button', { name: /^Label .*BloodImage_00007.jpg/ }).click();
    await canvas().waitFor();
    await expect.poll(() => boxCount(page)).toBeGreaterThan(5);
    const before = await boxCount(page);
    await page.keyboard.press('w');
    await drag([0.25, 0.05], [0.33, 0.15]);
    await expect.poll(() => boxCount(page)).toBe(before + 1);
    await page.keyboard.press('v');
    const drawn = () => page.getByRole('region', { name: /^Boxes/ }).getByRole('button', { pressed: true });
    const first = await drawn().textContent();
    await page.keyboard.press('Shift+ArrowRight');
    await drag([0.33, 0.15], [0.36, 0.2]);
    await expect.poll(() => drawn().textContent()).not.toBe(first);
    const grown = await drawn().textContent();
    await page.keyboard.press('Control+z');
    await expect.poll(() => drawn().textContent()).not.toBe(grown);
    await page.keyboard.press('Control+Shift+z');
    await saved();
    await page.keyboard.press('3');
    await saved();
    await page.keyboard.press('Enter');
    await page.locator('footer').getByRole('img', { name: 'done', exact: true }).waitFor();
  });

  it('has everything after a reload', async () => {
    await page.reload();
    await page.getByRole('button', { name: 'Images', exact: true }).click();
    await page.getByText('364 of 364', { exact: true }).waitFor();
    const labels = labelsOf('Blood');
    expect([...labels.values()].flat()).toHaveLength(4887);
  });

  it.each(formats)('exports $name with a proof, and imports the same boxes again', async ({ name, as }) => {
    await page.getByTitle('All projects').click();
    await page
      .getByRole('button', { name: /^Blood/ })
      .first()
      .click();
    await page.getByText('364 of 364', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Export labels …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', { name: new RegExp(name) }).check();
    await dialog.getByText(/364 images with 4887 boxes/).waitFor();
    await dialog.getByLabel('put a copy of the images beside').check();
    const folder = join(out, as);
    await dialog.getByLabel('New folder').fill(folder);
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    await dialog
      .getByText('Read back: all 4887 boxes are there with their class, each the same number for number.')
      .waitFor({ timeout: 60_000 });
    await dialog.getByText(folder, { exact: true }).waitFor();
    await dialog.getByRole('button', { name: 'Close' }).last().click();

    await newProject(as);
    await takeIn(folder);
    expect(labelsOf(as)).toEqual(labelsOf('Blood'));
  });

  it('keeps nothing of an export that is stopped', async () => {
    await page.getByRole('button', { name: 'Export labels …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('put a copy of the images beside').check();
    const folder = join(out, 'stopped');
    await dialog.getByLabel('New folder').fill(folder);
    await dialog.getByRole('radio', { name: /Pascal VOC/ }).check();
    await dialog.getByText(/364 images with/).waitFor();
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    await dialog.getByText(/^writing: /).waitFor();
    await dialog.getByRole('button', { name: 'Stop, keep nothing' }).click();
    await dialog.getByRole('button', { name: 'Export', exact: true }).waitFor();
    await expect.poll(() => existsSync(folder)).toBe(false);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  it('made the page complain about nothing', () => {
    expect(studio.complaints.filter((text) => !/404 .*\/thumbnail\//.test(text))).toEqual([]);
  });
});
