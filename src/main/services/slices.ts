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

/** The turn that was given last. */
let turns: Promise<unknown> = Promise.resolve();

/** Resolves in a turn of the event loop that no other sliced work has. */
function turn(): Promise<unknown> {
  turns = turns.then(() => setImmediate());
  return turns;
}

/**
 * Does the work with a break every few milliseconds; of several such works one goes on at a time, so that many hold others
 * up no longer than one. What it reads must not change meanwhile. Throws the signal's reason.
 */
export async function inSlices<T>(work: Sliced<T>, signal?: AbortSignal): Promise<T> {
  for (;;) {
    await turn();
    signal?.throwIfAborted();
    const end = performance.now() + SLICE_MS;
    do {
      const step = work.next();
      if (step.done) return step.value;
    } while (performance.now() < end);
  }
}

/** Lines that are sorted in one go. */
const SORTED_AT_ONCE = 512;

/** The lines in the order of `sort()`; may be set aside. */
export function* sorted(lines: readonly string[]): Sliced<readonly string[]> {
  if (lines.length <= SORTED_AT_ONCE) return lines.toSorted();
  const middle = lines.length >> 1;
  const first = yield* sorted(lines.slice(0, middle));
  const second = yield* sorted(lines.slice(middle));
  return yield* merged(first, second);
}

function* merged(first: readonly string[], second: readonly string[]): Sliced<readonly string[]> {
  const all: string[] = [];
  let [i, j] = [0, 0];
  while (i < first.length || j < second.length) {
    const [a, b] = [first[i], second[j]];
    const isFirst = b === undefined || (a !== undefined && a <= b);
    all.push((isFirst ? a : b) ?? '');
    if (isFirst) i += 1;
    else j += 1;
    if (all.length % SORTED_AT_ONCE === 0) yield;
  }
  yield;
  return all;
}
