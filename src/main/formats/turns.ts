// Long work in memory gives others their turn every few milliseconds, and ends where it is stopped.
import { setImmediate } from 'node:timers/promises';

/** Milliseconds after which others go first. */
const sliceMs = 10;

export class Turns {
  readonly #signal: AbortSignal | undefined;
  #end = performance.now() + sliceMs;

  constructor(signal?: AbortSignal) {
    this.#signal = signal;
  }

  /** Asked often, so that what is not over costs nothing: `if (turns.isOver) await turns.next()`. */
  get isOver(): boolean {
    return performance.now() >= this.#end;
  }

  async next(): Promise<void> {
    await setImmediate();
    this.#signal?.throwIfAborted();
    this.#end = performance.now() + sliceMs;
  }
}
