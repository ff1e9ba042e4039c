// ddod demo: the whole job on real or drawn sample images, in minutes.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Problem } from '../../shared/problem.ts';
import { stageImport } from '../formats/stage.ts';
import { exportRun } from '../services/exports.ts';
import { modelOfRun } from '../services/models.ts';
import { createProject, type OpenProject } from '../services/projects.ts';
import { resolveRecipe } from '../services/recipes.ts';
import { drawSampleData } from '../services/sample-data.ts';
import { jobImages } from '../services/training-job.ts';
import { startTraining } from '../services/trainings.ts';
import { launchDetection } from '../trainer/launch.ts';
import { type Console, duration, Interrupted, percent, table } from './console.ts';
import { onSignals } from './interruption.ts';
import { predict } from './predict.ts';
import { describeRecipe } from './recipe-text.ts';
import { TrainingReport } from './training-report.ts';

interface DemoArguments {
  readonly data?: string;
  readonly out: string;
  readonly epochs?: number;
}

/** Enough to see it work, few enough to wait for. */
const sampleImages = 80;
const epochsOnSample = 10;
const epochsOnData = 7;

export async function demo(options: DemoArguments, console: Console): Promise<void> {
  const out = resolve(options.out);
  if (existsSync(out) && readdirSync(out).length > 0) {
    throw new Problem(`The folder ${out} is not empty.`, 'Choose a new one with --out.');
  }
  const began = Date.now();
  const data = options.data ?? realData() ?? (await drawnData(join(out, 'sample'), console));
  const project = createProject(join(out, 'project'), 'Demo');
  try {
    const { dataset } = await stageImport(data, { format: 'auto' });
    const report = project.datasets.commit(dataset);
    console.note(`imported ${report.images} images and ${report.boxes} boxes from ${data}`);
    const drawn = data.startsWith(out);
    const epochs = options.epochs ?? (drawn ? epochsOnSample : epochsOnData);
    const runId = await trainOne(project, epochs, console);
    const result = await finish(project, runId, out, console);
    const seconds = (Date.now() - began) / 1000;
    console.result({ ...result.document, seconds }, `${result.text}\n\nDone in ${duration(seconds)}.`);
  } finally {
    project.close();
  }
}

/** The blood-cell data set beside a checkout, where there is one. */
function realData(): string | undefined {
  const beside =
    process.env.BCCD_DIR ?? fileURLToPath(new URL('../../../../shared/data/bccd', import.meta.url));
  return existsSync(join(beside, 'Annotations')) ? beside : undefined;
}

async function drawnData(folder: string, console: Console): Promise<string> {
  console.note(`drawing ${sampleImages} sample images in ${folder}`);
  rmSync(folder, { recursive: true, force: true });
  await drawSampleData(folder, sampleImages);
  return folder;
}

async function trainOne(project: OpenProject, epochs: number, console: Console): Promise<string> {
  const recipe = resolveRecipe({ preset: 'fast', epochs, set: ['train.warmup.iterations=30'] });
  console.note(describeRecipe(recipe));
  const report = new TrainingReport(console, recipe);
  const active = await startTraining(project, { recipe, seed: 0, init: 'auto', name: 'Demo' }, (event) =>
    report.hear(event),
  );
  const forget = onSignals(() => active.pause());
  const run = await active.finished;
  forget();
  if (run.status === 'failed') throw new Problem(run.cause ?? 'The training failed.');
  if (run.status !== 'done') throw new Interrupted();
  return run.id;
}

async function finish(project: OpenProject, runId: string, out: string, console: Console) {
  const snapshot = project.snapshots.get(project.runs.get(runId).snapshotHash ?? '');
  const images = jobImages(project, snapshot, 'test');
  const model = modelOfRun(project, runId);
  const { metrics, perClass } = await launchDetection(
    { model, images, evaluate: true },
    console.listeners('testing on'),
  );
  const exported = exportRun(project, runId, 'pth', join(out, 'model'));
  const pictures = images.slice(0, 6).map(({ path }) => path);
  const overlay = join(out, 'pictures');
  const results = join(out, 'detections.json');
  await predict(pictures, { model: exported.dir, out: results, overlay, score: 0.3 }, console);
  const paths = [project.dir, ...exported.files, results, overlay];
  const rows = perClass.map(({ name, AP, AP50 }) => [name, percent(AP), percent(AP50)]);
  const all = ['all', percent(metrics?.AP), percent(metrics?.AP50)];
  return {
    document: { run: runId, metrics, perClass, paths },
    text: `${table([['class', 'AP', 'AP50'], ...rows, all])}\n\nmade:\n${paths.map((path) => `  ${path}`).join('\n')}`,
  };
}
