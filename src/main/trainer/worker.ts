// The training process: takes a job, trains, tells what happens. Started by launch.ts with a channel, or from a shell:
// `node worker.ts job.json` prints one event a line.
import { readFileSync } from 'node:fs';
import { sentenceOf } from '../../shared/problem.ts';
import { detectExported } from './detect-exported.ts';
import { detect } from './detect-job.ts';
import { exportModel } from './export-job.ts';
import type { DetectionEvent, DetectionJob, TrainingCommand, TrainingEvent, TrainingJob } from './job.ts';
import type { DetectorAnswer, DetectorRequest } from './job-detector.ts';
import type { ExportCommand, ExportEvent, ExportJob } from './job-export.ts';
import { runJob } from './run-job.ts';
import { StandingDetector } from './standing-detector.ts';

const pause = new AbortController();

/** Resolves once the event is on its way; nobody is told anything after the application is gone. */
function say(event: TrainingEvent | DetectionEvent | DetectorAnswer | ExportEvent): Promise<void> {
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

function tell(event: TrainingEvent | DetectionEvent | ExportEvent): void {
  said = say(event);
}

async function work(job: () => Promise<void>): Promise<void> {
  try {
    await job();
    process.exitCode = 0;
  } catch (error) {
    const details = error instanceof Error ? (error.stack ?? '') : '';
    tell({ type: 'failed', message: sentenceOf(error), details });
    process.exitCode = 1;
  }
  // a large result takes a while to be written
  await said;
  if (process.connected) process.disconnect();
}

/** Detections that nobody waits for any more are not made. */
function detectWhileHeard(job: DetectionJob): Promise<void> {
  process.on('disconnect', () => process.exit(1));
  return job.model.kind === 'exported' ? detectExported(job, job.model, tell) : detect(job, tell);
}

let standing: StandingDetector | undefined;

/** A detector that stays ready goes when nobody is there to ask. */
function askStanding(question: DetectorRequest): void {
  if (!standing) process.on('disconnect', () => process.exit(0));
  standing ??= new StandingDetector((answer) => void say(answer));
  standing.ask(question);
}

/** Nor is a model written that nobody waits for. */
function exportWhileHeard(job: ExportJob): Promise<void> {
  process.on('disconnect', () => process.exit(1));
  return exportModel(job, tell);
}

process.on('message', (command: TrainingCommand | DetectorRequest | ExportCommand) => {
  if (command.type === 'pause') pause.abort();
  else if (command.type === 'start') void work(() => runJob(command.job, tell, pause.signal));
  else if (command.type === 'detect') void work(() => detectWhileHeard(command.job));
  else if (command.type === 'export') void work(() => exportWhileHeard(command.job));
  else askStanding(command);
});
// the application is gone: stop at a checkpoint rather than train on unseen
process.on('disconnect', () => pause.abort());
process.on('SIGINT', () => pause.abort());
process.on('SIGTERM', () => pause.abort());

const file = process.argv[2];
if (file !== undefined) {
  const job = JSON.parse(readFileSync(file, 'utf8')) as TrainingJob;
  void work(() => runJob(job, tell, pause.signal));
}
