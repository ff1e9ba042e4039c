// How quick curves are on a large project: 100 runs of 10,000 points a metric, opened and laid over each other; and how long
// the main process is held up while a training runs. Usage: node bench/curves.ts [--runs N] [--points N] [--no-training]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { stageImport } from '../src/main/formats/stage.ts';
import { LiveTraining } from '../src/main/services/live-training.ts';
import { createProject, type OpenProject } from '../src/main/services/projects.ts';
import { resolveRecipe } from '../src/main/services/recipes.ts';
import { overlay, runCurves, runSummary } from '../src/main/services/run-list.ts';
import { drawSampleData } from '../src/main/services/sample-data.ts';

const METRICS = ['loss', 'loss_cls', 'loss_bbox', 'loss_iou', 'lr'];
const MAX_POINTS = 600;
const REPEATS = 7;

const { values } = parseArgs({
  options: { runs: { type: 'string' }, points: { type: 'string' }, 'no-training': { type: 'boolean' } },
});
const folder = mkdtempSync(join(tmpdir(), 'ddod-curves-'));
try {
  const curves = measureCurves(Number(values.runs ?? 100), Number(values.points ?? 10_000));
  const training = values['no-training'] === true ? null : await measureTraining();
  process.stdout.write(`${JSON.stringify({ curves, training }, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}

/** Medians in milliseconds. */
function measureCurves(runs: number, points: number) {
  const project = createProject(join(folder, 'curves'), 'Curves');
  const ids = Array.from({ length: runs }, (_, index) => fill(project, points, index));
  const result = {
    runs,
    points,
    metrics: METRICS.length,
    listMs: median(() => project.runs.list().map((run) => runSummary(project, run))),
    openMs: median(() => runCurves(project, ids[0] ?? '', MAX_POINTS)),
    overlayAllMs: median(() => overlay(project, ids, 'loss', Math.max(20, Math.floor(20_000 / runs)))),
    overlayTenMs: median(() => overlay(project, ids.slice(0, 10), 'loss', MAX_POINTS)),
  };
  project.close();
  return result;
}

function fill(project: OpenProject, points: number, index: number): string {
  const { id } = project.runs.create({ recipe: { train: { epochs: 1 } }, seed: index });
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
  return id;
}

function median(work: () => unknown): number {
  const times = Array.from({ length: REPEATS }, () => {
    const began = performance.now();
    work();
    return performance.now() - began;
  }).sort((a, b) => a - b);
  return Number((times[REPEATS >> 1] ?? 0).toFixed(1));
}

/** How long this process' own turn has to wait while another one trains and its numbers are stored here. */
async function measureTraining() {
  const sample = join(folder, 'sample');
  await drawSampleData(sample, 24);
  const project = createProject(join(folder, 'training'), 'Training');
  const { dataset } = await stageImport(sample, { format: 'auto' });
  project.datasets.commit(dataset);
  const set = ['channels=32', 'stackedConvs=1', 'frozen=14', 'train.evalEvery=2'];
  const recipe = resolveRecipe({ size: '64', batch: 2, epochs: 6, set });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const training = new LiveTraining(() => undefined);
  const run = training.start(project, { recipe, seed: 0, init: 'none' });
  // the start reads every label once; what counts is what comes while it trains
  await setTimeout(500);
  delay.enable();
  while (project.runs.get(run.id).status === 'running') await setTimeout(50);
  delay.disable();
  const steps = project.runs.curve(run.id, 'loss').length;
  const { status } = project.runs.get(run.id);
  project.close();
  const ms = (nanoseconds: number) => Number((nanoseconds / 1e6).toFixed(1));
  return {
    status,
    steps,
    p50Ms: ms(delay.percentile(50)),
    p99Ms: ms(delay.percentile(99)),
    maxMs: ms(delay.max),
  };
}
