// An image whose labels change in another window while it is open: it shows what stands, and can be marked done.
import type { Page, WebSocketRoute } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boxCount, canvasOf, dragOver } from './canvas-hands.ts';
import { browserProgram, openSampleStudio, type Studio } from './studio.ts';

const program = browserProgram();
if (!program) console.log('No browser was found, so changes in another window are not tested.');

describe.skipIf(!program)('an image that changes elsewhere', () => {
  let studio: Studio;
  let page: Page;
  let other: Page;
  /** Notices do not reach the page. */
  let deaf = false;

  function carry(socket: WebSocketRoute) {
    const server = socket.connectToServer();
    socket.onMessage((message) => server.send(message));
    server.onMessage((message) => {
      if (!deaf || !/"type":"(labels|images|classes)"/.test(String(message))) socket.send(message);
    });
  }

  const shows = (on: Page, text: string) => on.locator('footer').getByText(text, { exact: true }).waitFor();

  async function openImage(on: Page, name: string) {
    await on.getByRole('button', { name: 'Images', exact: true }).click();
    await on.getByRole('button', { name: `Label ${name}` }).click();
    await shows(on, name);
    await canvasOf(on).focus();
  }

  /** Deals nearly all images into one split. */
  async function dealInto(split: 'val' | 'test') {
    await other.getByRole('button', { name: 'Images', exact: true }).click();
    await other.getByRole('button', { name: 'Splits …' }).click();
    const dialog = other.getByRole('dialog');
    for (const side of ['train', 'val', 'test'])
      await dialog.getByLabel(`Share of ${side}`).fill(side === split ? '98' : '1');
    await dialog.getByLabel('Deal anew the images too that have a split').check();
    await dialog.getByRole('button', { name: 'Deal', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
  }

  async function takeOut(on: Page, ...names: string[]) {
    await on.getByRole('button', { name: 'Images', exact: true }).click();
    for (const name of names) await on.getByLabel(`Select ${name}`).click();
    await on.getByRole('button', { name: 'Take out of the project' }).click();
    for (const name of names) await on.getByLabel(`Select ${name}`).waitFor({ state: 'detached' });
  }

  beforeAll(async () => {
    studio = await openSampleStudio(program ?? '');
    page = studio.page;
    await page.routeWebSocket(/\/rpc$/, carry);
    await page.reload();
    other = await page.context().newPage();
    await other.goto(page.url());
    await openImage(page, 'sample_0002.jpg');
  }, 120_000);
  afterAll(async () => {
    await studio?.close();
  });

  it('has its new split and can be marked done after a deal in the other window', async () => {
    await dealInto('test');
    await shows(page, 'test');
    await page.keyboard.press('Enter');
    await shows(page, 'sample_0003.jpg');
  });

  it('is marked done although the window has not heard of a deal', async () => {
    await openImage(page, 'sample_0004.jpg');
    deaf = true;
    await dealInto('val');
    await page.keyboard.press('Enter');
    await shows(page, 'sample_0005.jpg');
    deaf = false;
  });

  it('is shown again before it is marked done where its boxes are others', async () => {
    await openImage(page, 'sample_0006.jpg');
    await openImage(other, 'sample_0006.jpg');
    const before = await boxCount(page);
    deaf = true;
    await other.keyboard.press('Control+a');
    await other.keyboard.press('Control+d');
    await expect.poll(() => boxCount(other)).toBe(2 * before);
    await other.getByText('Saved', { exact: true }).waitFor();
    await page.keyboard.press('Enter');
    await page
      .getByText('Another window changed this image: look at its boxes, then mark it done.')
      .waitFor();
    expect(await boxCount(page)).toBe(2 * before);
    await shows(page, 'sample_0006.jpg');
    await page.keyboard.press('Enter');
    await shows(page, 'sample_0007.jpg');
    deaf = false;
  });

  it('says which change could not be stored, and stores those made after it', async () => {
    await openImage(page, 'sample_0008.jpg');
    const before = await boxCount(page);
    const platelets = await page
      .getByRole('region', { name: /^Boxes/ })
      .getByText('platelet')
      .count();
    deaf = true;
    const classes = other.getByRole('region', { name: 'Classes' });
    await classes.getByRole('listitem').filter({ hasText: 'platelet' }).hover();
    await other.getByRole('button', { name: 'More for platelet' }).click();
    await other.getByRole('menuitem', { name: /^Delete with/ }).click();
    await expect.poll(() => classes.getByText('platelet').count()).toBe(0);
    for (const [key, x] of [
      ['3', 0.1],
      ['1', 0.3],
    ] as const) {
      // the second also gives the box of the first its class
      await page.keyboard.press(key);
      await page.keyboard.press('w');
      await dragOver(page, [x, 0.85], [x + 0.1, 0.95]);
    }
    await page.getByText('2 changes were not stored; all others are safe.').waitFor();
    await page.getByText('Saved', { exact: true }).waitFor();
    deaf = false;
    await page.reload();
    await shows(page, 'sample_0008.jpg');
    expect(await boxCount(page)).toBe(before - platelets + 1);
  });

  it('keeps what the other window did until it is said that it is to be taken back', async () => {
    await openImage(page, 'sample_0009.jpg');
    await openImage(other, 'sample_0009.jpg');
    const before = await boxCount(page);
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+d');
    await expect.poll(() => boxCount(other)).toBe(2 * before);
    await other.keyboard.press('Control+z');
    const dialog = other.getByRole('dialog', { name: 'Take back what another window did?' });
    await dialog.getByText('“Duplicated”').waitFor();
    await other.keyboard.press('Control+z');
    await dialog.getByRole('button', { name: 'Keep it' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await boxCount(other)).toBe(2 * before);
    await other.keyboard.press('Control+z');
    await dialog.getByRole('button', { name: 'Take it back' }).click();
    await expect.poll(() => boxCount(page)).toBe(before);
    await page.keyboard.press('Control+Shift+z');
    await page.getByRole('dialog').getByRole('button', { name: 'Repeat it' }).click();
    await expect.poll(() => boxCount(page)).toBe(2 * before);
    await page.keyboard.press('Control+z');
    await expect.poll(() => boxCount(page)).toBe(before);
  });

  it('is left for the next one where it was taken out of the project', async () => {
    await openImage(page, 'sample_0010.jpg');
    await takeOut(other, 'sample_0010.jpg', 'sample_0011.jpg');
    await page.getByText('That image is no longer in the project.').waitFor();
    await shows(page, 'sample_0012.jpg');
    await expect.poll(() => canvasOf(page).getAttribute('aria-label')).toContain('sample_0012.jpg');
    await takeOut(page, 'sample_0012.jpg');
    await page.getByRole('button', { name: 'Label', exact: true }).click();
    await expect.poll(() => page.locator('footer .path').textContent()).not.toBe('sample_0012.jpg');
    await canvasOf(page).waitFor();
  });

  it('leaves an empty view behind where all images are taken out', async () => {
    await openImage(page, 'sample_0020.jpg');
    await other.getByRole('button', { name: 'Images', exact: true }).click();
    await other.getByRole('button', { name: 'Label sample_0000.jpg' }).focus();
    await other.keyboard.press('Control+a');
    await other.getByRole('button', { name: 'Take out of the project' }).click();
    await page.getByText('There is nothing to label yet').waitFor();
  });
});
