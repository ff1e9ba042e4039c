// Labels written for other programs from the window: what is told of boxes that these cannot hold, and of images.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProject } from '../../src/main/services/projects.ts';
import { browserProgram, openStudio, type Studio } from './studio.ts';

const program = browserProgram();

describe.skipIf(!program)('an export of labels', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ddod-labels-'));
  let studio: Studio;
  let page: Page;

  beforeAll(async () => {
    const grey = { width: 64, height: 48, channels: 3, background: '#808080' } as const;
    const path = join(folder, 'pictures', 'cell.png');
    mkdirSync(join(folder, 'pictures'));
    await sharp({ create: grey }).png().toFile(path);
    const project = createProject(join(folder, 'project'), 'Odd boxes');
    const box = { classIndex: 0, x1: 5, y1: 5, x2: 20, y2: 20 };
    const boxes = [box, { ...box, x1: 50, x2: 70 }, { ...box, y1: 22, y2: 40, ignore: 'blurred' }];
    const images = [{ path, width: 64, height: 48, orientation: 1, split: 'train' as const, boxes }];
    project.datasets.commit({
      format: 'coco',
      classes: [{ name: 'cell' }],
      images,
      skipped: [],
      warnings: [],
    });
    project.close();
    studio = await openStudio(program ?? '', join(folder, 'project'));
    page = studio.page;
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('as YOLO says which boxes the label files hold, and that images are looked for beside them', async () => {
    await page.getByRole('button', { name: 'Export labels …' }).click();
    const dialog = page.getByRole('dialog');
    const out = join(folder, 'yolo');
    await dialog.getByRole('radio', { name: /YOLO/ }).check();
    await dialog.getByText('Trainers look for the images beside these labels').waitFor();
    await dialog.getByLabel('New folder').fill(join(folder, 'project'));
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    await dialog.getByText('is not empty').waitFor();
    await dialog.getByLabel('New folder').fill(out);
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    await dialog.getByText('1 image with 2 boxes is written as YOLO.').waitFor();
    // the try before is forgotten
    expect(await dialog.getByText('is not empty').count()).toBe(0);
    await dialog.getByText('2 of 3 boxes are where other programs look').waitFor();
    await dialog.getByText('Read back by this program, with ddod.json: all 3 boxes are there').waitFor();
    const [name = ''] = readdirSync(join(out, 'labels/train'));
    expect(
      readFileSync(join(out, 'labels/train', name), 'utf8')
        .trim()
        .split('\n'),
    ).toHaveLength(2);
    expect(existsSync(join(out, 'images'))).toBe(false);
  });

  it('is done once more with a copy of the images', async () => {
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: /^Export again/ }).click();
    const out = join(folder, 'copied');
    await dialog.getByLabel('New folder').fill(out);
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    await dialog.getByText('is written as YOLO').waitFor();
    expect(await dialog.getByText('Trainers look for the images').count()).toBe(0);
    expect(readdirSync(join(out, 'images/train'))).toEqual(['cell.png']);
    expect(studio.complaints).toEqual([]);
  });
});
