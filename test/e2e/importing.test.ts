// A project of one's own: created, filled from a labelled dataset by its report, and opened again from the list.
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawSampleData } from '../../src/main/services/sample-data.ts';
import { browserProgram, openSampleStudio, type Studio } from './studio.ts';

const program = browserProgram();

/** Adds a box that reaches outside the image, and one without area. */
function spoil(file: string): void {
  const box = (corners: readonly number[]) => {
    const [xmin, ymin, xmax, ymax] = corners;
    return `<object><name>red-cell</name><bndbox><xmin>${xmin}</xmin><ymin>${ymin}</ymin><xmax>${xmax}</xmax><ymax>${ymax}</ymax></bndbox></object>`;
  };
  const wrong = [box([300, 200, 340, 230]), box([50, 60, 50, 90])].join('\n');
  writeFileSync(file, readFileSync(file, 'utf8').replace('</annotation>', `${wrong}\n</annotation>`));
}

describe.skipIf(!program)('a project of one’s own', () => {
  const data = mkdtempSync(join(tmpdir(), 'ddod-import-'));
  const messy = mkdtempSync(join(tmpdir(), 'ddod-messy-'));
  let studio: Studio;
  let page: Page;

  beforeAll(async () => {
    await drawSampleData(data, 20, 7);
    await drawSampleData(messy, 4, 8);
    spoil(join(messy, 'Annotations/sample_0001.xml'));
    studio = await openSampleStudio(program ?? '');
    page = studio.page;
    page.setDefaultTimeout(20_000);
  });
  afterAll(async () => {
    await studio?.close();
    for (const folder of [data, messy]) rmSync(folder, { recursive: true, force: true });
  });

  it('is created from a name', async () => {
    // an image of the sample stays behind in the label view
    await page.getByRole('button', { name: 'Label sample_0002.jpg' }).click();
    await page.getByText('sample_0002.jpg', { exact: true }).waitFor();
    await page.getByTitle('All projects').click();
    await page.getByLabel('Name', { exact: true }).fill('Cells');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByText('This project has no images yet').waitFor();
  });

  it('shows nothing of the project before', async () => {
    await page.getByRole('button', { name: 'Label', exact: true }).click();
    await page.getByText('There is nothing to label yet').waitFor();
    await page.getByRole('button', { name: 'Import images' }).click();
  });

  it('takes a dataset in after its report, with classes renamed, merged and left out', async () => {
    await page.getByRole('button', { name: 'Import images …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Folder, or a label file').fill(data);
    await dialog.getByRole('button', { name: 'Look at it' }).click();
    await dialog.getByText(/^20 images, \d+ boxes, read as Pascal VOC/).waitFor();
    await expect.poll(() => dialog.getByLabel('Where images of val go').inputValue()).toBe('val');
    await dialog.getByLabel('Take platelet').uncheck();
    await dialog.getByLabel('Name for white-cell').fill('leukocyte');
    await dialog
      .getByRole('row', { name: /^Take platelet/ })
      .getByText('left out')
      .waitFor();
    await dialog
      .getByRole('row', { name: /white-cell/ })
      .getByText('new')
      .waitFor();
    await dialog.getByLabel('Where images of test go').selectOption('val');
    await dialog.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByText('20 of 20', { exact: true }).waitFor();
    await page.locator('[data-image]:focus').waitFor();
    await page.getByText('train 14 · val 6 · test 0').waitFor();
    await page.getByText('2 classes', { exact: true }).waitFor();
    await expect.poll(() => page.getByLabel('Class').textContent()).toMatch(/leukocyte/);
  });

  it('draws the boxes that look wrong, and both ways to count pixels on real ones', async () => {
    await page.getByRole('button', { name: 'Import …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Folder, or a label file').fill(messy);
    await dialog.getByRole('button', { name: 'Look at it' }).click();
    await dialog.getByRole('heading', { name: /2 suspicious boxes/ }).waitFor();
    const drawn = dialog.getByRole('img', { name: /red-cell, outside the image/ });
    await drawn.scrollIntoViewIfNeeded();
    const picture = await drawn.locator('image').getAttribute('href');
    const { status, type, size } = await page.evaluate(async (address) => {
      const answer = await fetch(address ?? '');
      return {
        status: answer.status,
        type: answer.headers.get('content-type'),
        size: (await answer.arrayBuffer()).byteLength,
      };
    }, picture);
    expect([status, type]).toEqual([200, 'image/webp']);
    expect(size).toBeGreaterThan(20);
    await dialog.getByLabel('Take platelet').uncheck();
    await dialog.getByLabel('Name for white-cell').fill('leukocyte');
    const count = dialog.getByText(/^4 images, \d+ boxes, read as Pascal VOC/);
    const before = await count.textContent();
    await dialog.getByRole('radio', { name: /^1, the end counted/ }).check();
    // the box without area has one when the end is counted
    await expect.poll(() => count.textContent()).not.toBe(before);
    await dialog.getByRole('radio', { name: /^1, the end counted/, checked: true }).waitFor();
    expect(await dialog.getByLabel('Take platelet').isChecked()).toBe(false);
    expect(await dialog.getByLabel('Name for white-cell').inputValue()).toBe('leukocyte');
    // nor is anything lost by another look
    await dialog.getByRole('button', { name: 'Look at it' }).click();
    await dialog.getByRole('radio', { name: /^0, the end not counted/, checked: true }).waitFor();
    expect(await dialog.getByLabel('Name for white-cell').inputValue()).toBe('leukocyte');
    const frames = await dialog
      .getByRole('img', { name: /with both frames/ })
      .first()
      .locator('rect')
      .all();
    const lefts = await Promise.all(frames.map(async (frame) => Number(await frame.getAttribute('x'))));
    expect(Math.max(...lefts) - Math.min(...lefts)).toBe(1);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  it('says of an import without news that there is none', async () => {
    await page.getByRole('button', { name: 'Import …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Folder, or a label file').fill(data);
    await dialog.getByRole('button', { name: 'Look at it' }).click();
    await dialog.getByLabel('Take platelet').uncheck();
    await dialog.getByLabel('Name for white-cell').fill('leukocyte');
    await dialog.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByText('Nothing new: all 20 images and their boxes are here already.').waitFor();
  });

  it('takes the import back once that was asked, and repeats it', async () => {
    await page.keyboard.press('Control+z');
    const question = page.getByRole('dialog', { name: 'Take back the import?' });
    await question.getByText(`import from ${data}. 20 images and`).waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('20 of 20', { exact: true }).waitFor();
    await page.keyboard.press('Control+z');
    await page.getByRole('button', { name: 'Take it back' }).click();
    await page.getByText('0 of 0', { exact: true }).waitFor();
    await page.keyboard.press('Control+Shift+z');
    await page.getByText('20 of 20', { exact: true }).waitFor();
  });

  it('looks at what is dropped in any view, and onto the dialog; what is typed is completed', async () => {
    /** As the desktop's window does it, which knows where dropped files lie. */
    const drop = (...paths: string[]) =>
      page.evaluate(`{
        window.ddodPathOf = (file) => file.name;
        const dataTransfer = new DataTransfer();
        for (const name of ${JSON.stringify(paths)}) dataTransfer.items.add(new File([], name));
        document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
      }`);
    await page.getByRole('navigation').getByRole('button', { name: 'Train', exact: true }).click();
    await drop(data);
    const dialog = page.getByRole('dialog', { name: 'Import images and labels' });
    await dialog.getByText(/^20 images, \d+ boxes/).waitFor();
    await page.getByText('20 of 20', { exact: true }).waitFor();
    await drop(messy);
    await dialog.getByText(/^4 images, \d+ boxes/).waitFor();
    const field = dialog.getByLabel('Folder, or a label file');
    expect(await field.inputValue()).toBe(messy);
    await drop(messy, data);
    await dialog.getByText('Drop one folder, or one label file.').waitFor();
    await field.fill(`${join(messy, 'Annotations')}/`);
    await expect.poll(() => dialog.locator('datalist option').count()).toBeGreaterThan(3);
    const offered = dialog.locator(`datalist option[value="${join(messy, 'Annotations/sample_0001.xml')}"]`);
    expect(await offered.count()).toBe(1);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Export labels …' }).click();
    await drop(data);
    await page.getByText('Close this first, then drop it again.').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  });

  it('says in a sentence what cannot be imported', async () => {
    await page.getByRole('button', { name: 'Import …' }).click();
    await page.getByLabel('Folder, or a label file').fill('/no/such/folder');
    await page.getByRole('button', { name: 'Look at it' }).click();
    await page.getByText('There is no folder /no/such/folder.').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
  });

  it('says once that files are gone, and finds them in another folder', async () => {
    const moved = join(messy, 'moved');
    renameSync(join(data, 'JPEGImages'), moved);
    await page.reload();
    await page.getByText('All image files are not where they were').waitFor();
    await page.getByRole('button', { name: 'Say where they are …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('The folder that holds them').fill(messy);
    await dialog.getByRole('button', { name: 'Look there' }).click();
    await dialog.getByText('20 found by name.').waitFor();
    await dialog.getByText('Every image has its file again.').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await page.getByText('All image files are not where they were').waitFor({ state: 'hidden' });
  });

  it('is found again in the list', async () => {
    await page.getByTitle('All projects').click();
    await page.getByRole('button', { name: /^Cells/ }).click();
    await page.getByText('20 of 20', { exact: true }).waitFor();
    await expect.poll(() => page.locator('img[src*="thumbnail"]').count()).toBeGreaterThan(10);
    expect(await page.getByText('The file is missing or damaged.').count()).toBe(0);
    // pictures asked for just before their project or import was left are rightly not served after it
    expect(studio.complaints.filter((text) => !/404 .*\/(thumbnail|staged)\//.test(text))).toEqual([]);
  });
});
