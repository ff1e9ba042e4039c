// Starts the training process and listens to it. The process is ours alone: killed without harm, never trusted to live.
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TrainingCommand, TrainingEvent, TrainingJob } from './job.ts';

export interface TrainingProcess {
  /** Asks for a checkpoint and an end after the step under way. */
  pause(): void;
  /** Ends it at once. */
  kill(): void;
  /** Resolves when the process is gone, with its exit code or signal. */
  readonly gone: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  readonly pid: number | undefined;
}

/** The last words on the process' standard error, for a run that died without an event. */
const stderrKept = 8_000;

/** Starts `job` in a process of its own; `onEvent` hears everything it says, `onStderr` what TensorFlow writes. */
export function launchTraining(
  job: TrainingJob,
  onEvent: (event: TrainingEvent) => void,
  onStderr: (text: string) => void = () => undefined,
): TrainingProcess {
  const child = fork(workerFile(), [], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  child.on('message', (message) => onEvent(message as TrainingEvent));
  child.stderr?.on('data', (chunk: Buffer) => onStderr(chunk.toString('utf8').slice(-stderrKept)));
  tell(child, { type: 'start', job });
  return {
    pause: () => tell(child, { type: 'pause' }),
    kill: () => void child.kill('SIGKILL'),
    gone: new Promise((resolve) => {
      child.once('error', () => resolve({ code: null, signal: 'not started' }));
      child.once('exit', (code, signal) => resolve({ code, signal }));
    }),
    pid: child.pid,
  };
}

function workerFile(): string {
  return process.env.DDOD_TRAINER ?? fileURLToPath(new URL('./worker.ts', import.meta.url));
}

function tell(child: ChildProcess, command: TrainingCommand): void {
  if (child.connected) child.send(command, () => undefined);
}
