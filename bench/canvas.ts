// The canvas in a real browser: 5,000 boxes on a 24 MP image (pan, zoom, draw, hit test), and the way to the next image of
// 12 MP, cold and warm; and the same boxes as others draw them (peers/many-boxes.ts). Prints a table for people and JSON for programs. DDOD_BROWSER names another browser.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright';
import { openProject } from '../src/main/services/projects.ts';
import { Editor } from '../src/renderer/labeling/editor.ts';
import { largeProject } from '../test/e2e/large-project.ts';
import { browserProgram, openStudio } from '../test/e2e/studio.ts';
import { framesWhile, type PeerFrames, peersFrames } from './peers/many-boxes.ts';

const BOXES = 5000;
const FRAMES = 120;
const DRAWN = 20;
const IMAGES = 13;

interface Row {
  readonly what: string;
  readonly p50: number;
  readonly p95: number;
  readonly aim: string;
}

const row = (what: string, values: readonly number[], aim: string): Row => {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
  return { what, p50: at(0.5), p95: at(0.95), aim };
};

/** Milliseconds between frames while something moves in each; `move` is code of the page with `frame` in it. */
async function frameTimes(page: Page, move: string): Promise<number[]> {
  const onCanvas = `const canvas = document.querySelector('canvas.boxes');
    const area = canvas.getBoundingClientRect();
    const at = (x, y) => ({ clientX: area.x + x * area.width, clientY: area.y + y * area.height, bubbles: true });`;
  return await framesWhile(page, FRAMES, `${onCanvas} ${move}`);
}

async function panning(page: Page): Promise<number[]> {
  const area = await page.locator('canvas.boxes').boundingBox();
  if (!area) throw new Error('no canvas');
  await page.mouse.move(area.x + area.width / 2, area.y + area.height / 2);
  await page.mouse.down({ button: 'middle' });
  const wave = `canvas.dispatchEvent(new PointerEvent('pointermove', { ...at(0.5 + 0.2 * Math.sin(frame / 9), 0.5 + 0.2 * Math.cos(frame / 7)), pointerType: 'mouse' }))`;
  const times = await frameTimes(page, wave);
  await page.mouse.up({ button: 'middle' });
  return times;
}

function zooming(page: Page): Promise<number[]> {
  const wheel = `canvas.dispatchEvent(new WheelEvent('wheel', { ...at(0.4, 0.4), deltaY: Math.sin(frame / 10) * 8, ctrlKey: true, cancelable: true }))`;
  return frameTimes(page, wheel);
}

/** From the release of the button to the frame that shows the new box. */
async function drawing(page: Page): Promise<number[]> {
  await page.evaluate(`window.drawn = []; window.addEventListener('pointerup', () => {
    const start = performance.now();
    requestAnimationFrame(() => requestAnimationFrame(() => window.drawn.push(performance.now() - start)));
  }, true)`);
  const area = await page.locator('canvas.boxes').boundingBox();
  if (!area) throw new Error('no canvas');
  await page.keyboard.press('w');
  for (let index = 0; index < DRAWN; index++) {
    const x = area.x + area.width * (0.2 + 0.03 * index);
    await page.mouse.move(x, area.y + area.height * 0.4);
    await page.mouse.down();
    await page.mouse.move(x + 14, area.y + area.height * 0.45, { steps: 2 });
    await page.mouse.up();
    await page.waitForTimeout(80);
  }
  await page.keyboard.press('v');
  return await page.evaluate<number[]>('window.drawn');
}

/** The engine alone: what lies under 2,000 points. */
function hitTesting(): number[] {
  const editor = new Editor({ onGesture: () => undefined, onChange: () => undefined });
  editor.camera.resize({ width: 1280, height: 800 });
  const plain = { classId: 1, ignore: false, difficult: false, truncated: false, occluded: false, z: 0 };
  const boxes = Array.from({ length: BOXES }, (_, id) => {
    const [x, y] = [Math.random() * 5900, Math.random() * 3900];
    return { ...plain, id: id + 1, x, y, width: 20 + 60 * Math.random(), height: 20 + 60 * Math.random() };
  });
  editor.load({ width: 6000, height: 4000 }, boxes);
  return Array.from({ length: 2000 }, () => {
    editor.drag({ x: Math.random() * 1280, y: Math.random() * 800 });
    const start = performance.now();
    void editor.hover;
    return performance.now() - start;
  });
}

/** From the wish for an image to the frame that shows it. */
async function timeTo(page: Page, id: number, wish: string): Promise<number> {
  return await page.evaluate<number>(`new Promise((done) => {
    const start = performance.now();
    ${wish};
    const look = () => document.querySelector('canvas.ground')?.dataset.image === '${id}'
      ? requestAnimationFrame(() => done(performance.now() - start)) : requestAnimationFrame(look);
    look();
  })`);
}

