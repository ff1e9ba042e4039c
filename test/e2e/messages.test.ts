// What is told in passing, beside a dialog: never over it, and in it where the dialog is what it is about.
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserProgram, openStudio, type Studio } from './studio.ts';

const program = browserProgram();

describe.skipIf(!program)('messages', () => {
  let studio: Studio;
  let page: Page;

  beforeAll(async () => {
    studio = await openStudio(program ?? '');
    page = studio.page;
    await page.getByRole('button', { name: 'Label sample_0001.jpg' }).click({ timeout: 60_000 });
    await page.locator('canvas.boxes').waitFor();
  });
  afterAll(async () => {
    await studio?.close();
  });

  const told = (text: string) => page.getByText(text, { exact: true });

  /** True where a message can be seen at its middle, false where a dialog covers it. */
  const isOnTop = async (text: string) => {
    const area = await told(text).boundingBox();
    if (!area) throw new Error(`not shown: ${text}`);
    const [x, y] = [area.x + area.width / 2, area.y + area.height / 2];
    // what is told in passing lets the pointer through
    return await page.evaluate(`(() => {
      for (const part of document.querySelectorAll('.messages *')) part.style.pointerEvents = 'auto';
      return Boolean(document.elementFromPoint(${x}, ${y})?.closest('.messages'));
    })()`);
  };

  it('lie below a dialog that is opened over them', async () => {
    const text = 'There is nothing to redo.';
    await page.keyboard.press('Control+Shift+Z');
    await told(text).waitFor();
    expect(await isOnTop(text)).toBe(true);
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    expect(await isOnTop(text)).toBe(false);
    await page.keyboard.press('Escape');
  });

  it('are in the dialog that they are told to, beside its content', async () => {
    await page.goto(page.url().replace(/#.*/, '#/images'));
    await page.getByRole('button', { name: 'Import …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Folder, or a label file').fill('/no/such/folder');
    await page.keyboard.press('Enter');
    await dialog.getByRole('status').getByText('/no/such/folder').waitFor();
  });

  it('of what went wrong in a dialog go with the next try, and with the dialog', async () => {
    const field = page.getByLabel('Folder, or a label file');
    const troubles = page.locator('.message.trouble');
    await field.fill('/no/such/place');
    await page.keyboard.press('Enter');
    await troubles.getByText('/no/such/place').waitFor();
    expect(await troubles.count()).toBe(1);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await troubles.count()).toBe(0);
  });

  it('of what went wrong stay until they are read, once each', async () => {
    const refusal = page.locator('.message', { hasText: 'is not a DDOD Studio project.' });
    await page.getByTitle('All projects').click();
    await page.clock.install();
    for (let times = 0; times < 2; times++) {
      await page.getByLabel('A folder with a project.db').fill('/no/such/folder');
      await page.getByRole('button', { name: 'Open', exact: true }).last().click();
      await refusal.waitFor();
    }
    // what lies beneath is within reach
    const area = await refusal.locator('p').boundingBox();
    const [x, y] = [(area?.x ?? 0) + 5, (area?.y ?? 0) + 5];
    expect(await page.evaluate(`document.elementFromPoint(${x}, ${y})?.closest('.messages') === null`)).toBe(
      true,
    );
    await page.clock.fastForward(60_000);
    expect(await refusal.count()).toBe(1);
    await refusal.getByRole('button', { name: 'Dismiss' }).click();
    await refusal.waitFor({ state: 'detached' });
  });
});
