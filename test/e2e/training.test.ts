// Fine-tuning from the window: one button, curves that move, a pause, a reload, a resume, an AP at the end; then a second
// run, both over each other and compared, notes, a star, and one deleted.
import type { Locator, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pseudoText } from '../../src/renderer/words/pseudo.ts';
import { englishLeft } from './english-left.ts';
import { browserProgram, openSampleStudio, type Studio } from './studio.ts';

const program = browserProgram();
const WHILE_TRAINING = 180_000;

describe.skipIf(!program)('fine-tuning in a browser', () => {
  let studio: Studio;
  let page: Page;
  const run = (name: string) => page.getByRole('region', { name, exact: true });
  const row = (name: string) =>
    page.getByRole('row').filter({ has: page.getByRole('button', { name, exact: true }) });
  const step = async (chart: string) =>
    Number(await page.getByRole('slider', { name: `${chart}, by step` }).getAttribute('aria-valuenow'));
  const isDone = (name: string) =>
    row(name).getByText('done', { exact: true }).waitFor({ timeout: WHILE_TRAINING });

  /** A key that is kept down until it repeats. */
  async function hold(key: string) {
    for (let i = 0; i < 4; i++) await page.keyboard.down(key);
    await page.keyboard.up(key);
  }

  /** A value of the recipe in the advanced panel. */
  async function set(name: string, value: string) {
    const field = page.getByRole('complementary').getByRole('textbox', { name: new RegExp(`^${name}`) });
    await field.fill(value);
    await field.press('Enter');
  }

  beforeAll(async () => {
    studio = await openSampleStudio(program ?? '');
    page = studio.page;
    await page.getByRole('button', { name: 'Train', exact: true }).click();
  });
  afterAll(async () => {
    await studio?.close();
  });

  it('says the recipe in words, refuses a wrong value, and marks what is changed', async () => {
    const panel = page.getByRole('complementary');
    await panel.getByRole('heading', { name: /\d px, \d+ epochs/ }).waitFor();
    await panel.getByText('Advanced').click();
    await set('Epochs', '0');
    await panel.getByText('Epochs is at least 1.').waitFor();
    await set('Epochs', '3');
    await set('Image sides', '128');
    await set('Evaluate every', '1');
    await panel.getByText('Advanced · 3 changed').waitFor();
    await panel.getByRole('heading', { name: /128 px, 3 epochs/ }).waitFor();
  });

  it('keeps a value that would move with another one, and shows no other than it trains with', async () => {
    const panel = page.getByRole('complementary');
    const rate = panel.getByRole('textbox', { name: /^Learning rate/ });
    const advised = await rate.inputValue();
    await set('Images a step', '2');
    await expect.poll(() => rate.inputValue()).not.toBe(advised);
    await set('Learning rate', advised);
    await panel.getByText('Advanced · 5 changed').waitFor();
    await panel
      .getByText(`${Number(advised)}, as it was set; it does not move with the batch.`)
      .first()
      .waitFor();
    expect(await rate.inputValue()).toBe(advised);
    await panel.getByRole('button', { name: 'Reset Images a step' }).click();
    await panel.getByText('Advanced · 3 changed').waitFor();
    await set('Learning rate', `${advised}0`);
    await expect.poll(() => rate.inputValue()).toBe(advised);
  });

  it('trains, moves its curves, and pauses with a checkpoint', async () => {
    await page.getByRole('heading', { name: /128 px/ }).click();
    // what the title and the top bar say after every change
    await page.evaluate(`
      window.said = new Set();
      const percent = (text) => /\\d+ %/.exec(text ?? '')?.[0] ?? '';
      const look = () => said.add([document.title, document.querySelector('header')?.textContent].map(percent).join(' = '));
      new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
    `);
    await hold('f');
    await page.getByRole('slider', { name: 'Loss, by step' }).waitFor({ timeout: WHILE_TRAINING });
    const before = await step('Loss');
    await expect.poll(() => step('Loss'), { timeout: WHILE_TRAINING }).toBeGreaterThan(before);
    expect(await page.title()).toMatch(/^\d+ %/);
    await hold('p');
    await row('Run 1').getByText('paused', { exact: true }).waitFor({ timeout: WHILE_TRAINING });
    const said = (await page.evaluate('[...said]')) as string[];
    expect(said.filter((pair) => pair.split(' = ')[0] !== pair.split(' = ')[1])).toEqual([]);
    expect(said.length).toBeGreaterThan(1);
    // held keys began nothing more
    await page.getByText('1 run', { exact: true }).waitFor();
  });

  it('goes on to the end after a reload, and shows it to one who looked at something else meanwhile', async () => {
    await page.reload();
    await run('Run 1')
      .getByRole('button', { name: /^Resume/ })
      .click();
    const going = page.getByRole('banner').getByRole('button', { name: /^Run 1 / });
    await going.waitFor();
    await page.getByRole('button', { name: 'Images', exact: true }).click();
    await going.waitFor({ state: 'detached', timeout: WHILE_TRAINING });
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await isDone('Run 1');
    await run('Run 1').getByRole('slider', { name: 'AP on the validation images, %, by step' }).waitFor();
    await run('Run 1').getByRole('tab', { name: 'Pictures' }).click();
    await run('Run 1')
      .getByText(/^Found: /)
      .first()
      .waitFor();
    await run('Run 1')
      .getByRole('button', { name: /^Image \d+, large$/ })
      .first()
      .click();
    const large = page.getByRole('dialog');
    await large.getByText(/^Found: /).waitFor();
    const when = () => large.getByText(/^epoch \d+, step \d+$/).textContent();
    const newest = await when();
    await page.keyboard.press('ArrowLeft');
    await expect.poll(when).not.toBe(newest);
    await page.keyboard.press('ArrowRight');
    await expect.poll(when).toBe(newest);
    const image = await large.getByRole('heading').textContent();
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => large.getByRole('heading').textContent()).not.toBe(image);
    await page.keyboard.press('Escape');
    await large.waitFor({ state: 'detached' });
    await run('Run 1').getByRole('tab', { name: 'Log' }).click();
    const bottom = (of: Locator) => of.evaluate((element) => element.getBoundingClientRect().bottom);
    expect(await bottom(run('Run 1').getByText('Done', { exact: true }))).toBeLessThan(
      await bottom(run('Run 1')),
    );
    await run('Run 1').getByRole('tab', { name: 'Curves' }).click();
    await run('Run 1').getByText('Memory at most').waitFor();
  });

  it('reads a value and zooms by keyboard', async () => {
    const chart = page.getByRole('slider', { name: 'Loss, by step' });
    await chart.focus();
    await chart.press('ArrowRight');
    expect(await chart.getAttribute('aria-valuetext')).toMatch(/^step 1: loss \d/);
    await chart.press('+');
    await page.getByRole('button', { name: /^Steps \d+ to \d+: show all/ }).waitFor();
    await chart.press('Escape');
    await page.getByText('Drag in a chart to zoom').waitFor();
  });

  it('trains again from a model, and lays both runs over each other', async () => {
    await run('Run 1').getByRole('button', { name: 'Train again from this model' }).click();
    const panel = page.getByRole('complementary');
    await panel.getByText('Begins with what Run 1 learned.').waitFor();
    await panel.getByLabel('Epochs').first().fill('1');
    await panel.getByLabel('Epochs').first().press('Enter');
    await panel.getByRole('heading', { name: /1 epoch\b/ }).waitFor();
    await panel.getByRole('button', { name: /^Fine-tune/ }).dblclick();
    await row('Run 2').waitFor();
    // the question goes with the run that it is about
    await run('Run 2').getByRole('button', { name: /^Kill/ }).click();
    await page.getByRole('dialog').getByText('It ends at once.').waitFor();
    await page.getByRole('dialog').waitFor({ state: 'detached', timeout: WHILE_TRAINING });
    await isDone('Run 2');
    await page.getByText('2 runs', { exact: true }).waitFor();
    const tick = (name: string) => page.getByRole('checkbox', { name: `Lay ${name} over the others` });
    await tick('Run 1').check();
    expect(await tick('Run 2').isChecked()).toBe(false);
    await tick('Run 2').check();
    expect(await tick('Run 1').isChecked()).toBe(true);
    const loss = page.getByRole('figure', { name: 'loss', exact: true });
    await loss.getByRole('button', { name: /^Run 1 \d/ }).waitFor();
    await loss.getByRole('button', { name: /^Run 2 \d/ }).waitFor();
    await page.getByRole('button', { name: 'Compare 2' }).click();
    await page
      .getByRole('cell', { name: 'train.epochs' })
      .or(page.getByRole('rowheader', { name: 'train.epochs' }))
      .waitFor();
    await page.getByRole('rowheader', { name: 'red-cell' }).waitFor();
  });

  it('has nothing left in English wherever a run is shown', async () => {
    const left: string[] = [];
    const look = async (where: string) =>
      left.push(...(await englishLeft(page)).map((text) => `${where}: ${text}`));
    const tab = (name: string) => page.getByRole('tab', { name: pseudoText(name), exact: true }).click();
    const more = page.getByRole('button', { name: pseudoText('More for ').slice(0, -1) });
    const menuItem = async (name: string) => {
      await more.first().click();
      await page.getByRole('menu').waitFor();
      await look('menu');
      await page.getByRole('menuitem', { name: pseudoText(name), exact: true }).click();
      await page.getByRole('dialog').waitFor();
    };
    const closed = async () => {
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    };
    await page.goto(new URL('/?language=qps#/train', page.url()).href);
    await page.getByText(pseudoText('Runs'), { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Run 1', exact: true }).click();
    await page.getByRole('slider').first().waitFor();
    await look('curves');
    for (const [name, what] of [
      ['Pictures', 'li img'],
      ['Log', 'time'],
      ['Details', 'table'],
    ] as const) {
      await tab(name);
      await page.getByRole('tabpanel').locator(what).first().waitFor();
      await look(name);
    }
    for (const box of await page.locator('td.check input').all()) await box.check();
    await tab('Compare');
    await page.getByRole('tabpanel').getByRole('table').waitFor();
    await look('comparison');
    await menuItem('Extend …');
    await look('longer');
    await closed();
    await menuItem('Delete …');
    await look('deletion');
    await closed();
    expect(left).toEqual([]);
    await page.goto(new URL('/#/train', page.url()).href);
    await page.getByRole('heading', { name: 'Runs' }).waitFor();
  });

  it('keeps a star, a tag and a note, finds runs by them, and deletes one saying what that frees', async () => {
    await page.getByRole('button', { name: 'Star Run 1' }).click();
    await page.getByLabel('Note on Run 2').fill('shorter');
    await page.getByLabel('Note on Run 2').press('Enter');
    await page.getByRole('button', { name: 'Add a tag to Run 2' }).click();
    await page.getByLabel('New tag of Run 2').fill('night');
    await page.getByLabel('New tag of Run 2').press('Enter');
    await page.getByRole('searchbox', { name: 'Find runs' }).fill('#night shorter');
    await page.getByText('1 of 2 runs').waitFor();
    await page.getByRole('searchbox', { name: 'Find runs' }).fill('');
    await page.getByRole('button', { name: 'More for Run 2' }).click();
    await page.getByRole('menuitem', { name: 'Extend …' }).click();
    await expect
      .poll(() => page.getByLabel('Epochs more').evaluate((input) => input.matches(':focus')))
      .toBe(true);
    await page.keyboard.press('7');
    expect(await page.getByLabel('Epochs more').inputValue()).toBe('7');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Run 2', exact: true }).focus();
    await page.keyboard.press('Delete');
    const told = await page
      .getByRole('dialog')
      .getByText(/B become free/)
      .textContent();
    const size = /\d\S* \wB(?= become free)/.exec(told ?? '')?.[0];
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText(`Run 2 is deleted; ${size} are free again`).waitFor();
    await page.reload();
    await page.getByText('1 run', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Star Run 1' }).getAttribute('aria-pressed')).toBe('true');
    expect(studio.complaints).toEqual([]);
  });
});
