// A project that cannot be written for a while: what is drawn waits, and is stored once it can be.
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boxCount, canvasOf, dragOver } from './canvas-hands.ts';
import { browserProgram, openSampleStudio, type Studio } from './studio.ts';

const program = browserProgram();
if (!program) console.log('No browser was found, so projects that cannot be written are not tested.');
/** As long as the program itself waits for the file, and more. */
const PATIENCE_MS = 60_000;

describe.skipIf(!program)('a project that cannot be written', () => {
  let studio: Studio;
  let page: Page;

  const shows = (name: string) => page.locator('footer').getByText(name, { exact: true }).waitFor();

  /** Another program has the file to itself until the answer is called. */
  function occupied(): () => void {
    const file = join(process.env.DDOD_PROJECTS_DIR ?? '', 'Sample cells', 'project.db');
    const sqlite = new Sqlite(file);
    sqlite.exec('BEGIN IMMEDIATE');
    return () => sqlite.close();
  }

  async function drawAt(x: number) {
    await page.keyboard.press('w');
    await dragOver(page, [x, 0.85], [x + 0.06, 0.95]);
  }

  beforeAll(async () => {
    studio = await openSampleStudio(program ?? '');
    page = studio.page;
    await page.getByRole('button', { name: 'Label sample_0002.jpg' }).click();
    await shows('sample_0002.jpg');
    await canvasOf(page).focus();
  }, 120_000);
  afterAll(async () => {
    await studio?.close();
  });

  it('says so, keeps what is drawn on other images too, and stores all of it when told to', async () => {
    const before = await boxCount(page);
    const free = occupied();
    await drawAt(0.1);
    const alert = page.getByRole('alert');
    await alert.getByText('is being written by another process').waitFor({ timeout: PATIENCE_MS });
    await drawAt(0.2);
    await alert.getByText('2 changes wait here until then.').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('d');
    await shows('sample_0003.jpg');
    await page.keyboard.press('a');
    await shows('sample_0002.jpg');
    expect(await boxCount(page)).toBe(before + 2);
    free();
    await alert.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Saved', { exact: true }).waitFor({ timeout: PATIENCE_MS });
    await page.reload();
    await shows('sample_0002.jpg');
    expect(await boxCount(page)).toBe(before + 2);
  });

  it('forgets what is given up', async () => {
    const before = await boxCount(page);
    const free = occupied();
    await drawAt(0.3);
    await page.getByRole('button', { name: 'Give them up' }).click({ timeout: PATIENCE_MS });
    await expect.poll(() => boxCount(page), { timeout: PATIENCE_MS }).toBe(before);
    await page.getByText('Saved', { exact: true }).waitFor();
    free();
  });
});
