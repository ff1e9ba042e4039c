// A large image comes coarse first and is then sharpened by tiles; the whole file never reaches the page.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { largeProject } from './large-project.ts';
import { browserProgram, openStudio, type Studio } from './studio.ts';

const program = browserProgram();

describe.skipIf(!program)('a large image', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ddod-large-'));
  const asked: string[] = [];
  let studio: Studio;

  beforeAll(async () => {
    const project = await largeProject(folder, [
      { width: 6000, height: 4000, boxes: 20 },
      { width: 4000, height: 6000 },
    ]);
    studio = await openStudio(program ?? '', project);
    studio.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const kinds = () => new Set(asked.map((path) => path.split('/')[1]));

  /** Largest step of brightness between neighbours in the middle of the canvas. */
  const contrast = () =>
    studio.page.locator('canvas.ground').evaluate((canvas) => {
      const ground = canvas as unknown as {
        width: number;
        height: number;
        getContext(kind: string): {
          getImageData(x: number, y: number, w: number, h: number): { data: number[] };
        };
      };
      const { data } = ground.getContext('2d').getImageData(ground.width / 2 - 20, ground.height / 2, 40, 1);
      const reds = Array.from({ length: 40 }, (_, index) => data[4 * index] ?? 0);
      return Math.max(...reds.slice(1).map((red, index) => Math.abs(red - (reds[index] ?? 0))));
    });

  it('is shown by a small copy, and at full zoom by its own pixels', async () => {
    const { page } = studio;
    await page.getByRole('button', { name: 'Label large_0.jpg' }).click({ timeout: 60_000 });
    await page.locator('footer').getByText('6000×4000').waitFor();
    await expect.poll(() => asked.some((path) => path.startsWith('/preview/'))).toBe(true);
    await page.locator('canvas.boxes').focus();
    await page.keyboard.press('0');
    await expect.poll(contrast, { timeout: 60_000 }).toBeGreaterThan(150);
    expect(kinds()).toContain('tile');
    expect(kinds()).not.toContain('image');
  });

  it('goes to the next one, which lies upright', async () => {
    const { page } = studio;
    await page.keyboard.press('d');
    await page.locator('footer').getByText('4000×6000').waitFor();
    await page.keyboard.press('0');
    await expect.poll(contrast, { timeout: 60_000 }).toBeGreaterThan(150);
    expect(studio.complaints).toEqual([]);
  });
});
