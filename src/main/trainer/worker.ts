// The training process: takes a job, trains, tells what happens. Started by launch.ts with a channel, or from a shell:
// `node worker.ts job.json` prints one event a line.
import { readFileSync } from 'node:fs';
import { sentenceOf } from '../../shared/problem.ts';
import { detect } from './detect-job.ts';
import type { DetectionEvent, TrainingCommand, TrainingEvent, TrainingJob } from './job.ts';
import { runJob } from './run-job.ts';

const pause = new AbortController();

function say(event: TrainingEvent | DetectionEvent): void {
  if (process.send) process.send(event);
  else process.stdout.write(`${JSON.stringify(event)}\n`);
}

async function work(job: () => Promise<void>): Promise<void> {
  try {
    await job();
    process.exitCode = 0;
  } catch (error) {
    const details = error instanceof Error ? (error.stack ?? '') : '';
    say({ type: 'failed', message: sentenceOf(error), details });
    process.exitCode = 1;
  }
  process.disconnect?.();
}

process.on('message', (command: TrainingCommand) => {
  if (command.type === 'pause') pause.abort();
  else if (command.type === 'start') void work(() => runJob(command.job, say, pause.signal));
  else void work(() => detect(command.job, say));
});
// the application is gone: stop at a checkpoint rather than train on unseen
process.on('disconnect', () => pause.abort());
process.on('SIGINT', () => pause.abort());
process.on('SIGTERM', () => pause.abort());

const file = process.argv[2];
if (file !== undefined) {
  const job = JSON.parse(readFileSync(file, 'utf8')) as TrainingJob;
  void work(() => runJob(job, say, pause.signal));
}
