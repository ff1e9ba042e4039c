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

/** Items that are sorted in one go. */
const SORTED_AT_ONCE = 512;

type Comparison<T> = (a: T, b: T) => number;

/** As `sort()` orders texts. */
const byCodeUnits = (a: unknown, b: unknown) => (String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0);

/** The items in the order of `sort(compare)`; may be set aside. */
export function* sorted<T>(items: readonly T[], compare: Comparison<T> = byCodeUnits): Sliced<readonly T[]> {
  if (items.length <= SORTED_AT_ONCE) return items.toSorted(compare);
  const middle = items.length >> 1;
  const first = yield* sorted(items.slice(0, middle), compare);
  const second = yield* sorted(items.slice(middle), compare);
  return yield* merged(first, second, compare);
}

function* merged<T>(first: readonly T[], second: readonly T[], compare: Comparison<T>): Sliced<readonly T[]> {
  const all: T[] = [];
  let [i, j] = [0, 0];
  while (i < first.length || j < second.length) {
    const isFirst = j >= second.length || (i < first.length && compare(first[i] as T, second[j] as T) <= 0);
    all.push((isFirst ? first[i++] : second[j++]) as T);
    if (all.length % SORTED_AT_ONCE === 0) yield;
  }
  yield;
  return all;
}
