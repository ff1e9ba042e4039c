// How quick curves are on a large project: 100 runs of 10,000 points a metric, read, and drawn in a real browser; and how long
// the main process is held up by that, by the start of a training on many images, and while one runs.
// Usage: node bench/curves.ts [--runs N] [--points N] [--images N] [--no-page] [--no-training]. DDOD_BROWSER names a browser.
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright';
import { stageImport } from '../src/main/formats/stage.ts';
import { overlay, runCurves } from '../src/main/services/curves.ts';
import { LiveTraining } from '../src/main/services/live-training.ts';
import { createProject, type OpenProject } from '../src/main/services/projects.ts';
import { resolveRecipe } from '../src/main/services/recipes.ts';
import { runSummaries } from '../src/main/services/run-list.ts';
import { drawSampleData } from '../src/main/services/sample-data.ts';
import { atOnce } from '../src/main/services/slices.ts';
import type { JsonObject } from '../src/shared/model.ts';
import { browserProgram, openStudio } from '../test/e2e/studio.ts';

const METRICS = ['loss', 'loss_cls', 'loss_bbox', 'loss_iou', 'lr'];
const MAX_POINTS = 600;
const WISH = { name: 'loss', extremes: false, maxPoints: MAX_POINTS };
const REPEATS = 7;
const BOXES_AN_IMAGE = 10;
const TINY = ['channels=32', 'stackedConvs=1', 'frozen=14', 'train.evalEvery=2'];

const { values } = parseArgs({
  options: {
    runs: { type: 'string' },
    points: { type: 'string' },
    images: { type: 'string' },
    'no-page': { type: 'boolean' },
    'no-training': { type: 'boolean' },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'ddod-curves-'));
const projectOfCurves = () => join(folder, 'curves');
try {
  const [idle] = await heldUp(() => setTimeout(2000));
  const curves = measureCurves(Number(values.runs ?? 100), Number(values.points ?? 10_000));
  const page = values['no-page'] === true ? null : await measurePage();
  const start = values['no-training'] === true ? null : await measureStart(Number(values.images ?? 10_000));
  const training = values['no-training'] === true ? null : await measureTraining();
  const result = { load: loadavg()[0], idle, curves, page, start, training };
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}

/** Medians in milliseconds. */
function measureCurves(runs: number, points: number) {
  const project = createProject(projectOfCurves(), 'Curves');
  const ids = Array.from({ length: runs }, (_, index) => fill(project, points, index));
  const result = {
    runs,
    points,
    metrics: METRICS.length,
    listMs: median(() => atOnce(runSummaries(project))),
    openMs: median(() => atOnce(runCurves(project, ids[0] ?? '', { maxPoints: MAX_POINTS }))),
    overlayAllMs: median(() => atOnce(overlay(project, ids, WISH))),
    overlayTenMs: median(() => atOnce(overlay(project, ids.slice(0, 10), WISH))),
  };
  project.close();
  return result;
}

function fill(project: OpenProject, points: number, index: number): string {
  const { id } = project.runs.create({ recipe: resolveRecipe({}) as unknown as JsonObject, seed: index });
  project.runs.addMetrics(
    METRICS.flatMap((name, m) =>
      Array.from({ length: points }, (_, step) => ({
        runId: id,
        name,
        step,
        epoch: 1,
        value: Math.exp(-step / 3000) + Math.sin(step * (m + 1)) / 20,
      })),
    ),
  );
  project.runs.setStatus(id, 'done');
  return id;
}

function median(work: () => unknown): number {
  return middle(
    Array.from({ length: REPEATS }, () => {
      const began = performance.now();
      work();
      return performance.now() - began;
    }),
  );
}

function middle(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  return rounded(sorted[sorted.length >> 1] ?? 0);
}

function rounded(ms: number): number {
  return Number(ms.toFixed(1));
}

interface HeldUp {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** The most that this thread computed between two turns: what other programs and the disk add to the wait is not in it. */
  readonly maxOwnMs: number;
}

/** How long this process' own turn had to wait while `work` was done. */
async function heldUp<T>(work: () => Promise<T>): Promise<[HeldUp, T]> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const own = mostBetweenTurns();
  delay.enable();
  const result = await work();
  await setTimeout(20);
  delay.disable();
  const ms = (nanoseconds: number) => rounded(nanoseconds / 1e6);
  return [
    {
      p50Ms: ms(delay.percentile(50)),
      p99Ms: ms(delay.percentile(99)),
      maxMs: ms(delay.max),
      maxOwnMs: own(),
    },
    result,
  ];
}

/** Watches how much this thread computes from turn to turn until the answer is called. */
function mostBetweenTurns(): () => number {
  let [most, before] = [0, process.threadCpuUsage()];
  const timer = setInterval(() => {
    const { user, system } = process.threadCpuUsage(before);
    most = Math.max(most, (user + system) / 1000);
    before = process.threadCpuUsage();
  }, 1);
  return () => {
    clearInterval(timer);
    return rounded(most);
  };
}

