// Suggestions in the window, from a model that was really trained: seen, taken, left, taken back, there after a reload.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openProject } from '../../src/main/services/projects.ts';
import { browserProgram, openStudio, type Studio } from './studio.ts';
import { makeTrainedProject } from './trained-project.ts';

const program = browserProgram();
const WHILE_TRAINING = 400_000;
const WHILE_LOOKING = 60_000;

describe.skipIf(!program)('suggestions in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ddod-trained-'));
  let studio: Studio;
  let page: Page;

  beforeAll(async () => {
    const project = join(folder, 'project');
    await makeTrainedProject(project);
    studio = await openStudio(program ?? '', project);
    page = studio.page;
  }, WHILE_TRAINING);
  afterAll(async () => {
    await studio?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const region = (name: RegExp) => page.getByRole('region', { name });
  const numberOf = async (name: RegExp) =>
    Number(await region(name).getByRole('heading').first().locator('span').first().textContent());
  const boxes = () => numberOf(/^Boxes/);
  const open = () => numberOf(/^Suggestions/);
  const score = async () => Number(await page.getByLabel('Lowest score').inputValue());
  const key = (name: string) => page.keyboard.press(name);

  async function become(count: () => Promise<number>, expected: number) {
    await expect.poll(count, { timeout: 15_000 }).toBe(expected);
  }

  /** Opens an image and deletes its boxes, so that the model has everything left to find. */
  async function openBare(name: string) {
    await page.getByRole('button', { name: 'Images', exact: true }).click();
    await page.getByRole('button', { name: `Label ${name}` }).click();
    await page.getByText(name, { exact: true }).first().waitFor();
    await page.locator('canvas.boxes').focus();
    await expect.poll(boxes, { timeout: 15_000 }).toBeGreaterThan(0);
    await key('Control+a');
    await key('Delete');
    await become(boxes, 0);
  }

  it('finds what nobody has labelled, and says so apart from the labels', async () => {
    await openBare('sample_0005.jpg');
    await key('s');
    await expect.poll(open, { timeout: WHILE_LOOKING }).toBeGreaterThan(2);
    expect(await boxes()).toBe(0);
  });

  it('begins where the evaluation of the model found its best score, until another is chosen', async () => {
    const kept = openProject(join(folder, 'project'), { readOnly: true });
    const [best] = kept.checkpoints.list('r1').filter(({ kind }) => kind === 'best');
    const usual = kept.evaluations.usualScore('r1', best!.id);
    kept.close();
    expect(usual).toBeGreaterThan(0);
    expect(await score()).toBe(Math.max(0.1, usual!));
    await page.getByLabel('Lowest score').fill('0.77');
    await page.reload();
    await expect.poll(score).toBe(0.77);
    await page.getByLabel('Lowest score').fill(String(Math.max(0.1, usual!)));
    await page.locator('canvas.boxes').focus();
  });

  it('takes the best by Y, drops the next by N, and brings each back by undo', async () => {
    const found = await open();
    await key('y');
    await become(boxes, 1);
    const label = region(/^Boxes/)
      .getByRole('listitem')
      .first();
    await label.getByRole('button').click();
    await page.getByText(/^Suggested by Run 1, best, score 0\.\d\d$/).waitFor();
    await page.locator('canvas.boxes').focus();
    // one box may answer two suggestions
    const left = await open();
    expect(left).toBeLessThan(found);
    await key('n');
    await become(open, left - 1);
    expect(await boxes()).toBe(1);
    await key('Control+z');
    await become(open, left);
    await key('Control+z');
    await become(open, found);
    await become(boxes, 0);
  });

  /** How many Accept all takes: of finds that overlap one. */
  async function together() {
    const words = await region(/^Suggestions/)
      .getByRole('button', { name: /^Accept (all )?\d+ / })
      .last()
      .textContent();
    return Number(words?.match(/\d+/)?.[0]);
  }

  it('takes all above the score at once, takes them back at once, and keeps them over a reload', async () => {
    const [found, taken] = [await open(), await together()];
    // of finds that overlap, one
    expect(taken).toBeLessThanOrEqual(found);
    await key('Shift+Y');
    await become(boxes, taken);
    await become(open, 0);
    await key('Control+z');
    await become(boxes, 0);
    await become(open, found);
    await page.reload();
    await become(open, found);
    await become(boxes, 0);
    await page.locator('canvas.boxes').focus();
    await key('Shift+Y');
    await become(boxes, taken);
    await page.getByText('Saved', { exact: true }).waitFor();
    await page.reload();
    await become(boxes, taken);
    await become(open, 0);
  });

  it('shows fewer above a higher score, and takes and leaves by the mouse', async () => {
    await openBare('sample_0007.jpg');
    await page.getByRole('button', { name: 'Look', exact: true }).click();
    await expect.poll(open, { timeout: WHILE_LOOKING }).toBeGreaterThan(2);
    const found = await open();
    const usual = await score();
    await page.getByLabel('Lowest score').fill('0.95');
    await become(open, 0);
    await page.getByLabel('Lowest score').fill(String(usual));
    await become(open, found);
    const row = region(/^Suggestions/)
      .getByRole('listitem')
      .first();
    await row.getByRole('button', { name: /^Accept/ }).click();
    await become(boxes, 1);
    const left = await open();
    expect(left).toBeLessThan(found);
    await row.getByRole('button', { name: /^Reject/ }).click();
    await become(open, left - 1);
    expect(await boxes()).toBe(1);
  });

  it('looks at all images as a job and leaves every label as it was', async () => {
    await key('Control+k');
    await page.keyboard.type('suggest for many');
    await key('Enter');
    // every image is labelled: what has none is not offered
    expect(await page.getByRole('radio', { name: /Unlabelled images/ }).isDisabled()).toBe(true);
    expect(await page.getByRole('radio', { name: /All images/ }).isChecked()).toBe(true);
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByText(/suggestions are ready on 58 images/).waitFor({ timeout: WHILE_LOOKING });
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
    expect(await boxes()).toBe(1);
  });

  it('puts first where labels and model differ most, and says why', async () => {
    await page.getByRole('button', { name: 'Images', exact: true }).click();
    await page.getByLabel('Order', { exact: true }).selectOption('disagreement');
    const first = page.getByRole('button', { name: /^Label sample_/ }).first();
    await expect.poll(() => first.getAttribute('aria-label')).toMatch(/^Label sample_0007\.jpg\b/);
    await first.click();
    await page.getByText(/queue: most disagreement first · \d+ [a-z ]+ \(.*red-cell/).waitFor();
    await page.getByRole('button', { name: 'Images', exact: true }).click();
    await page.getByLabel('Order', { exact: true }).selectOption('uncertain');
    await page
      .getByRole('button', { name: /^Label sample_/ })
      .first()
      .click();
    await page.getByText(/queue: most uncertain first · unsure of /).waitFor();
    expect(studio.complaints).toEqual([]);
  });
});
