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

class Loop {
  readonly #door: Door;
  page!: Page;

  constructor(door: Door) {
    this.#door = door;
  }

  async enter() {
    this.page = await this.#door.open();
    this.page.setDefaultTimeout(A_WHILE);
    const [recent, images] = [
      this.page.getByRole('heading', { name: 'Recent projects' }),
      this.page.getByText('60 of 60'),
    ];
    await recent.or(images).first().waitFor();
    // the first start opens the sample, later ones list it
    if (await recent.isVisible()) await this.page.getByRole('button', { name: /^Sample cells/ }).click();
    await images.first().waitFor();
  }

  async set(name: string, value: string) {
    const field = this.page.getByRole('complementary').getByRole('textbox', { name: new RegExp(`^${name}`) });
    await field.fill(value);
    await field.press('Enter');
  }

  async evaluate(name: string) {
    await this.go('Evaluate');
    await this.page.getByLabel('Run', { exact: true }).selectOption(name.replace('Run ', 'r'));
    await this.page.getByLabel('Images', { exact: true }).selectOption({ label: 'training images' });
    await this.page.getByRole('button', { name: 'Evaluate', exact: true }).last().click();
    const chosen = this.page.getByLabel('Evaluation', { exact: true }).locator('option:checked');
    await expect.poll(() => chosen.textContent(), { timeout: A_WHILE }).toContain(`${name}, train`);
    await this.errors().first().waitFor();
  }

  row(name: string) {
    return this.page.getByRole('row').filter({ has: this.page.getByRole('button', { name, exact: true }) });
  }

  run(name: string) {
    return this.page.getByRole('region', { name, exact: true });
  }

  go(view: string) {
    return this.page.getByRole('button', { name: view, exact: true }).first().click();
  }

  errors() {
    return this.page.getByRole('region', { name: 'Errors' }).getByRole('button');
  }

  boxes() {
    return this.page.getByRole('region', { name: /^Boxes/ });
  }

  async trainAndPause() {
    const slider = this.page.getByRole('slider', { name: 'Loss, by step' });
    const lossStep = async () => Number(await slider.getAttribute('aria-valuenow'));
    await this.go('Train');
    await this.page.getByRole('complementary').getByText('Advanced').click();
    await this.set('Epochs', '8');
    await this.set('Image sides', '160');
    await this.set('Lowest score', '0.02');
    await this.set('Warm-up', '4');
    await this.set('Mean of weights', '0.8');
    await this.page
      .getByRole('complementary')
      .getByRole('button', { name: /^Fine-tune/ })
      .click();
    await this.page.getByRole('slider', { name: 'Loss, by step' }).waitFor();
    const before = await lossStep();
    await expect.poll(lossStep, { timeout: A_WHILE }).toBeGreaterThan(before);
    await this.page
      .getByRole('button', { name: /^Pause/ })
      .first()
      .click();
    await this.row('Run 1').getByText('paused', { exact: true }).waitFor();
  }

  async reopenAndResume() {
    await this.#door.shut();
    await this.enter();
    await this.go('Train');
    await this.run('Run 1')
      .getByRole('button', { name: /^Resume/ })
      .click();
    await this.row('Run 1').getByText('done', { exact: true }).waitFor();
  }

  async mendAnError() {
    await this.evaluate('Run 1');
    // an error about a labelled box: what has none cannot be selected
    await this.errors()
      .filter({ hasText: /Badly placed|Missed|Wrong class/ })
      .first()
      .click();
    const strip = this.page.getByRole('region', { name: /^Boxes: / });
    await strip
      .getByRole('button', { name: /image \d+$/ })
      .first()
      .click();
    await this.page.waitForURL(/#\/label\/\d+$/);
    const chosen = this.boxes().locator('[aria-pressed="true"], [aria-current="true"], .selected').first();
    await chosen.waitFor();
    await this.page.locator('canvas[aria-label^="Image"]').focus();
    await this.page.keyboard.press('ArrowRight');
    await this.page.getByText('Saved', { exact: true }).waitFor();
    await this.page.getByRole('button', { name: 'History', exact: true }).click();
    await this.page.getByRole('region', { name: 'History' }).getByText('Moved').first().waitFor();
  }

  async trainAgainAndCompare() {
    await this.go('Train');
    await this.page.getByRole('button', { name: 'Run 1', exact: true }).click();
    await this.run('Run 1').getByRole('button', { name: 'Train again from this model' }).click();
    const panel = this.page.getByRole('complementary');
    await panel.getByText('Begins with what Run 1 learned.').waitFor();
    await panel.getByLabel('Epochs').first().fill('1');
    await panel.getByLabel('Epochs').first().press('Enter');
    await panel.getByRole('heading', { name: /1 epoch\b/ }).waitFor();
    await panel.getByRole('button', { name: /^Fine-tune/ }).click();
    await this.row('Run 2').getByText('done', { exact: true }).waitFor();
    await this.evaluate('Run 2');
    await this.page.getByLabel('Compare with').selectOption({ label: 'Run 1, train' });
    await this.page.getByText(/by more than chance|Not significant|Too few images/).waitFor();
  }
}

/** The steps as tests of the suite around; each needs the one before. */
export function closesTheLoop(door: Door): void {
  const loop = new Loop(door);
  beforeAll(() => loop.enter(), A_WHILE);
  afterAll(() => door.shut());

  it('trains by one button, moves a curve, and pauses', () => loop.trainAndPause());
  it('is closed, opened again, and resumed to the end', () => loop.reopenAndResume());
  it('leads from the costliest error to its box, selected, and keeps what is mended there', () =>
    loop.mendAnError());
  it('trains again from the model and compares the two', () => loop.trainAgainAndCompare());
}
