// Something this window asked for that takes a while: whether it runs, and a way to stop it.
import { onDestroy } from 'svelte';
import { app } from './app.svelte.ts';

export class Task {
  running = $state(false);
  #abort: AbortController | undefined;

  /** Runs one at a time: an older one is stopped. A failure is shown; undefined for that, and for what was stopped. */
  async run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    this.stop();
    app.board.forgive();
    const abort = new AbortController();
    this.#abort = abort;
    this.running = true;
    app.work = undefined;
    try {
      const result = await work(abort.signal);
      return abort.signal.aborted ? undefined : result;
    } catch (error) {
      if (!abort.signal.aborted) app.trouble(error);
      return undefined;
    } finally {
      if (this.#abort === abort) this.running = false;
    }
  }

  stop(): void {
    this.#abort?.abort();
    this.running = false;
  }
}

/** A task of a component, stopped with it: nobody could see or stop it any more. */
export function ownTask(): Task {
  const task = new Task();
  onDestroy(() => task.stop());
  return task;
}
