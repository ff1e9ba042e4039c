// Decoding off the main thread: a few worker threads, each with its own queue, so that they keep busy while a training
// step holds the main thread.

import { Worker } from 'node:worker_threads';
import { Problem } from '../../../shared/problem.ts';
import { readScaled, type ScaledImage, type ScaleRequest } from './scaled-image.ts';

export interface DecodeRequest extends ScaleRequest {
  readonly id: number;
}

export type DecodeReply =
  | { readonly id: number; readonly scaled: ScaledImage }
  | { readonly id: number; readonly message: string; readonly remedy: string | undefined };

interface Pending {
  readonly resolve: (scaled: ScaledImage) => void;
  readonly reject: (error: unknown) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly pending: Map<number, Pending>;
  readonly exited: Promise<void>;
}

/** The worker's source beside this file, under whichever ending this file runs. */
function workerBeside(): URL {
  const ending = import.meta.url.endsWith('.ts') ? '.ts' : '.cjs';
  return new URL(`./decode-worker${ending}`, import.meta.url);
}

export class DecodePool {
  readonly #size: number;
  readonly #source: URL;
  #threads: Thread[] = [];
  #nextId = 0;
  #closed = false;

  /** `size` threads, started when first needed; 0 decodes on the calling thread. `source`: the worker's file. */
  constructor(size: number, source = workerBeside()) {
    this.#size = size;
    this.#source = source;
  }

  /** The image of `request`. Rejects with a Problem where the file cannot be read, and with an Error once closed. */
  read(request: ScaleRequest): Promise<ScaledImage> {
    if (this.#closed) return Promise.reject(closedError());
    if (this.#size === 0) return readScaled(request);
    const thread = this.#leastBusy();
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      thread.pending.set(id, { resolve, reject });
      thread.worker.ref();
      thread.worker.postMessage({ ...request, id } satisfies DecodeRequest);
    });
  }

  /** Drops what is queued, lets images in work finish, and ends the threads. */
  async close(): Promise<void> {
    this.#closed = true;
    const threads = this.#threads;
    this.#threads = [];
    for (const { worker, pending } of threads) {
      worker.ref();
      worker.postMessage('close');
      rejectAll(pending, closedError());
    }
    await Promise.all(threads.map(({ exited }) => exited));
  }

  #leastBusy(): Thread {
    const idle = this.#threads.find(({ pending }) => pending.size === 0);
    if (idle !== undefined) return idle;
    if (this.#threads.length < this.#size) {
      const thread = this.#start();
      this.#threads.push(thread);
      return thread;
    }
    return this.#threads.reduce((best, other) => (other.pending.size < best.pending.size ? other : best));
  }

  #start(): Thread {
    // flags of this process (an evaluated script, an inspector) are not the worker's
    const worker = new Worker(this.#source, { execArgv: [] });
    const pending = new Map<number, Pending>();
    worker.on('message', (reply: DecodeReply) => {
      settle(pending, reply);
      // an idle thread does not keep the process alive
      if (pending.size === 0) worker.unref();
    });
    worker.on('error', (error) => rejectAll(pending, error));
    const exited = new Promise<void>((resolve) => {
      worker.once('exit', () => {
        this.#threads = this.#threads.filter((thread) => thread.worker !== worker);
        rejectAll(pending, new Error('An image decoding thread ended unexpectedly.'));
        resolve();
      });
    });
    return { worker, pending, exited };
  }
}

function settle(pending: Map<number, Pending>, reply: DecodeReply): void {
  const waiting = pending.get(reply.id);
  pending.delete(reply.id);
  if ('scaled' in reply) waiting?.resolve(reply.scaled);
  else if (reply.remedy === undefined) waiting?.reject(new Error(reply.message));
  else waiting?.reject(new Problem(reply.message, reply.remedy));
}

function rejectAll(pending: Map<number, Pending>, error: unknown): void {
  for (const { reject } of pending.values()) reject(error);
  pending.clear();
}

function closedError(): Error {
  return new Error('The image loader is closed.');
}
