// The training process: takes a job, trains, tells what happens. Started by launch.ts with a channel, or from a shell:
// `node worker.ts job.json` prints one event a line.
import { readFileSync } from 'node:fs';
import { sentenceOf } from '../../shared/problem.ts';
import type { TrainingCommand, TrainingEvent } from './job.ts';
import { runJob } from './run-job.ts';

const pause = new AbortController();

function say(event: TrainingEvent): void {
  if (process.send) process.send(event);
  else process.stdout.write(`${JSON.stringify(event)}\n`);
}

async function start(job: Parameters<typeof runJob>[0]): Promise<void> {
  try {
    await runJob(job, say, pause.signal);
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
  else void start(command.job);
});
// the application is gone: stop at a checkpoint rather than train on unseen
process.on('disconnect', () => pause.abort());
process.on('SIGINT', () => pause.abort());
process.on('SIGTERM', () => pause.abort());

const file = process.argv[2];
if (file !== undefined) void start(JSON.parse(readFileSync(file, 'utf8')));