/** From a click until the first chart is drawn, in milliseconds of the page. */
async function measurePage() {
  const program = browserProgram();
  if (program === undefined) return null;
  const studio = await openStudio(program, projectOfCurves());
  try {
    const { page } = studio;
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    await page.locator('[data-run]').first().waitFor();
    const open: number[] = [];
    const [whileOpening] = await heldUp(async () => {
      for (let run = 2; run < 2 + REPEATS; run++) {
        open.push(await drawnAfter(page, `[data-run="r${run}"]`, 1));
      }
    });
    const box = 'thead input[type=checkbox]';
    const [whileOverlaying, overlaid] = await heldUp(() => drawnAfter(page, box, Number(values.runs ?? 100)));
    const again: number[] = [];
    for (let n = 0; n < REPEATS; n++) {
      await drawnAfter(page, box, 1);
      again.push(await drawnAfter(page, box, Number(values.runs ?? 100)));
    }
    return {
      openMs: middle(open),
      overlayFirstMs: rounded(overlaid),
      overlayAgainMs: middle(again),
      whileOpening,
      whileOverlaying,
    };
  } finally {
    await studio.close();
  }
}

/** Clicks and waits until the chart of the loss reads out so many lines (of one run: its terms), and for the next frame. */
function drawnAfter(page: Page, selector: string, runs: number): Promise<number> {
  return page.evaluate<number>(`new Promise((done) => {
    const loss = () => document.querySelector('figure:is([aria-label="Loss"], [aria-label="loss"]) [role=slider]');
    const before = loss();
    const words = before?.getAttribute('aria-valuetext');
    const began = performance.now();
    document.querySelector(${JSON.stringify(selector)}).click();
    const look = () => {
      const now = loss()?.getAttribute('aria-valuetext') ?? '';
      const count = now === '' ? 0 : now.split(', ').length;
      const isOther = loss() !== before || now !== words;
      const isWhole = ${runs} > 1 ? count === ${runs} : count > 1 && count < 10;
      requestAnimationFrame(isOther && isWhole && !now.includes('none') ? () => done(performance.now() - began) : look);
    };
    requestAnimationFrame(look);
  })`);
}

/** A start on many images, until the first of them would be read. */
async function measureStart(images: number) {
  const project = createProject(join(folder, 'many'), 'Many images');
  project.datasets.commit({
    format: 'coco',
    classes: ['a', 'b', 'c'].map((name) => ({ name })),
    images: Array.from({ length: images }, (_, index) => manyBoxes(index)),
    skipped: [],
    warnings: [],
  });
  const recipe = resolveRecipe({ size: '64', batch: 2, epochs: 1, set: TINY });
  let tell: (ms: number) => void = () => undefined;
  const started = new Promise<number>((resolve) => {
    tell = resolve;
  });
  const began = performance.now();
  const training = new LiveTraining((notice) => {
    if (notice.type === 'run' && (notice.live?.steps ?? 0) > 0) tell(performance.now() - began);
  });
  const [delay, answered] = await heldUp(async () => {
    const run = await training.start(project, { recipe, seed: 0, init: 'none' });
    const after = performance.now() - began;
    await started;
    training.kill(run.id);
    return after;
  });
  await training.end();
  project.close();
  return { images, answeredMs: rounded(answered), startedMs: rounded(await started), ...delay };
}

/** An image that is never read, with boxes in rows. */
function manyBoxes(index: number) {
  const boxes = Array.from({ length: BOXES_AN_IMAGE }, (_, box) => {
    const [x1, y1] = [(box % 5) * 120 + (index % 7), Math.floor(box / 5) * 200 + (index % 11)];
    return { classIndex: box % 3, x1, y1, x2: x1 + 40 + (index % 13), y2: y1 + 60 };
  });
  const split = index % 10 === 0 ? ('val' as const) : ('train' as const);
  return { path: join(folder, `image_${index}.jpg`), width: 640, height: 480, orientation: 1, boxes, split };
}

/** A small training from its start to its end, its numbers stored as they come. */
async function measureTraining() {
  const sample = join(folder, 'sample');
  await drawSampleData(sample, 24);
  const project = createProject(join(folder, 'training'), 'Training');
  const { dataset } = await stageImport(sample, { format: 'auto' });
  project.datasets.commit(dataset);
  const recipe = resolveRecipe({ size: '64', batch: 2, epochs: 6, set: TINY });
  const training = new LiveTraining(() => undefined);
  const [delay, run] = await heldUp(async () => {
    const { id } = await training.start(project, { recipe, seed: 0, init: 'none' });
    while (project.runs.get(id).status === 'running') await setTimeout(50);
    return project.runs.get(id);
  });
  const steps = project.runs.curve(run.id, 'loss').length;
  project.close();
  return { status: run.status, steps, ...delay };
}
