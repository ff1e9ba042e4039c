// The glass box in the window: where a model that was really trained learns each label, on one image and over the data set.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stageImport } from '../../src/main/formats/stage.ts';
import { createProject } from '../../src/main/services/projects.ts';
import { drawSampleData } from '../../src/main/services/sample-data.ts';
import { startTraining } from '../../src/main/services/trainings.ts';
import { tinyRecipe } from '../unit/trainer/sample-project.ts';
import { browserProgram, openStudio, type Studio } from './studio.ts';

const program = browserProgram();
const WHILE_TRAINING = 400_000;
const WHILE_LOOKING = 60_000;

/** A project whose run saw its images at 64 pixels, where platelets are smaller than a cell of the finest level. */
async function makeProject(dir: string): Promise<void> {
  await drawSampleData(join(dir, 'images'), 12);
  const { dataset } = await stageImport(join(dir, 'images'), { format: 'voc' });
  const project = createProject(dir, 'Small cells');
  project.datasets.commit(dataset, { session: 'test' });
  const start = { recipe: tinyRecipe([], { epochs: 1 }), seed: 0, init: 'none' };
  const run = await (await startTraining(project, start, () => undefined)).finished;
  project.close();
  expect(run.status, run.cause ?? '').toBe('done');
}

describe.skipIf(!program)('the glass box in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ddod-glass-'));
  let studio: Studio;
  let page: Page;

  beforeAll(async () => {
    const project = join(folder, 'project');
    await makeProject(project);
    studio = await openStudio(program ?? '', project);
    page = studio.page;
    await page.getByRole('button', { name: 'Label sample_0003.jpg' }).click();
    await page.locator('canvas.boxes').focus();
  }, WHILE_TRAINING);
  afterAll(async () => {
    await studio?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const glass = () => page.getByRole('region', { name: 'Glass box' });
  const level = (name: string) => glass().getByRole('row').filter({ hasText: name });
  /** What lies over the picture, as pictures. */
  const drawn = () =>
    page.evaluate<string>(`(() => {
      const canvases = [...document.querySelectorAll('canvas')].map((canvas) => canvas.toDataURL());
      return canvases.join(' ');
    })()`);
  const changesBy = async (work: () => Promise<unknown>) => {
    const before = await drawn();
    await work();
    await expect.poll(async () => (await drawn()) !== before, { timeout: 15_000 }).toBe(true);
  };

  it('opens by its key, with the places that learn at each level and their weights', async () => {
    const before = await drawn();
    await page.keyboard.press('g');
    await level('P3').waitFor({ timeout: WHILE_LOOKING });
    for (const name of ['P3', 'P4', 'P5', 'P6', 'P7']) {
      const cells = await level(name).getByRole('cell').allTextContents();
      expect(cells.slice(1).every((text) => /^(\d+|[12]\.\d\d|–)$/.test(text.trim()))).toBe(true);
    }
    const [, cls, weight, reg] = await level('P3').getByRole('cell').allTextContents();
    expect(Number(cls)).toBeGreaterThan(0);
    expect(Number(reg)).toBeGreaterThan(0);
    expect(Number(weight)).toBeGreaterThanOrEqual(1);
    await expect.poll(async () => (await drawn()) !== before).toBe(true);
  });

  it('lies beside the picture, and says that suggestions are hidden instead of answering them', async () => {
    const [panel, canvas] = [await glass().boundingBox(), await page.locator('canvas.boxes').boundingBox()];
    expect((panel?.x ?? 0) + (panel?.width ?? 0)).toBeLessThanOrEqual(canvas?.x ?? 0);
    expect(canvas?.width).toBeGreaterThan(600);
    const count = page.getByRole('heading', { name: /^Boxes/ }).locator('span');
    const before = await count.textContent();
    await page.keyboard.press('Shift+Y');
    await page.getByText('Suggestions are not shown while the glass box is open; G closes it.').waitFor();
    expect(await count.textContent()).toBe(before);
  });

  it('shows one level, one branch, or the scores of a level, each as another picture', async () => {
    const p3 = glass().getByRole('button', { name: 'P3' });
    await changesBy(() => glass().getByRole('checkbox', { name: /class/ }).uncheck());
    await changesBy(() => glass().getByRole('checkbox', { name: /class/ }).check());
    // class scores of so short a training are too low to be seen
    await changesBy(() => glass().getByLabel('Scores of a level').selectOption('reg'));
    expect(await p3.getAttribute('aria-pressed')).toBe('true');
    await changesBy(() => glass().getByLabel('Scores of a level').selectOption('none'));
    await p3.click();
    expect(await p3.getAttribute('aria-pressed')).toBe('false');
  });

  it('surveys all labels, gives advice, and opens a box that nothing learns with the box selected', async () => {
    await glass().getByRole('button', { name: 'Survey the labels' }).click();
    const unlearnt = glass().getByRole('list', { name: 'Boxes that are learnt nowhere' }).getByRole('button');
    await unlearnt.first().waitFor({ timeout: WHILE_LOOKING });
    const advice = await glass().getByRole('status').textContent();
    expect(advice).toMatch(/larger|tiles|stride/);
    const selected = page.getByRole('region', { name: /^Boxes/ }).locator('[aria-pressed="true"]');
    const images = new Set<string>();
    for (const box of [unlearnt.first(), unlearnt.nth(1), unlearnt.last()]) {
      const words = (await box.textContent()) ?? '';
      const [, name = '', image = ''] = /^\s*(\S+) on image (\d+)/.exec(words) ?? [];
      images.add(image);
      await box.click();
      await page.waitForURL(new RegExp(`#/label/${image}$`));
      await expect.poll(() => selected.count(), { timeout: 15_000 }).toBe(1);
      expect(await selected.textContent()).toContain(name);
    }
    expect(images.size).toBeGreaterThan(0);
  });

  it('shows the survey to who comes later, with what was counted at each level', async () => {
    await page.reload();
    await page.locator('canvas.boxes').focus();
    await page.keyboard.press('g');
    const sums = glass().getByRole('table', { name: /over all surveyed images/ });
    await sums.waitFor({ timeout: WHILE_LOOKING });
    const [, cls, reg] = await sums
      .getByRole('row')
      .filter({ hasText: 'P3' })
      .getByRole('cell')
      .allTextContents();
    expect(Number(cls)).toBeGreaterThan(0);
    expect(Number(reg)).toBeGreaterThan(0);
    await glass()
      .getByText(/\d+ boxes on 12 labelled images/)
      .waitFor();
    await level('P3').first().waitFor({ timeout: WHILE_LOOKING });
  });

  it('goes by its key', async () => {
    await page.locator('canvas.boxes').focus();
    await page.keyboard.press('g');
    await glass().waitFor({ state: 'hidden' });
    expect(studio.complaints).toEqual([]);
  });
});
