// A program that ends while boxes are drawn, and is started again: the page goes on by itself and stores each change once.
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../../src/main/serve.ts';
import { createProject } from '../../src/main/services/projects.ts';
import { boxCount, canvasOf, dragOver } from './canvas-hands.ts';
import { browserProgram, openSampleStudio, type Studio } from './studio.ts';

const program = browserProgram();
if (!program) console.log('No browser was found, so programs that are started again are not tested.');

describe.skipIf(!program)('a program that is started again', () => {
  let studio: Studio;
  let page: Page;
  let running: RunningServer;

  const place = () => page.locator('footer').getByText('sample_0002.jpg', { exact: true });
  const saved = () => page.getByText('Saved', { exact: true }).waitFor({ timeout: 30_000 });
  const waits = (count: string) => page.getByText(`Not connected: ${count}`, { exact: true }).waitFor();

  async function end() {
    await running.close();
    await page.getByText(/^Not connected: /).waitFor();
  }

  async function start(project?: string) {
    running = await startServer(project === undefined ? {} : { project });
  }

  async function drawAt(x: number, y: number) {
    await page.keyboard.press('w');
    await dragOver(page, [x, y], [x + 0.06, y + 0.08]);
  }

  async function openAgain() {
    await saved();
    await page.getByRole('button', { name: 'Label sample_0002.jpg' }).click();
    await place().waitFor();
  }

  /** The boxes as a page sees them that is loaded anew. */
  async function stored() {
    await saved();
    await page.reload();
    await place().waitFor();
    return boxCount(page);
  }

  beforeAll(async () => {
    studio = await openSampleStudio(program ?? '');
    page = studio.page;
    running = studio.server;
    await page.getByRole('button', { name: 'Label sample_0002.jpg' }).click();
    await canvasOf(page).waitFor();
    await place().waitFor();
  }, 120_000);
  afterAll(async () => {
    await running?.close();
    await studio?.close();
  });

  it('is found again with its project, and gets what was drawn meanwhile', async () => {
    const before = await boxCount(page);
    await end();
    await drawAt(0.1, 0.1);
    await drawAt(0.3, 0.1);
    await waits('2 changes wait');
    expect(await page.locator('.message.trouble').allTextContents()).toEqual([]);
    await start();
    await saved();
    await place().waitFor();
    expect(await boxCount(page)).toBe(before + 2);
    expect(await stored()).toBe(before + 2);
  });

  it('gets what was drawn also where the page was loaded again meanwhile', async () => {
    const before = await boxCount(page);
    const address = page.url();
    await end();
    await drawAt(0.5, 0.1);
    await drawAt(0.7, 0.1);
    await page.keyboard.press('3');
    await waits('3 changes wait');
    await page.reload().catch(() => undefined);
    await start();
    // while the page that says so is still on its way, another cannot be gone to
    const arrives = () =>
      page.goto(address).then(
        () => true,
        () => false,
      );
    await expect.poll(arrives, { timeout: 20_000 }).toBe(true);
    await openAgain();
    expect(await boxCount(page)).toBe(before + 2);
    expect(await stored()).toBe(before + 2);
  });

  it('keeps what was drawn until its project is open again', async () => {
    const before = await boxCount(page);
    await end();
    await drawAt(0.1, 0.8);
    await waits('1 change waits');
    const other = join(process.env.DDOD_PROJECTS_DIR ?? '', 'Other');
    createProject(other, 'Other').close();
    await start(other);
    await page.getByText('1 change of “Sample cells” is not stored yet').waitFor();
    await page.getByRole('button', { name: 'Open it and store them' }).click();
    await page.getByText('is not stored yet').waitFor({ state: 'detached' });
    await openAgain();
    expect(await boxCount(page)).toBe(before + 1);
  });
});
