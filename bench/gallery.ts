/**
 * The gallery with a hundred thousand images, in a real browser on the real server: time to list, to filter, to sort, to
 * change many; frames while scrolling. IMAGES and BOXES choose other sizes. Prints JSON, in milliseconds.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright';
import type { StagedImage } from '../src/main/formats/staged.ts';
import { startServer } from '../src/main/serve.ts';
import { createProject } from '../src/main/services/projects.ts';

const IMAGES = Number(process.env.IMAGES ?? 100_000);
const BOXES = Number(process.env.BOXES ?? 5);
const PROGRAM = process.env.DDOD_BROWSER ?? '/usr/bin/chromium';
const folder = mkdtempSync(join(tmpdir(), 'ddod-bench-'));
process.env.DDOD_CONFIG_DIR = join(folder, 'config');
process.env.DDOD_PROJECTS_DIR = join(folder, 'projects');
process.env.DDOD_THUMBNAILS = join(folder, 'thumbnails');

/** Rows without files of their own: a missing file costs the window no less than one that is there. */
function rows(): StagedImage[] {
  return Array.from({ length: IMAGES }, (_, at) => ({
    path: join(folder, 'images', `${at % 100}`, `picture_${String(at).padStart(6, '0')}.jpg`),
    width: 640,
    height: 480,
    orientation: 1,
    split: (['train', 'train', 'train', 'val', 'test'] as const)[at % 5] ?? 'train',
    hash: `hash ${at}`,
    boxes: Array.from({ length: at % (2 * BOXES + 1) }, (_box, index) => ({
      classIndex: (at + index) % 3,
      x1: 10 + 20 * index,
      y1: 20,
      x2: 28 + 20 * index,
      y2: 60,
    })),
  }));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return Math.round(performance.now() - start);
}

function shows(page: Page, count: number | RegExp): Promise<unknown> {
  const text = typeof count === 'number' ? `${count} of ${IMAGES}` : count;
  return page.getByText(text, { exact: true }).waitFor({ timeout: 120_000 });
}

function counter(page: Page) {
  return page.getByText(/^\d+ of \d+$/);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((done) => setTimeout(done, 5));
}

/** Gaps between frames while the wheel is turned, in milliseconds. */
async function scrollFrames(page: Page): Promise<{ p50: number; p95: number; frames: number }> {
  await page.mouse.move(640, 400);
  await page.evaluate(`window.gaps = []; window.last = performance.now();
    (function tick() { const now = performance.now(); gaps.push(now - last); last = now; requestAnimationFrame(tick); })();`);
  for (let turn = 0; turn < 120; turn++) {
    await page.mouse.wheel(0, 900);
    await page.waitForTimeout(8);
  }
  const gaps = (await page.evaluate('gaps')) as number[];
  const sorted = gaps.slice(1).sort((a, b) => a - b);
  const at = (share: number) => Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) * 10) / 10;
  return { p50: at(0.5), p95: at(0.95), frames: sorted.length };
}

async function main(): Promise<void> {
  const dir = join(folder, 'projects', 'many');
  const project = createProject(dir, 'Many');
  const classes = ['a', 'b', 'c'].map((name) => ({ name }));
  const images = rows();
  const commit = await timed(async () =>
    project.datasets.commit({ format: 'coco', classes, images, skipped: [], warnings: [] }),
  );
  project.close();
  const server = await startServer({ project: dir });
  const browser = await chromium.launch({ executablePath: PROGRAM, args: ['--no-sandbox', '--disable-gpu'] });
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const list = await timed(async () => {
    await page.goto(server.link);
    await shows(page, IMAGES);
    await page
      .getByRole('button', { name: /^Label / })
      .first()
      .waitFor();
  });
  const split = await timed(async () => {
    await page.getByLabel('Split').selectOption('val');
    await shows(page, IMAGES / 5);
  });
  await page.getByLabel('Split').selectOption('');
  await shows(page, IMAGES);
  const named = await timed(async () => {
    await page.getByRole('searchbox').fill('picture_00001');
    await shows(page, 10);
  });
  await page.getByRole('searchbox').fill('');
  await shows(page, IMAGES);
  const boxes = await timed(async () => {
    await page.getByLabel('Boxes, at least').fill(String(2 * BOXES));
    await until(async () => (await counter(page).textContent()) !== `${IMAGES} of ${IMAGES}`);
  });
  await page.getByLabel('Boxes, at least').fill('');
  await shows(page, IMAGES);
  const before = await page.locator('.caption .name').first().textContent();
  const sorted = await timed(async () => {
    await page.getByLabel('Order', { exact: true }).selectOption({ label: 'most boxes first' });
    await until(async () => (await page.locator('.caption .name').first().textContent()) !== before);
  });
  const scroll = await scrollFrames(page);
  await page
    .getByRole('button', { name: /^Label / })
    .nth(3)
    .focus();
  const selectAll = await timed(async () => {
    await page.keyboard.press('Control+a');
    await page.getByText(`${IMAGES} selected`, { exact: true }).waitFor();
  });
  const changeAll = await timed(async () => {
    await page.getByRole('toolbar').getByRole('button', { name: 'test', exact: true }).click();
    await page.getByText(`train 0 · val 0 · test ${IMAGES}`).waitFor({ timeout: 120_000 });
  });
  await browser.close();
  await server.close();
  const filter = { split, named, boxes };
  console.log(JSON.stringify({ images: IMAGES, commit, list, filter, sorted, scroll, selectAll, changeAll }));
}

try {
  await main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
