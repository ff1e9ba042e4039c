// Keys pressed in a row do their work in that order: while one waits for the backend's answer, those behind it wait too.

/** Milliseconds after which those behind wait no longer. */
const LONGEST_TURN_MS = 3000;

export class Turns {
  #last: Promise<unknown> | undefined;

  get busy(): boolean {
    return this.#last !== undefined;
  }

  /** Does it at once where nothing is under way, else in its turn; what returns a promise holds up what comes after. */
  take(action: () => unknown): void {
    const outcome = this.#last ? this.#last.then(() => inTime(action())) : action();
    if (!(outcome instanceof Promise)) return;
    const turn: Promise<unknown> = inTime(outcome)
      .catch(() => undefined)
      .finally(() => {
        if (this.#last === turn) this.#last = undefined;
      });
    this.#last = turn;
  }
}

function inTime(work: unknown): Promise<unknown> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, LONGEST_TURN_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
