// One job of a kind at a time, with where it stands, for windows that come and go.
import { Problem } from '../../shared/problem.ts';

export class SoleJob<Progress extends { readonly state: string }> {
  readonly #told: (progress: Progress) => void;
  #cancel: AbortController | undefined;
  #over: Promise<void> = Promise.resolve();
  #progress: Progress | null = null;

  /** `told` hears of every change. */
  constructor(told: (progress: Progress) => void) {
    this.#told = told;
  }

  /** The job under way, or how the last one ended. */
  get progress(): Progress | null {
    return this.#progress;
  }

  /** Throws a Problem of these words while a job is going on. */
  protected assertFree(sentence: string, remedy: string): void {
    if (this.#progress?.state === 'going') throw new Problem(sentence, remedy);
  }

  /** Starts `work`, which says itself how it ended: its promise is not rejected. */
  protected run(work: (signal: AbortSignal) => Promise<void>): void {
    this.#cancel = new AbortController();
    this.#over = work(this.#cancel.signal);
  }

  protected tell(progress: Progress): void {
    this.#progress = progress;
    this.#told(progress);
  }

  cancel(): void {
    this.#cancel?.abort();
  }

  /** Cancels and waits, before the project is closed. */
  async end(): Promise<void> {
    this.cancel();
    await this.#over;
    this.#progress = null;
  }
}
