// Starts the training process and listens to it. The process is ours alone: killed without harm, never trusted to live.
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Problem } from '../../shared/problem.ts';
import { detectionHearer } from './detected.ts';
import type {
  AugmentedPicture,
  Cleaned,
  DetectionEvent,
  DetectionJob,
  DetectionResult,
  Errand,
  ErrandEvent,
  JobImage,
  JobPart,
  TrainingCommand,
  TrainingEvent,
  TrainingJob,
} from './job.ts';
import type { ExportCommand } from './job-export.ts';
import { diedOfMemory, hasMemoryLimit, kernelMemoryKills } from './memory-death.ts';

/** How a process came to its end. */
export interface Gone {
  readonly code: number | null;
  readonly signal: string | null;
  /** The last it wrote on its standard error. */
  readonly lastWords: string;
  /** It was memory that it died of. */
  readonly ofMemory: boolean;
}

export interface TrainingProcess {
  /** Asks for a checkpoint and an end after the step under way. */
  pause(): void;
  /** Asks for an end after the epoch, or takes that back. */
  stop(wanted: boolean): void;
  /** Ends it at once. */
  kill(): void;
  /** Resolves when the process is gone. */
  readonly gone: Promise<Gone>;
  readonly pid: number | undefined;
}

/** Characters of standard error that are kept: a complaint and the stack under it, which come in many pieces. */
const LAST_WORDS_KEPT = 8_000;
const IMAGES_A_MESSAGE = 256;
/** Lines of them that a sentence may quote. */
const QUOTED_LINES = 3;

/** Starts `job` in a process of its own; `onEvent` hears everything it says. */
export function launchTraining(job: TrainingJob, onEvent: (event: TrainingEvent) => void): TrainingProcess {
  const { child, gone } = startWorker((message) => onEvent(message as TrainingEvent));
  void give(child, job);
  return {
    pause: () => tell(child, { type: 'pause' }),
    stop: (wanted) => tell(child, { type: 'stop', wanted }),
    kill: () => void child.kill('SIGKILL'),
    gone,
    pid: child.pid,
  };
}

export interface DetectionListeners {
  readonly onProgress?: (done: number, of: number) => void;
  /** Told of each image that could not be read, on which nothing is found. */
  readonly onWarning?: (text: string) => void;
  readonly signal?: AbortSignal;
}

async function give(child: ChildProcess, job: TrainingJob): Promise<void> {
  await giveImages(child, 'train', job.train);
  await giveImages(child, 'val', job.val);
  tell(child, { type: 'start', job: { ...job, train: [], val: [] } });
}

/** Tells the process its images, a few at a time: this thread also answers windows. */
async function giveImages(child: ChildProcess, part: JobPart, all: readonly JobImage[]): Promise<void> {
  for (let from = 0; from < all.length; from += IMAGES_A_MESSAGE) {
    const images = all.slice(from, from + IMAGES_A_MESSAGE);
    await new Promise<void>((resolve) => tell(child, { type: 'images', part, images }, resolve));
  }
}

/** Runs a detector in a process of its own. Rejects with a Problem where it fails or `signal` ends it. */
export function launchDetection(
  job: DetectionJob,
  { onProgress, onWarning, signal }: DetectionListeners = {},
): Promise<DetectionResult> {
  const resultIn = detectionHearer();
  const hear = (event: DetectionEvent) => {
    if (event.type === 'evaluating') onProgress?.(event.done, event.of);
    else if (event.type === 'log') onWarning?.(event.text);
    return resultIn(event);
  };
  const give = async (child: ChildProcess) => {
    await giveImages(child, 'detect', job.images);
    tell(child, { type: 'detect', job: { ...job, images: [] } });
  };
  return workApart('The detector', give, hear, signal);
}

/** Has something small done in a process of its own. Rejects with a Problem where it fails. */
export function launchErrand(errand: Extract<Errand, { type: 'clean' }>): Promise<Cleaned>;
export function launchErrand(
  errand: Extract<Errand, { type: 'preview' }>,
): Promise<readonly AugmentedPicture[]>;
export function launchErrand(errand: Errand): Promise<unknown> {
  const hear = (event: ErrandEvent) => (event.type === 'answered' ? event.answer : undefined);
  return workApart('The work', errand, hear);
}

/**
 * Has `command` done in a process of its own, or what `command` tells it. `hear` is told everything and gives the result where an event holds it.
 * Rejects with a Problem where the work fails, and with the signal's reason where that ends it.
 */
export async function workApart<Event extends { readonly type: string }, Result>(
  name: string,
  command: TrainingCommand | ExportCommand | ((child: ChildProcess) => Promise<void>),
  hear: (event: Event) => Result | undefined,
  signal?: AbortSignal,
): Promise<Result> {
  signal?.throwIfAborted();
  let result: Result | undefined;
  let failure: string | undefined;
  const { child, gone } = startWorker((message) => {
    const event = message as Event & { readonly message?: string };
    if (event.type === 'failed') failure = event.message;
    else result = hear(event) ?? result;
  });
  const end = () => void child.kill('SIGKILL');
  signal?.addEventListener('abort', end, { once: true });
  // nobody is left to tell; by itself it would see that only between two images
  process.once('exit', end);
  if (typeof command === 'function') void command(child);
  else tell(child, command);
  const death = await gone;
  process.off('exit', end);
  signal?.removeEventListener('abort', end);
  signal?.throwIfAborted();
  if (result !== undefined) return result;
  throw failure === undefined ? deathOf(name, death) : new Problem(failure);
}

/** What is told of a process that ended without a word of its own. */
export function deathOf(name: string, { code, signal, lastWords, ofMemory }: Gone): Problem {
  if (ofMemory) {
    return new Problem(`${name} ran out of memory.`, 'Close other programs, or choose smaller images.');
  }
  const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
  const quoted = lastWords.trim().split('\n').slice(-QUOTED_LINES).join(' ');
  return new Problem(`${name} was ended ${how}${quoted === '' ? '.' : `: ${quoted}`}`);
}

export interface Worker {
  readonly child: ChildProcess;
  readonly gone: Promise<Gone>;
}

/** The training process, before it is told what to do. */
export function startWorker(onMessage: (message: unknown) => void): Worker {
  const killsBefore = kernelMemoryKills();
  // DDOD_NODE: a Node that runs TypeScript, where this process is Electron's
  const execPath = process.env.DDOD_NODE ?? process.execPath;
  const child = fork(workerFile(), [], { execPath, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let lastWords = '';
  let limited = hasMemoryLimit(child.pid);
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-LAST_WORDS_KEPT);
  });
  child.once('message', () => {
    limited = hasMemoryLimit(child.pid);
  });
  child.on('message', onMessage);
  const gone = endOf(child).then((end): Gone => {
    const memoryKills = kernelMemoryKills() - killsBefore;
    const ofMemory = diedOfMemory({ ...end, lastWords, limited, memoryKills });
    return { ...end, lastWords: lastWords.trim(), ofMemory };
  });
  return { child, gone };
}

function endOf(child: ChildProcess): Promise<Pick<Gone, 'code' | 'signal'>> {
  return new Promise((resolve) => {
    child.once('error', () => resolve({ code: null, signal: 'not started' }));
    // not 'exit', which may come before the last message
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}

function workerFile(): string {
  return process.env.DDOD_TRAINER ?? fileURLToPath(new URL('./worker.ts', import.meta.url));
}

function tell(
  child: ChildProcess,
  command: TrainingCommand | ExportCommand,
  told: () => void = () => undefined,
): void {
  if (child.connected) child.send(command, told);
  else told();
}
