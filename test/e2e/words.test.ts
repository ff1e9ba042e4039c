// The window in the pseudo language, screen by screen: whatever is still English there is text that nobody could translate.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawSampleData } from '../../src/main/services/sample-data.ts';
import { pseudoText } from '../../src/renderer/words/pseudo.ts';
import { englishLeft } from './english-left.ts';
import { browserProgram, openSampleStudio, type Studio } from './studio.ts';

const program = browserProgram();

describe.skipIf(!program)('the words of the window', () => {
  const data = mkdtempSync(join(tmpdir(), 'ddod-words-'));
  let studio: Studio;
  const page = () => studio.page;
  const view = (name: string) =>
    page()
      .getByRole('navigation')
      .getByRole('button', { name: pseudoText(name), exact: true })
      .click();
  const button = (name: string) => page().getByRole('button', { name: pseudoText(name), exact: true });
  /** Closes what lies open above the view. */
  const goBack = async () => {
    if (await page().locator('[role="dialog"], [role="menu"]').count()) await page().keyboard.press('Escape');
    await page().locator('[role="dialog"], [role="menu"]').waitFor({ state: 'detached' });
  };
  const openDialog = async (name: string) => {
    await goBack();
    await button(name).click();
    await page().getByRole('dialog').waitFor();
  };
  /** Presses a key of the label view and waits for what it shows. */
  const pressed = async (key: string, what = 'canvas.boxes') => {
    await goBack();
    await page().locator('canvas.boxes').focus();
    await page().keyboard.press(key);
    await page().locator(what).first().waitFor();
  };
  const shown = async (name: string) => {
    await goBack();
    await page().evaluate(`location.hash = '#/${name}'`);
    await page().locator('canvas.boxes').waitFor({ state: 'detached' });
    await page().waitForLoadState('networkidle');
  };

  beforeAll(async () => {
    await drawSampleData(data, 6, 7);
    studio = await openSampleStudio(program ?? '');
    page().setDefaultTimeout(20_000);
    await page().goto(new URL('/?language=qps#/images', page().url()).href);
    await page().getByText(pseudoText('Saved'), { exact: true }).waitFor();
    await page().getByRole('navigation').waitFor();
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(data, { recursive: true, force: true });
  });

  /** Each screen and the way there from the one before. */
  const screens: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['images', () => page().locator('.picture img').first().waitFor()],
    [
      'selection of images',
      async () => {
        await page().locator('button.tile').first().focus();
        await page().keyboard.press('Control+a');
        await page().getByRole('toolbar').waitFor();
      },
    ],
    [
      'filter that finds nothing',
      async () => {
        await page().keyboard.press('Escape');
        await page().locator('input[type="search"]').fill('nothing is named so');
        await page().locator('.empty-state').waitFor();
      },
    ],
    [
      'splits',
      async () => {
        await page().locator('input[type="search"]').fill('');
        await page().locator('.picture img').first().waitFor();
        await openDialog('Splits …');
      },
    ],
    ['export of labels', () => openDialog('Export labels …')],
    ['import', () => openDialog('Import …')],
    [
      'report of an import',
      async () => {
        await page().getByRole('dialog').locator('input').first().fill(data);
        await button('Look at it').click();
        await page().getByRole('dialog').getByRole('row').nth(1).waitFor();
      },
    ],
    [
      'label',
      async () => {
        await goBack();
        await view('Label');
        await page().locator('canvas.ground[data-image="1"]').waitFor({ state: 'attached' });
        await page().locator('canvas.boxes').focus();
      },
    ],
    ['keys', () => pressed('?', '[role="dialog"]')],
    ['palette', () => pressed('Control+k', '[role="dialog"]')],
    ['class finder', () => pressed('/', '[role="dialog"]')],
    [
      'class menu',
      async () => {
        await goBack();
        await page().locator('.more').first().click();
        await page().getByRole('menu').waitFor();
      },
    ],
    [
      'merge of classes',
      async () => {
        await page()
          .getByRole('menuitem', { name: pseudoText('Merge into another …') })
          .click();
        await page().getByRole('dialog').waitFor();
      },
    ],
    ['suggestions for many', () => openDialog('Suggest for many images')],
    ['model from a file', () => openDialog('Use a file …')],
    ['history', () => pressed('Shift+H')],
    ['brightness', () => pressed('b', 'input[type="range"]')],
    ['glass box', () => pressed('g')],
    ['train', () => shown('train')],
    ['evaluate', () => shown('evaluate')],
    ['export', () => shown('export')],
    [
      'welcome',
      async () => {
        await page().getByTitle(pseudoText('All projects')).click();
        await page().locator('form.card').first().waitFor();
      },
    ],
  ];

  it('are all translated, on every screen', async () => {
    const left: string[] = [];
    for (const [name, open] of screens) {
      await open();
      left.push(...(await englishLeft(page())).map((text) => `${name}: ${text}`));
    }
    expect(left).toEqual([]);
  });

  it('follow the choice at once and keep it, and are English where no other language is asked for', async () => {
    const language = () => page().evaluate('document.documentElement.lang');
    const choice = page().getByRole('combobox').first();
    expect(await language()).toBe('en-XA');
    await choice.selectOption('en');
    await page().getByText('Recent projects', { exact: true }).waitFor();
    await choice.selectOption('qps');
    await page().getByText(pseudoText('Recent projects'), { exact: true }).waitFor();
    await page().goto(new URL('/#/welcome', page().url()).href);
    await page().getByText('Recent projects', { exact: true }).waitFor();
    expect(await language()).toBe('en');
    expect(await page().getByRole('combobox', { name: 'Language' }).count()).toBe(0);
  });
});
