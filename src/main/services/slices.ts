// Long work on the thread that answers windows: a generator yields wherever it may be set aside for a moment.
import { setImmediate } from 'node:timers/promises';

export type Sliced<T> = Generator<undefined, T, undefined>;

/** Milliseconds after which others get their turn. */
const SLICE_MS = 10;

/** Does the work without a break. */
export function atOnce<T>(work: Sliced<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/** Does the work with a break every few milliseconds. What it reads must not change meanwhile. */
export async function inSlices<T>(work: Sliced<T>): Promise<T> {
  let began = performance.now();
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    if (performance.now() - began < SLICE_MS) continue;
    await setImmediate();
    began = performance.now();
  }
}
