// Starts the training process and listens to it. The process is ours alone: killed without harm, never trusted to live.
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Problem } from '../../shared/problem.ts';
import type {
  AugmentedPicture,
  Cleaned,
  DetectionEvent,
  DetectionJob,
  DetectionResult,
  Errand,
  ErrandEvent,
  TrainingCommand,
  TrainingEvent,
  TrainingJob,
} from './job.ts';

export interface TrainingProcess {
  /** Asks for a checkpoint and an end after the step under way. */
  pause(): void;
  /** Asks for an end after the epoch. */
  stop(): void;
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
  const child = startWorker((message) => onEvent(message as TrainingEvent), onStderr);
  tell(child, { type: 'start', job });
  return {
    pause: () => tell(child, { type: 'pause' }),
    stop: () => tell(child, { type: 'stop' }),
    kill: () => void child.kill('SIGKILL'),
    gone: goneFrom(child),
    pid: child.pid,
  };
}

export interface DetectionListeners {
  readonly onProgress?: (done: number, of: number) => void;
  /** Told of each image that could not be read, on which nothing is found. */
  readonly onWarning?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** Runs a detector in a process of its own. Rejects with a Problem where it fails or `signal` ends it. */
export async function launchDetection(
  job: DetectionJob,
  { onProgress, onWarning, signal }: DetectionListeners = {},
): Promise<DetectionResult> {
  let last = undefined as DetectionEvent | undefined;
  let lastWords = '';
  const child = startWorker(
    (message) => {
      const event = message as DetectionEvent;
      if (event.type === 'evaluating') onProgress?.(event.done, event.of);
      else if (event.type === 'log') onWarning?.(event.text);
      else last = event;
    },
    (text) => {
      lastWords = text;
    },
  );
  signal?.addEventListener('abort', () => child.kill('SIGKILL'), { once: true });
  tell(child, { type: 'detect', job });
  const { code } = await goneFrom(child);
  signal?.throwIfAborted();
  if (last?.type === 'detected') return last.result;
  if (last?.type === 'failed') throw new Problem(last.message);
  throw new Problem(`The detector stopped with exit code ${code}: ${lastWords.trim()}`);
}

/** Has something small done in a process of its own. Rejects with a Problem where it fails. */
export function launchErrand(errand: Extract<Errand, { type: 'clean' }>): Promise<Cleaned>;
export function launchErrand(
  errand: Extract<Errand, { type: 'preview' }>,
): Promise<readonly AugmentedPicture[]>;
export async function launchErrand(errand: Errand): Promise<unknown> {
  let last = undefined as ErrandEvent | undefined;
  let lastWords = '';
  const child = startWorker(
    (message) => {
      last = message as ErrandEvent;
    },
    (text) => {
      lastWords = text;
    },
  );
  tell(child, errand);
  const { code } = await goneFrom(child);
  if (last?.type === 'answered') return last.answer;
  if (last?.type === 'failed') throw new Problem(last.message);
  throw new Problem(`The work stopped with exit code ${code}: ${lastWords.trim()}`);
}

/** The training process, before it is told what to do. */
export function startWorker(
  onMessage: (message: unknown) => void,
  onStderr: (text: string) => void,
): ChildProcess {
  // DDOD_NODE: a Node that runs TypeScript, where this process is Electron's
  const execPath = process.env.DDOD_NODE ?? process.execPath;
  const child = fork(workerFile(), [], { execPath, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  child.on('message', onMessage);
  child.stderr?.on('data', (chunk: Buffer) => onStderr(chunk.toString('utf8').slice(-stderrKept)));
  return child;
}

function goneFrom(
  child: ChildProcess,
): Promise<{ readonly code: number | null; readonly signal: string | null }> {
  return new Promise((resolve) => {
    child.once('error', () => resolve({ code: null, signal: 'not started' }));
    // not 'exit', which may come before the last message
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}

function workerFile(): string {
  return process.env.DDOD_TRAINER ?? fileURLToPath(new URL('./worker.ts', import.meta.url));
}

function tell(child: ChildProcess, command: TrainingCommand): void {
  if (child.connected) child.send(command, () => undefined);
}
