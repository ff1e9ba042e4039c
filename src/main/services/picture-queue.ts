// Pictures in the making: a few at a time, the one asked for last first, for it is in sight, and none that nobody waits for.

interface Job {
  readonly key: string;
  readonly make: () => Promise<string>;
  readonly done: Promise<string>;
  readonly resolve: (made: Promise<string>) => void;
  readonly reject: (reason: unknown) => void;
  /** How many wait for it. */
  wishes: number;
}

export class PictureQueue {
  readonly #atOnce: number;
  readonly #jobs = new Map<string, Job>();
  /** Newest wish last. */
  #waiting: Job[] = [];
  #running = 0;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** What `make` gives, made once for all who ask for `key` meanwhile; not at all where each `signal` came before its turn. */
  async get(key: string, make: () => Promise<string>, signal?: AbortSignal): Promise<string> {
    signal?.throwIfAborted();
    const job = this.#jobs.get(key) ?? this.#enter(key, make);
    job.wishes += 1;
    this.#putFirst(job);
    const leave = () => this.#leave(job, signal?.reason);
    signal?.addEventListener('abort', leave, { once: true });
    try {
      return await job.done;
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  }

  #enter(key: string, make: () => Promise<string>): Job {
    let resolve: Job['resolve'] = () => undefined;
    let reject: Job['reject'] = () => undefined;
    const done = new Promise<string>((yes, no) => {
      resolve = yes;
      reject = no;
    });
    const job = { key, make, done, resolve, reject, wishes: 0 };
    this.#jobs.set(key, job);
    this.#waiting.push(job);
    // those asked for in the same breath are sorted before the first begins
    queueMicrotask(() => this.#begin());
    return job;
  }

  #putFirst(job: Job): void {
    if (!this.#waiting.includes(job)) return;
    this.#waiting = this.#waiting.filter((other) => other !== job);
    this.#waiting.push(job);
  }

  #leave(job: Job, reason: unknown): void {
    job.wishes -= 1;
    if (job.wishes > 0 || !this.#waiting.includes(job)) return;
    this.#waiting = this.#waiting.filter((other) => other !== job);
    this.#jobs.delete(job.key);
    job.reject(reason);
  }

  #begin(): void {
    while (this.#running < this.#atOnce) {
      const job = this.#waiting.pop();
      if (!job) return;
      this.#running += 1;
      const made = job.make().finally(() => {
        this.#running -= 1;
        this.#jobs.delete(job.key);
        this.#begin();
      });
      job.resolve(made);
    }
  }
}
