// Keys pressed faster than the backend answers: each does its work in turn, on the image that was meant.
import type { Page, WebSocketRoute } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boxCount, canvasOf, pressAt } from './canvas-hands.ts';
import { browserProgram, openSampleStudio, type Studio } from './studio.ts';

const program = browserProgram();
if (!program) console.log('No browser was found, so slow connections are not tested.');
/** Milliseconds that each answer takes. */
const DELAY = 300;

describe.skipIf(!program)('a slow connection', () => {
  let studio: Studio;
  let page: Page;

  function carry(socket: WebSocketRoute) {
    const server = socket.connectToServer();
    socket.onMessage((message) => server.send(message));
    server.onMessage((message) => void setTimeout(() => socket.send(message), DELAY));
  }

  const shows = (name: string) => page.locator('footer').getByText(name).waitFor();
  const saved = () => page.getByText('Saved', { exact: true }).waitFor();

  /** Presses keys without waiting for what they do. */
  async function press(...keys: string[]) {
    for (const key of keys) await page.keyboard.press(key);
  }

  async function openImage(name: string) {
    await page.getByRole('button', { name: 'Images', exact: true }).click();
    await page.getByRole('button', { name: `Label ${name}` }).click();
    await shows(name);
    await canvasOf(page).focus();
  }

  /** The boxes of an image as they are stored. */
  async function storedIn(name: string) {
    await page.reload();
    await openImage(name);
    return boxCount(page);
  }

  beforeAll(async () => {
    studio = await openSampleStudio(program ?? '');
    page = studio.page;
    await page.routeWebSocket(/\/rpc$/, carry);
    await page.reload();
  }, 120_000);
  afterAll(async () => {
    await studio?.close();
  });

  it('does not lead back to the image of an undo once the hand has gone on', async () => {
    const before = await storedIn('sample_0002.jpg');
    await press('Control+a', 'Control+d');
    await saved();
    await press('Control+z', 'd');
    await shows('sample_0003.jpg');
    // the answers of the undo are all there by then
    await new Promise((done) => setTimeout(done, 6 * DELAY));
    expect(await page.locator('footer').textContent()).toContain('sample_0003.jpg');
    expect(await storedIn('sample_0002.jpg')).toBe(before);
  });

  it('goes on with a drag that began while an undo waited for its turn', async () => {
    const before = await storedIn('sample_0002.jpg');
    await press('Control+a', 'Control+d', 'Control+d');
    await saved();
    await press('Control+z', 'Control+z');
    await page.keyboard.down('Shift');
    await pressAt(page, [0.02, 0.95], [0.98, 0.05]);
    await expect.poll(() => boxCount(page), { timeout: 10_000 }).toBe(before);
    await page.mouse.up();
    await page.keyboard.up('Shift');
    const chosen = page.getByRole('region', { name: /^Boxes/ }).locator('button[aria-pressed="true"]');
    await expect.poll(() => chosen.count()).toBe(before);
  });

  it('repeats and pastes on the image that was gone to, not on the one left', async () => {
    const [first, second, third] = [
      await storedIn('sample_0001.jpg'),
      await storedIn('sample_0002.jpg'),
      await storedIn('sample_0003.jpg'),
    ];
    await openImage('sample_0001.jpg');
    await press('Control+c', 'd', 'Control+v', 'd', 'r');
    await shows('sample_0003.jpg');
    await expect.poll(() => boxCount(page), { timeout: 10_000 }).toBe(first + second + third);
    await saved();
    expect(await storedIn('sample_0002.jpg')).toBe(first + second);
    expect(await storedIn('sample_0003.jpg')).toBe(first + second + third);
  });
});
