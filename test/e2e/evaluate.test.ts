// From figures to labels, in a browser with a really trained detector: a run is evaluated, the costliest error leads to its
// boxes, a box opens in Label, selected; the threshold stays; two runs are compared.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pseudoText } from '../../src/renderer/words/pseudo.ts';
import { complaints } from './axe.ts';
import { englishLeft } from './english-left.ts';
import { browserProgram, openStudio, type Studio } from './studio.ts';
import { makeTwoRuns } from './two-runs-project.ts';

const program = browserProgram();
const WHILE_EVALUATING = 120_000;

describe.skipIf(!program)('evaluating in a browser', () => {
  let folder: string;
  let studio: Studio;
  let page: Page;
  const strip = () => page.getByRole('region', { name: /^Boxes: / });
  const errors = () => page.getByRole('region', { name: 'Errors' }).getByRole('list').getByRole('button');

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ddod-evaluate-'));
    await makeTwoRuns(folder);
    studio = await openStudio(program ?? '', join(folder, 'project'));
    page = studio.page;
    // a busy computer takes its time
    page.setDefaultTimeout(WHILE_EVALUATING);
  }, 420_000);
  afterAll(async () => {
    await studio?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Where the box that was stored last comes from. */
  function newestBox() {
    const sqlite = new Sqlite(join(folder, 'project', 'project.db'), { readonly: true });
    const row = sqlite.prepare('SELECT origin, score FROM box ORDER BY id DESC LIMIT 1').get();
    sqlite.close();
    return row;
  }

  async function evaluate(run: string) {
    await page.getByLabel('Run', { exact: true }).selectOption(run.replace('Run ', 'r'));
    await page.getByLabel('Images', { exact: true }).selectOption({ label: 'training images' });
    await page.getByRole('button', { name: 'Evaluate', exact: true }).last().click();
    const chosen = page.getByLabel('Evaluation', { exact: true }).locator('option:checked');
    await expect.poll(() => chosen.textContent(), { timeout: WHILE_EVALUATING }).toContain(`${run}, train`);
    await errors().first().waitFor();
  }

  it('says the next step, and evaluates a run', async () => {
    await page.getByRole('button', { name: 'Evaluate', exact: true }).click();
    await page.getByText('No run was evaluated yet').waitFor();
    await evaluate('Run 1');
    await page.getByRole('button', { name: /^\d+ images$/ }).waitFor();
    await page.getByRole('button', { name: /^AP50 \d/ }).waitFor();
    await expect.poll(() => errors().count()).toBe(6);
    for (const name of ['Classes', 'Confusion matrix', 'Precision and recall', 'Scores'])
      await page.getByRole('region', { name, exact: true }).waitFor();
  });

  it('opens the boxes behind a cell, a class, a bar and a point', async () => {
    const opens = async (press: () => Promise<void>) => {
      await press();
      await strip().waitFor();
      await page.keyboard.press('Escape');
      await strip().waitFor({ state: 'detached' });
    };
    const within = (name: string) => page.getByRole('region', { name, exact: true });
    const enabled = (name: string) => within(name).locator('button:not(:disabled)').first();
    await opens(() => enabled('Classes').click());
    await within('Classes')
      .getByRole('button', { name: /^recall of / })
      .first()
      .click();
    await page.getByRole('region', { name: /^Boxes: Boxes not found: / }).waitFor();
    await page.keyboard.press('Escape');
    await opens(() => enabled('Confusion matrix').click());
    await opens(() => enabled('Sizes and comparison').click());
    await opens(() => within('Scores').locator('.plot button:not(:disabled)').last().click({ force: true }));
    const press = (name: RegExp) => opens(() => page.getByRole('button', { name }).first().click());
    for (const name of [/^AP \d/, /^AP75 \d/, /^\d+ images$/, /^\d+ boxes$/, /^boxes of red-cell: \d+$/])
      await press(name);
    for (const name of [/^precision .* at the threshold$/, /^F1 .* at the threshold$/, /^AR1 /, /^AR100 /])
      await press(name);
    const curves = within('Precision and recall').getByRole('button');
    await opens(async () => {
      await curves.focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Enter');
    });
  });

  it('leads from the largest kind of error to a box in Label, by keyboard', async () => {
    // an error about a labelled box with a find: what has none cannot be selected, or drawn
    const kind = errors().filter({ hasText: 'Badly placed' });
    await kind.focus();
    await page.keyboard.press('Enter');
    await strip()
      .getByRole('button', { name: /image \d+$/ })
      .first()
      .waitFor();
    const image = await strip().locator('image').first().getAttribute('href');
    await page.keyboard.press('Enter');
    await page.waitForURL(/#\/label\/\d+$/);
    expect(image).toContain(`/${page.url().split('/').at(-1)}?`);
    const chosen = page
      .getByRole('region', { name: /^Boxes/ })
      .locator('[aria-pressed="true"], [aria-current="true"], .selected');
    await expect.poll(() => chosen.count()).toBeGreaterThan(0);
    // the mistake itself, beside the label
    const isDrawn = () =>
      page.evaluate<boolean>(`(() => {
        const canvas = document.querySelector('.overlay canvas');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return data.some((value) => value > 0);
      })()`);
    await expect.poll(isDrawn).toBe(true);
    await page.keyboard.press('Escape');
    await expect.poll(isDrawn).toBe(false);
  });

  it('shows a find where nothing is labelled, and makes a label of it by a key', async () => {
    const open = async () => {
      await page.getByRole('button', { name: 'Evaluate', exact: true }).click();
      await errors()
        .filter({ hasText: /Nothing there/ })
        .click();
      await strip()
        .getByRole('button', { name: /image \d+$/ })
        .first()
        .click();
      await page.getByText('No box is labelled here; Y makes one of what the model found.').last().waitFor();
    };
    const heading = page.getByRole('heading', { name: /^Boxes/ }).locator('span');
    const count = async () => Number(await heading.textContent());
    const answer = page.getByRole('button', { name: /^Accept / }).and(page.locator('.yes'));
    await open();
    const before = await count();
    await answer.waitFor();
    await page.keyboard.press('v');
    await answer.waitFor({ state: 'detached' });
    await open();
    await page.keyboard.press('+');
    await page.keyboard.press('y');
    await expect.poll(count).toBe(before + 1);
    await page.getByText('Saved', { exact: true }).waitFor();
    expect(newestBox()).toEqual({ origin: 'predicted', score: expect.any(Number) });
    await page.keyboard.press('Control+z');
    await expect.poll(count).toBe(before);
  });

  it('reads on where a list is longer than a page', async () => {
    await page.getByRole('button', { name: 'Evaluate', exact: true }).click();
    const total = page.getByRole('button', { name: /^\d+ boxes$/ });
    const all = Number.parseInt((await total.textContent())?.trim() ?? '', 10);
    expect(all).toBeGreaterThan(60);
    await total.click();
    const boxes = strip().getByRole('list');
    const shown = () => boxes.getByRole('button').count();
    await expect
      .poll(
        async () => {
          await boxes.evaluate((list) => list.scrollTo({ left: list.scrollWidth }));
          return shown();
        },
        { timeout: 30_000 },
      )
      .toBe(all);
    await page.keyboard.press('Escape');
  });

  it('keeps the threshold that was chosen', async () => {
    const threshold = page.getByLabel('Score threshold');
    await threshold.fill('0.33');
    await threshold.press('ArrowRight');
    await page.getByText('From score 0.34 on', { exact: false }).waitFor();
    await page.reload();
    await page.getByText('From score 0.34 on', { exact: false }).waitFor();
  });

  it('compares two runs, with what only one of them finds', async () => {
    await evaluate('Run 2');
    const sides = page.getByLabel('Compare with');
    await sides.selectOption({ label: 'Run 1, train' });
    await page.getByText(/by more than chance|Not significant|Too few images/).waitFor();
    await page.getByRole('button', { name: /^\d+ gained$/ }).click();
    await strip().waitFor();
    await page.getByRole('button', { name: /^AP \d.* → / }).click();
    await page.getByRole('region', { name: 'Boxes: What differs: AP' }).waitFor();
    await strip()
      .getByRole('button', { name: /\(Run \d\)/ })
      .first()
      .waitFor();
    expect(studio.complaints).toEqual([]);
  });

  it('offers the best run until one was chosen, and keeps what was chosen while the project is open', async () => {
    const go = (name: string) => page.getByRole('button', { name, exact: true }).first().click();
    const runs = page.getByRole('combobox', { name: 'Run', exact: true });
    await go('Export');
    await runs.waitFor();
    // the newest comes first
    const texts = await runs.locator('option').allTextContents();
    const [second = 0, first = 0] = texts.map((text) => Number(/AP ([\d.]+)/.exec(text)?.[1]));
    expect(await runs.inputValue()).toBe(first > second ? 'r1' : 'r2');
    await go('Train');
    await page.locator('[data-run="r2"]').click();
    await go('Export');
    await expect.poll(() => runs.inputValue()).toBe('r2');
    await go('Evaluate');
    await runs.selectOption('r1');
    await go('Images');
    await go('Evaluate');
    await expect.poll(() => runs.inputValue()).toBe('r1');
  });

  it('suggests what the chosen model finds, also where it was chosen while another looked', async () => {
    await page.getByRole('button', { name: 'Images', exact: true }).click();
    await page.getByRole('button', { name: 'Label sample_0004.jpg' }).click();
    await page.locator('canvas.boxes').focus();
    const model = page.getByLabel('Model', { exact: true });
    const notYet = page.getByText(/The model has not looked at this image/);
    const idle = page.getByRole('button', { name: 'Look', exact: true });
    await model.selectOption({ label: 'Run 2, best' });
    await notYet.waitFor();
    await page.keyboard.press('s');
    await model.selectOption({ label: 'Run 1, best' });
    await idle.waitFor();
    await notYet.waitFor();
    await page.getByLabel('Look at each image I open').check();
    await model.selectOption({ label: 'Run 2, best' });
    await idle.waitFor();
    await notYet.waitFor({ state: 'hidden' });
    await page.getByLabel('Look at each image I open').uncheck();
    await page.getByRole('button', { name: 'Evaluate', exact: true }).click();
    await errors().first().waitFor();
    await page.getByLabel('Compare with').selectOption({ label: 'Run 1, train' });
    await page.getByText(/by more than chance|Not significant|Too few images/).waitFor();
  });

  it('has nothing that axe finds wrong, with a comparison and boxes open, dark and light', async () => {
    await errors().first().click();
    await strip().waitFor();
    // cut out where the image lies, however large that is
    expect(await strip().locator('image').first().getAttribute('href')).toMatch(/&crop=-?\d+,-?\d+,\d+,\d+$/);
    for (const _theme of ['as it is', 'the other']) {
      expect(await complaints(page)).toEqual([]);
      await page.getByRole('button', { name: 'Light or dark' }).click();
    }
    await strip().getByRole('button', { name: 'Close' }).click();
    await strip().waitFor({ state: 'detached' });
  });

  it('shows more boxes than fit, or all, on the widest screen too', async () => {
    await page.setViewportSize({ width: 3840, height: 1600 });
    await errors().filter({ hasText: 'Badly placed' }).click();
    const boxes = strip().getByRole('list');
    const all = Number(
      /\d+/.exec(
        (await strip()
          .getByText(/^\d+ box/)
          .textContent()) ?? '',
      )?.[0],
    );
    const shown = () => boxes.getByRole('button').count();
    const isFull = () => boxes.evaluate((list) => list.scrollWidth > list.clientWidth);
    await expect.poll(async () => (await isFull()) || (await shown()) === all).toBe(true);
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('says nothing in English where another language is spoken, its boxes and its comparison neither', async () => {
    await page.goto(new URL('/?language=qps#/evaluate', page.url()).href);
    const card = (name: string) => page.getByRole('region', { name: pseudoText(name), exact: true });
    await page.getByLabel(pseudoText('Compare with')).selectOption({ index: 1 });
    await card('Sizes and comparison').getByText(pseudoText('gained').slice(1, -1)).first().waitFor();
    const open = [
      () => card('Errors').getByRole('button').first().click(),
      () => card('Classes').getByRole('button').first().click(),
      () => card('Confusion matrix').locator('button:not(:disabled)').first().click(),
      () => card('Scores').locator('.plot button:not(:disabled)').last().click({ force: true }),
      async () => {
        await card('Precision and recall').getByRole('button').focus();
        await page.keyboard.press('ArrowRight');
      },
    ];
    for (const press of open) {
      await press();
      await page.locator('section h3').waitFor();
      expect(await englishLeft(page)).toEqual([]);
    }
  });
});
