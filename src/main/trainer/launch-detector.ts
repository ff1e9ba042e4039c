// Keeps a detector in a process of its own ready between questions, so that the next image does not wait for it to load.
import type { ChildProcess } from 'node:child_process';
import { Problem } from '../../shared/problem.ts';
import type { DetectorAnswer, DetectorQuestion } from './job-detector.ts';
import { deathOf, startWorker } from './launch.ts';

/** Milliseconds without a question after which the process ends and gives its memory back. */
const IDLE_MS = 90_000;

interface Waiting {
  readonly resolve: (answer: DetectorAnswer) => void;
  readonly reject: (error: unknown) => void;
}

type AnswerTo<Q extends DetectorQuestion> = Extract<
  DetectorAnswer,
  { type: Q['type'] extends 'look' ? 'looked' : 'explained' }
>;

export class DetectorProcess {
  #child: ChildProcess | undefined;
  #idle: NodeJS.Timeout | undefined;
  #next = 1;
  readonly #waiting = new Map<number, Waiting>();

  /** Asks the detector; it is started where it is not up. Rejects with a Problem where it fails or dies. */
  async ask<Q extends DetectorQuestion>(question: Q): Promise<AnswerTo<Q>> {
    clearTimeout(this.#idle);
    const child = this.#child ?? this.#start();
    const request = this.#next++;
    const answer = await new Promise<DetectorAnswer>((resolve, reject) => {
      this.#waiting.set(request, { resolve, reject });
      child.send({ ...question, request }, () => undefined);
    });
    if (answer.type === 'failed') throw new Problem(answer.message);
    return answer as AnswerTo<Q>;
  }

  /** Ends the process; questions still open are refused. */
  close(): void {
    clearTimeout(this.#idle);
    this.#child?.kill('SIGKILL');
    this.#gone(this.#child, new Problem('The detector was stopped.'));
  }

  #start(): ChildProcess {
    const { child, gone } = startWorker((message) => this.#hear(message as DetectorAnswer));
    this.#child = child;
    const end = () => void child.kill('SIGKILL');
    process.once('exit', end);
    void gone.then((death) => {
      process.off('exit', end);
      this.#gone(child, deathOf('The detector', death));
    });
    return child;
  }

  #hear(answer: DetectorAnswer): void {
    const waiting = this.#waiting.get(answer.request);
    this.#waiting.delete(answer.request);
    if (this.#waiting.size === 0) {
      this.#idle = setTimeout(() => this.close(), IDLE_MS);
      this.#idle.unref();
    }
    waiting?.resolve(answer);
  }

  #gone(child: ChildProcess | undefined, problem: Problem): void {
    if (child !== this.#child) return;
    this.#child = undefined;
    for (const { reject } of this.#waiting.values()) reject(problem);
    this.#waiting.clear();
  }
}
