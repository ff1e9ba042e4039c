// What a picture looks like in 64 bits, and which pictures look alike: copies that were scaled, compressed or brightened.
import sharp from 'sharp';
import type { Sliced } from './slices.ts';

const COLUMNS = 9;
const ROWS = 8;
/** Pixels a side that are averaged into one: resizing straight down depends on the size it begins with. */
const BLOCK = 8;
/**
 * Bits that may differ between pictures that look alike. On blood cells, copies of other size, quality, light or with a
 * cut edge mostly differ by 0 to 4 bits, different pictures by 17 and more.
 */
export const NEAR = 4;
/** Bits of a band: one more band than bits that may differ, so that near pairs have one in common. */
const BAND = 13;
const BITS = 64;
/** Grey levels, summed over a block, that are a rise: on even ground compression alone makes smaller ones. */
const RISE = BLOCK * BLOCK;
/** With fewer ones or zeros a picture is too plain to tell: a blank page looks like every other. */
const PLAIN = 6;

/** 16 hex digits, each bit whether the picture gets brighter to the right; null for plain and unreadable pictures. */
export async function likenessOf(file: string): Promise<string | null> {
  const pixels = await sharp(file)
    .rotate()
    .flatten()
    .greyscale()
    .resize(COLUMNS * BLOCK, ROWS * BLOCK, { fit: 'fill' })
    .raw()
    .toBuffer()
    .catch(() => undefined);
  if (!pixels) return null;
  const bits = risesOf(pixels);
  const ones = bits.filter((bit) => bit === 1).length;
  if (ones < PLAIN || ones > bits.length - PLAIN) return null;
  return Array.from({ length: bits.length / 4 }, (_, at) =>
    Number.parseInt(bits.slice(at * 4, at * 4 + 4).join(''), 2).toString(16),
  ).join('');
}

/** 1 where a block is brighter than the one on its left. */
function risesOf(pixels: Uint8Array): number[] {
  const bits: number[] = [];
  for (let row = 0; row < ROWS; row++) {
    let left = sumOf(pixels, 0, row);
    for (let column = 1; column < COLUMNS; column++) {
      const sum = sumOf(pixels, column, row);
      bits.push(sum > left + RISE ? 1 : 0);
      left = sum;
    }
  }
  return bits;
}

function sumOf(pixels: Uint8Array, column: number, row: number): number {
  let sum = 0;
  for (let y = row * BLOCK; y < (row + 1) * BLOCK; y++) {
    const start = y * COLUMNS * BLOCK + column * BLOCK;
    for (let at = start; at < start + BLOCK; at++) sum += pixels[at] ?? 0;
  }
  return sum;
}

/** The halves of a likeness as 32-bit numbers. */
type Halves = readonly [number, number];

function halvesOf(likeness: string): Halves {
  return [Number.parseInt(likeness.slice(0, 8), 16) | 0, Number.parseInt(likeness.slice(8), 16) | 0];
}

function distance(a: Halves, b: Halves): number {
  return onesIn(a[0] ^ b[0]) + onesIn(a[1] ^ b[1]);
}

/** How many of the 32 bits are set. */
function onesIn(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

interface Seen {
  readonly key: number;
  readonly halves: Halves;
  readonly bands: readonly number[];
}

/**
 * Tells of pairs of keys that look alike: equal ones are linked to the first, others are found by a band of their bits that is
 * equal, which pairs within `NEAR` bits must have. Each pair comes once. May be set aside.
 */
export function* alikePairs(
  likenesses: ReadonlyMap<number, string>,
  onPair: (a: number, b: number) => void,
): Sliced<void> {
  const first = new Map<string, Seen>();
  for (const [key, likeness] of likenesses) {
    const twin = first.get(likeness);
    if (twin) onPair(twin.key, key);
    else first.set(likeness, { key, halves: halvesOf(likeness), bands: bandsOf(likeness) });
    yield;
  }
  for (let band = 0; band * BAND < BITS; band++) {
    const buckets = new Map<number, Seen[]>();
    for (const entry of first.values()) {
      const bits = entry.bands[band] ?? 0;
      const bucket = buckets.get(bits);
      for (const other of bucket ?? []) {
        const isNear = distance(entry.halves, other.halves) <= NEAR;
        if (isNear && firstBandInCommon(entry, other) === band) onPair(other.key, entry.key);
      }
      if (bucket) bucket.push(entry);
      else buckets.set(bits, [entry]);
      yield;
    }
  }
}

function bandsOf(likeness: string): number[] {
  const bits = BigInt(`0x${likeness}`).toString(2).padStart(BITS, '0');
  return Array.from({ length: Math.ceil(BITS / BAND) }, (_, band) =>
    Number.parseInt(bits.slice(band * BAND, (band + 1) * BAND), 2),
  );
}

/** The first band that two have in common: the one at which their pair is counted. */
function firstBandInCommon(a: Seen, b: Seen): number {
  return a.bands.findIndex((bits, band) => bits === b.bands[band]);
}
