// The loop of the product, step by step, through any door: train, pause, close, reopen, resume, evaluate, go from the costliest
// error to its box, mend the label, train again from the model, compare.
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';

/** A way into the window. What is done stays between one opening and the next. */
export interface Door {
  open(): Promise<Page>;
  shut(): Promise<void>;
}

const A_WHILE = 240_000;

/** The steps as tests of the suite around; each needs the one before. */
export function closesTheLoop(door: Door): void {
  let page: Page;
  const row = (name: string) =>
    page.getByRole('row').filter({ has: page.getByRole('button', { name, exact: true }) });
  const run = (name: string) => page.getByRole('region', { name, exact: true });
  const go = (view: string) => page.getByRole('button', { name: view, exact: true }).first().click();
  const lossStep = async () =>
    Number(await page.getByRole('slider', { name: 'Loss, by step' }).getAttribute('aria-valuenow'));
  const errors = () => page.getByRole('region', { name: 'Errors' }).getByRole('button');
  const boxes = () => page.getByRole('region', { name: /^Boxes/ });

  async function set(name: string, value: string) {
    const field = page.getByRole('complementary').getByRole('textbox', { name: new RegExp(`^${name}`) });
    await field.fill(value);
    await field.press('Enter');
  }

  async function evaluate(name: string) {
    await go('Evaluate');
    await page.getByLabel('Run', { exact: true }).selectOption({ label: name });
    await page.getByLabel('Images', { exact: true }).selectOption({ label: 'training images' });
    await page.getByRole('button', { name: 'Evaluate', exact: true }).last().click();
    const chosen = page.getByLabel('Evaluation', { exact: true }).locator('option:checked');
    await expect.poll(() => chosen.textContent(), { timeout: A_WHILE }).toContain(`${name}, train`);
    await errors().first().waitFor();
  }

  async function enter() {
    page = await door.open();
    page.setDefaultTimeout(A_WHILE);
    const [recent, images] = [
      page.getByRole('heading', { name: 'Recent projects' }),
      page.getByText('60 of 60'),
    ];
    await recent.or(images).first().waitFor();
    // the first start opens the sample, later ones list it
    if (await recent.isVisible()) await page.getByRole('button', { name: /^Sample cells/ }).click();
    await images.first().waitFor();
  }

  beforeAll(enter, A_WHILE);
  afterAll(() => door.shut());

  it('trains by one button, moves a curve, and pauses', async () => {
    await go('Train');
    await page.getByRole('complementary').getByText('Advanced').click();
    await set('Epochs', '8');
    await set('Image sides', '160');
    await set('Lowest score', '0.02');
    await set('Warm-up', '4');
    await set('Mean of weights', '0.8');
    await page
      .getByRole('complementary')
      .getByRole('button', { name: /^Fine-tune/ })
      .click();
    await page.getByRole('slider', { name: 'Loss, by step' }).waitFor();
    const before = await lossStep();
    await expect.poll(lossStep, { timeout: A_WHILE }).toBeGreaterThan(before);
    await page
      .getByRole('button', { name: /^Pause/ })
      .first()
      .click();
    await row('Run 1').getByText('paused', { exact: true }).waitFor();
  });

  it('is closed, opened again, and resumed to the end', async () => {
    await door.shut();
    await enter();
    await go('Train');
    await run('Run 1')
      .getByRole('button', { name: /^Resume/ })
      .click();
    await row('Run 1').getByText('done', { exact: true }).waitFor();
  });

  it('leads from the costliest error to its box, selected, and keeps what is mended there', async () => {
    await evaluate('Run 1');
    // an error about a labelled box: what has none cannot be selected
    await errors()
      .filter({ hasText: /Badly placed|Missed|Wrong class/ })
      .first()
      .click();
    const strip = page.getByRole('region', { name: /^Boxes: / });
    await strip
      .getByRole('button', { name: /image \d+$/ })
      .first()
      .click();
    await page.waitForURL(/#\/label\/\d+$/);
    const chosen = boxes().locator('[aria-pressed="true"], [aria-current="true"], .selected').first();
    await chosen.waitFor();
    await page.locator('canvas[aria-label^="Image"]').focus();
    await page.keyboard.press('ArrowRight');
    await page.getByText('Saved', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'History', exact: true }).click();
    await page.getByRole('region', { name: 'History' }).getByText('Moved').first().waitFor();
  });

  it('trains again from the model and compares the two', async () => {
    await go('Train');
    await page.getByRole('button', { name: 'Run 1', exact: true }).click();
    await run('Run 1').getByRole('button', { name: 'Train again from this model' }).click();
    const panel = page.getByRole('complementary');
    await panel.getByText('Begins with what Run 1 learned.').waitFor();
    await panel.getByLabel('Epochs').first().fill('1');
    await panel.getByLabel('Epochs').first().press('Enter');
    await panel.getByRole('heading', { name: /1 epoch\b/ }).waitFor();
    await panel.getByRole('button', { name: /^Fine-tune/ }).click();
    await row('Run 2').getByText('done', { exact: true }).waitFor();
    await evaluate('Run 2');
    await page.getByLabel('Compare with').selectOption({ label: 'Run 1, train' });
    await page.getByText(/by more than chance|Not significant|Too few images/).waitFor();
  });
}
