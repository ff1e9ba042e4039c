// Asks the analysis thread; started when first needed.
import { Worker } from 'node:worker_threads';
import { Problem } from '../../shared/problem.ts';
import type {
  AnalysisAnswers,
  AnalysisQuestion,
  AnalysisReply,
} from '../detector/evaluation/analysis-worker.ts';

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: unknown) => void;
}

/** From the sources the thread's file lies with the evaluation, in a bundle beside the bundle. */
function threadFile(): URL {
  return import.meta.url.endsWith('.ts')
    ? new URL('../detector/evaluation/analysis-worker.ts', import.meta.url)
    : new URL('./analysis-worker.cjs', import.meta.url);
}

/** What is given away rather than copied. */
function columnsOf(question: AnalysisQuestion): ArrayBuffer[] {
  if (!('scene' in question)) return [];
  return Object.values(question.scene).map(({ buffer }) => buffer as ArrayBuffer);
}

export class Analyst {
  #thread: Worker | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 0;

  /** The answer to a question. Rejects with a Problem where it cannot be answered. */
  ask<Q extends AnalysisQuestion>(question: Q): Promise<AnalysisAnswers[Q['type']]> {
    const id = this.#nextId++;
    const thread = this.#started();
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      thread.ref();
      thread.postMessage({ id, question }, columnsOf(question));
    });
  }

  /** Forgets everything, before the project is closed. */
  async end(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.terminate();
    this.#fail(new Problem('The project was closed.'));
  }

  #started(): Worker {
    this.#thread ??= this.#start();
    return this.#thread;
  }

  #start(): Worker {
    const thread = new Worker(threadFile(), { execArgv: [] });
    thread.on('message', (reply: AnalysisReply) => {
      this.#settle(reply);
      // an idle thread does not keep the process alive
      if (this.#waiting.size === 0) thread.unref();
    });
    const fail = (error: unknown) => {
      if (this.#thread !== thread) return;
      this.#thread = undefined;
      this.#fail(error);
    };
    thread.on('error', fail);
    thread.on('exit', () => fail(new Error('The analysis thread ended unexpectedly.')));
    return thread;
  }

  #settle(reply: AnalysisReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('answer' in reply) waiting?.resolve(reply.answer as never);
    else waiting?.reject(new Problem(reply.message, reply.remedy));
  }

  #fail(error: unknown): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
