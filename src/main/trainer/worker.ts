// The training process: takes a job, trains, tells what happens. Started by launch.ts with a channel, or from a shell:
// `node worker.ts job.json` prints one event a line.

import { readFileSync } from 'node:fs';
import { Problem, sentenceOf } from '../../shared/problem.ts';
import { Diverged } from '../detector/diverged.ts';
import { isOutOfMemory } from '../detector/out-of-memory.ts';
import type {
  DetectionEvent,
  DetectionJob,
  Errand,
  ErrandEvent,
  JobImage,
  JobPart,
  TrainingCommand,
  TrainingEvent,
  TrainingJob,
} from './job.ts';
import type { DetectorAnswer, DetectorRequest } from './job-detector.ts';
import type { ExportCommand, ExportEvent, ExportJob } from './job-export.ts';
import type { StandingDetector } from './standing-detector.ts';

type Said = TrainingEvent | DetectionEvent | DetectorAnswer | ExportEvent | ErrandEvent;

const pause = new AbortController();
/** Asked for until it is taken back. */
const stop = { aborted: false };
const signals = { pause: pause.signal, stop };

/** Resolves once the event is on its way; nobody is told anything after the application is gone. */
function say(event: Said): Promise<void> {
  if (process.send === undefined) {
    process.stdout.write(`${JSON.stringify(event)}\n`);
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    if (process.connected) process.send?.(event, undefined, undefined, () => resolve());
    else resolve();
  });
}

/** The last event said; those before it are written in order. */
let said = Promise.resolve();

function tell(event: Said): void {
  said = say(event);
}

async function work(job: () => Promise<void>): Promise<void> {
  try {
    await job();
    process.exitCode = 0;
  } catch (error) {
    const details = error instanceof Error ? (error.stack ?? '') : '';
    tell({
      type: 'failed',
      message: sentenceOf(error),
      details,
      outOfMemory: isOutOfMemory(error),
      diverged: error instanceof Diverged,
      ofDisk: error instanceof Problem && error.kind === 'hindrance',
    });
    process.exitCode = 1;
  }
  // a large result takes a while to be written
  await said;
  if (process.connected) process.disconnect();
}

const given: Record<JobPart, JobImage[]> = { train: [], val: [], detect: [] };

/** Detections that nobody waits for any more are not made. */
async function detectWhileHeard(asked: DetectionJob): Promise<void> {
  process.on('disconnect', () => process.exit(1));
  const job = { ...asked, images: [...given.detect, ...asked.images] };
  if (job.model.kind === 'exported') {
    const { detectExported } = await import('./detect-exported.ts');
    return await detectExported(job, job.model, tell);
  }
  const { detect } = await import('./detect-job.ts');
  await detect(job, tell);
}

// TensorFlow takes a second to load: only what needs it does

async function train(job: TrainingJob): Promise<void> {
  const { runJob } = await import('./run-job.ts');
  const images = { train: [...given.train, ...job.train], val: [...given.val, ...job.val] };
  await runJob({ ...job, ...images }, tell, signals);
}

async function run(errand: Errand): Promise<void> {
  const answer =
    errand.type === 'clean'
      ? await (await import('./clean-store.ts')).cleanStore(errand.job)
      : await (await import('./preview-augment.ts')).previewAugment(errand.job);
  tell({ type: 'answered', answer });
}

let standing: Promise<StandingDetector> | undefined;

async function standingDetector(): Promise<StandingDetector> {
  const { StandingDetector: Detector } = await import('./standing-detector.ts');
  return new Detector((answer) => void say(answer));
}

/** A detector that stays ready goes when nobody is there to ask. */
function askStanding(question: DetectorRequest): void {
  if (!standing) process.on('disconnect', () => process.exit(0));
  standing ??= standingDetector();
  void standing.then((detector) => detector.ask(question));
}

/** Nor is a model written that nobody waits for. */
async function exportWhileHeard(job: ExportJob): Promise<void> {
  process.on('disconnect', () => process.exit(1));
  const { exportModel } = await import('./export-job.ts');
  await exportModel(job, tell);
}

process.on('message', (command: TrainingCommand | DetectorRequest | ExportCommand) => {
  if (command.type === 'pause') pause.abort();
  else if (command.type === 'stop') stop.aborted = command.wanted;
  else if (command.type === 'images') given[command.part].push(...command.images);
  else if (command.type === 'start') void work(() => train(command.job));
  else if (command.type === 'detect') void work(() => detectWhileHeard(command.job));
  else if (command.type === 'export') void work(() => exportWhileHeard(command.job));
  else if (command.type === 'clean' || command.type === 'preview') void work(() => run(command));
  else askStanding(command);
});
// the application is gone: stop at a checkpoint rather than train on unseen
process.on('disconnect', () => pause.abort());
process.on('SIGINT', () => pause.abort());
process.on('SIGTERM', () => pause.abort());

const file = process.argv[2];
if (file !== undefined) {
  const job = JSON.parse(readFileSync(file, 'utf8')) as TrainingJob;
  void work(() => train(job));
}