async function walking(page: Page): Promise<{ cold: number[]; warm: number[] }> {
  const cold: number[] = [];
  const warm: number[] = [];
  for (let id = 3; id <= IMAGES; id += 3) {
    cold.push(await timeTo(page, id, `location.hash = '#/label/${id}'`));
    await page.waitForTimeout(4000);
    for (const [step, key] of [
      [1, 'd'],
      [0, 'a'],
    ] as const) {
      if (id + step > IMAGES) continue;
      const press = `document.querySelector('canvas.boxes').dispatchEvent(new KeyboardEvent('keydown', { key: '${key}', bubbles: true }))`;
      warm.push(await timeTo(page, id + step, press));
      await page.waitForTimeout(1500);
    }
  }
  return { cold, warm };
}

async function main(): Promise<void> {
  const program = browserProgram();
  if (!program) throw new Error('No browser was found: install Chromium or set DDOD_BROWSER.');
  const folder = mkdtempSync(join(tmpdir(), 'ddod-canvas-'));
  const small = Array.from({ length: IMAGES - 1 }, () => ({ width: 4000, height: 3000, boxes: 50 }));
  const project = await largeProject(folder, [{ width: 6000, height: 4000, boxes: BOXES }, ...small]);
  const studio = await openStudio(program, project);
  try {
    const rows = await measure(studio.page);
    const peers = await measurePeers(studio.browser, project);
    const renderer = await rendererName(studio.page);
    const load = Number(loadavg()[0]?.toFixed(1));
    const about = { load, browser: studio.browser.version(), renderer, cores: cpus().length, boxes: BOXES };
    const ratios = ratiosTo(rows, peers);
    print([...rows, ...peers.flatMap(peerRows)], about);
    console.error(`ours to theirs, p95: ${JSON.stringify(ratios)}`);
    console.log(JSON.stringify({ ...about, rows, peers: peers.flatMap(peerRows), ratios }));
  } finally {
    await studio.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(page: Page): Promise<Row[]> {
  await timeTo(page, 1, `location.hash = '#/label/1'`);
  await page.waitForTimeout(8000);
  const idle = await frameTimes(page, '');
  const pan = await panning(page);
  const zoom = await zooming(page);
  await page.keyboard.press('0');
  await page.waitForTimeout(3000);
  const panClose = await panning(page);
  await page.keyboard.press('f');
  const draw = await drawing(page);
  const hits = hitTesting();
  const { cold, warm } = await walking(page);
  return [
    row('frame, nothing moves', idle, ''),
    row('frame, pan, whole image', pan, '< 16 with a GPU'),
    row('frame, zoom', zoom, '< 16 with a GPU'),
    row('frame, pan at 100 %', panClose, '< 16 with a GPU'),
    row('new box, release to second frame', draw, '< 33'),
    row('hit test, engine alone', hits, '< 1'),
    row('next image 12 MP, cold', cold, '< 400'),
    row('next image 12 MP, warm', warm, '< 100'),
  ];
}

/** The boxes of the first image, as others draw them, in a page of the same size. */
async function measurePeers(browser: Browser, dir: string): Promise<PeerFrames[]> {
  const project = openProject(dir, { readOnly: true });
  const [first] = [...project.snapshots.now()];
  project.close();
  const boxes = (first?.boxes ?? []).map(({ x, y, width, height }) => ({ x, y, width, height }));
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const frames = await peersFrames(page, boxes, Math.min(1280 / 6000, 800 / 4000), FRAMES);
  await page.close();
  return frames;
}

function peerRows({ peer, pan, zoom }: PeerFrames): Row[] {
  return [row(`${peer}: pan, no picture`, pan, ''), row(`${peer}: zoom, no picture`, zoom, '')];
}

/** Our 95th percentile over the peer's, panning and zooming; below one is faster. */
function ratiosTo(rows: readonly Row[], peers: readonly PeerFrames[]): Record<string, number> {
  const ours = (what: string) => rows.find((each) => each.what === what)?.p95 ?? Number.NaN;
  return Object.fromEntries(
    peers.flatMap(({ peer, pan, zoom }) => [
      [`pan / ${peer}`, Number((ours('frame, pan, whole image') / row('', pan, '').p95).toFixed(2))],
      [`zoom / ${peer}`, Number((ours('frame, zoom') / row('', zoom, '').p95).toFixed(2))],
    ]),
  );
}

/** What draws: a graphics card, or the processor. */
async function rendererName(page: Page): Promise<string> {
  return await page.evaluate<string>(`(() => {
    const gl = document.createElement('canvas').getContext('webgl');
    const info = gl?.getExtension('WEBGL_debug_renderer_info');
    return info ? gl.getParameter(info.UNMASKED_RENDERER_WEBGL) : 'software (no WebGL)';
  })()`);
}

function print(rows: readonly Row[], about: Record<string, unknown>): void {
  console.error(
    Object.entries(about)
      .map(([name, value]) => `${name}: ${value}`)
      .join(', '),
  );
  console.error(`${'milliseconds'.padEnd(34)}${'p50'.padStart(9)}${'p95'.padStart(9)}  aim`);
  for (const { what, p50, p95, aim } of rows)
    console.error(`${what.padEnd(34)}${p50.toFixed(2).padStart(9)}${p95.toFixed(2).padStart(9)}  ${aim}`);
}

await main();
