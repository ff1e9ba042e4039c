// A connection that breaks while boxes are drawn: the window says what waits, connects again and stores each box once.
import type { Page, WebSocketRoute } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boxCount, canvasOf, dragOver } from './canvas-hands.ts';
import { browserProgram, openSampleStudio, type Studio } from './studio.ts';

const program = browserProgram();
if (!program) console.log('No browser was found, so lost connections are not tested.');

describe.skipIf(!program)('a lost connection', () => {
  let studio: Studio;
  let page: Page;
  let live: WebSocketRoute | undefined;
  let away = false;
  let deaf = false;
  let sent = 0;

  /** The socket goes through here, where it can be cut, refused and kept from answering. */
  function carry(socket: WebSocketRoute) {
    if (away) return void socket.close();
    live = socket;
    const server = socket.connectToServer();
    socket.onMessage((message) => {
      sent += 1;
      server.send(message);
    });
    server.onMessage((message) => {
      if (!deaf) socket.send(message);
    });
    socket.onClose(() => server.close());
  }

  async function cut() {
    away = true;
    await live?.close();
    await page.getByText(/^Not connected: /).waitFor();
  }

  const saved = () => page.getByText('Saved', { exact: true }).waitFor({ timeout: 20_000 });

  const place = (name: string) => page.locator('footer').getByText(name, { exact: true }).waitFor();

  async function expectStored(count: number) {
    await saved();
    await page.reload();
    await canvasOf(page).waitFor();
    await expect.poll(() => boxCount(page), { timeout: 10_000 }).toBe(count);
  }

  beforeAll(async () => {
    studio = await openSampleStudio(program ?? '');
    page = studio.page;
    await page.routeWebSocket(/\/rpc$/, carry);
    await page.reload();
    await page.getByRole('button', { name: 'Label sample_0002.jpg' }).click();
    await canvasOf(page).waitFor();
    await page.getByText('sample_0002.jpg', { exact: true }).waitFor();
    await page.keyboard.press('w');
  }, 120_000);
  afterAll(async () => {
    await studio?.close();
  });

  it('says how many changes wait and sends them once it is back', async () => {
    const before = await boxCount(page);
    await cut();
    await dragOver(page, [0.3, 0.62], [0.42, 0.82]);
    await page.getByText('Not connected: 1 change waits', { exact: true }).waitFor();
    await page.keyboard.press('w');
    await dragOver(page, [0.6, 0.62], [0.7, 0.8]);
    await page.getByText('Not connected: 2 changes wait', { exact: true }).waitFor();
    away = false;
    await expectStored(before + 2);
  }, 60_000);

  it('stays at its image where the next cannot be read, without a word but the one that says why', async () => {
    await cut();
    await page.keyboard.press('Escape');
    for (const key of ['d', 'Enter', 'd']) await page.keyboard.press(key);
    await page.getByText(/^Not connected to DDOD Studio; /).waitFor();
    expect(await page.locator('.message.trouble').allTextContents()).toEqual([]);
    away = false;
    await saved();
    await place('sample_0002.jpg');
    await page.keyboard.press('d');
    await place('sample_0003.jpg');
    await page.getByRole('button', { name: 'sample_0002.jpg', exact: true }).click();
    await place('sample_0002.jpg');
  });

  it('does not store a box twice whose answer was lost', async () => {
    const before = await boxCount(page);
    deaf = true;
    const sentBefore = sent;
    await page.keyboard.press('w');
    await dragOver(page, [0.1, 0.1], [0.2, 0.3]);
    await expect.poll(() => sent).toBeGreaterThan(sentBefore);
    await new Promise((done) => setTimeout(done, 500));
    await cut();
    deaf = false;
    away = false;
    await expectStored(before + 1);
  }, 60_000);

  it('shows a training as it stands, though it ended unheard', async () => {
    const running = (at: Page) => at.getByRole('region', { name: 'Run 1', exact: true });
    const button = (at: Page, name: RegExp) => running(at).getByRole('button', { name });
    await page.goto(new URL('/#/train', page.url()).href);
    await page.getByRole('spinbutton', { name: 'Epochs' }).fill('200');
    await page.getByRole('spinbutton', { name: 'Epochs' }).press('Enter');
    await page.getByRole('heading', { name: /200 epochs/ }).waitFor();
    await page.getByRole('button', { name: /^Fine-tune/ }).click();
    await button(page, /^Pause/).waitFor({ timeout: 60_000 });
    const elsewhere = await page.context().newPage();
    await elsewhere.goto(page.url());
    await button(elsewhere, /^Pause/).waitFor({ timeout: 60_000 });
    await cut();
    await button(elsewhere, /^Pause/).click();
    await button(elsewhere, /^Resume/).waitFor({ timeout: 120_000 });
    expect(await button(page, /^Pause/).count()).toBe(1);
    away = false;
    await button(page, /^Resume/).waitFor({ timeout: 30_000 });
    expect(await button(page, /^Pause/).count()).toBe(0);
    await elsewhere.close();
  });

  it('does not end a training, nor does closing every window: it is there when one is opened again', async () => {
    const live = (at: Page) => at.getByRole('region', { name: 'Run 1', exact: true });
    const stepOf = (at: Page) =>
      live(at).getByRole('slider', { name: 'Loss, by step' }).getAttribute('aria-valuenow').then(Number);
    await live(page)
      .getByRole('button', { name: /^Resume/ })
      .click();
    await live(page)
      .getByRole('button', { name: /^Pause/ })
      .waitFor({ timeout: 60_000 });
    const before = await stepOf(page);
    const [context, address] = [page.context(), page.url()];
    await page.close();
    expect(context.pages()).toEqual([]);
    const again = await context.newPage();
    await again.goto(address);
    await live(again)
      .getByRole('button', { name: /^Pause/ })
      .waitFor({ timeout: 60_000 });
    await expect.poll(() => stepOf(again), { timeout: 120_000 }).toBeGreaterThan(before + 1);
  });
});
