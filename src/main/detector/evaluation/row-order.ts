// Stable orders of rows: by falling score (radix sort over the bits of doubles) and by small integer keys.

const DIGITS = 4;
const RADIX = 1 << 16;

/** Rows by falling score, equal scores in input order: numpy's `argsort(-scores, kind='mergesort')`. */
export function byFallingScore(scores: Float64Array): Uint32Array {
  const digits = descendingDigits(scores);
  let order = identity(scores.length);
  for (let place = 0; place < DIGITS; place++) order = sortByDigit(order, digits, place);
  return order;
}

/** [rows] 0 for the best score, one more for each next lower one; equal scores share theirs. */
export function denseRanks(scores: Float64Array, byScore: Uint32Array): { ranks: Int32Array; count: number } {
  const ranks = new Int32Array(scores.length);
  let rank = -1;
  let last = Number.NaN;
  for (const row of byScore) {
    const score = scores[row] as number;
    if (score !== last) rank += 1;
    last = score;
    ranks[row] = rank;
  }
  return { ranks, count: rank + 1 };
}

/** `order` sorted by `keys[row]` (0 .. count - 1), rows of equal keys as they stood. */
export function sortByKey(order: Uint32Array, keys: Int32Array, count: number): Uint32Array {
  const next = new Uint32Array(count + 1);
  for (let i = 0; i < order.length; i++) {
    const bucket = (keys[order[i] as number] as number) + 1;
    next[bucket] = (next[bucket] as number) + 1;
  }
  for (let key = 0; key < count; key++) next[key + 1] = (next[key + 1] as number) + (next[key] as number);
  const sorted = new Uint32Array(order.length);
  for (let i = 0; i < order.length; i++) {
    const row = order[i] as number;
    const key = keys[row] as number;
    const place = next[key] as number;
    sorted[place] = row;
    next[key] = place + 1;
  }
  return sorted;
}

/** [count + 1] where each key's rows begin in an order sorted by `keys`; the last is the end. */
export function keyStarts(order: Uint32Array, keys: Int32Array, count: number): Uint32Array {
  const starts = new Uint32Array(count + 1);
  for (let i = 0; i < order.length; i++) {
    const next = (keys[order[i] as number] as number) + 1;
    starts[next] = (starts[next] as number) + 1;
  }
  for (let key = 0; key < count; key++)
    starts[key + 1] = (starts[key + 1] as number) + (starts[key] as number);
  return starts;
}

export function identity(length: number): Uint32Array {
  return new Uint32Array(length).map((_, row) => row);
}

/** [rows, 4] 16-bit digits, lowest first, of integers that rise as the score falls. */
function descendingDigits(scores: Float64Array): Uint16Array {
  const bits = new Float64Array(scores.length);
  // adding 0 makes -0 the same as 0
  for (let i = 0; i < scores.length; i++) bits[i] = (scores[i] as number) + 0;
  const words = new Uint32Array(bits.buffer);
  for (let i = 0; i < words.length; i += 2) {
    const high = words[i + 1] as number;
    if (high >>> 31 === 1) continue;
    words[i] = ~(words[i] as number);
    words[i + 1] = high ^ 0x7fffffff;
  }
  return new Uint16Array(bits.buffer);
}

function sortByDigit(order: Uint32Array, digits: Uint16Array, place: number): Uint32Array {
  const first = digits[place];
  let differ = false;
  const keys = new Int32Array(order.length);
  for (let row = 0; row < keys.length; row++) {
    const digit = digits[row * DIGITS + place] as number;
    keys[row] = digit;
    if (digit !== first) differ = true;
  }
  return differ ? sortByKey(order, keys, RADIX) : order;
}
