// One axis of a YOLO box: centre and size in fractions of the image <-> two edges in pixels, without a digit lost.
import { type Decimal, decimalOf, decimalText, digitsAt, numberOfDecimal } from './exact-decimal.ts';

/** Centre and size as fractions of the image. */
export interface Span {
  readonly center: Decimal;
  readonly size: Decimal;
}

/** Two numbers as written; undefined where one is no number. */
export function spanOf(center: string | undefined, size: string | undefined): Span | undefined {
  const [at, long] = [decimalOf(center ?? ''), decimalOf(size ?? '')];
  return at && long && { center: at, size: long };
}

/** The span between the smallest and the largest of `values`; undefined where one is no number. */
export function spanAround(values: readonly string[]): Span | undefined {
  const decimals = values.map(decimalOf);
  if (decimals.some((value) => value === undefined)) return undefined;
  const known = decimals.filter((value) => value !== undefined);
  const places = Math.max(0, ...known.map((value) => value.places));
  const all = known.map((value) => digitsAt(value, places)).sort((a, b) => (a < b ? -1 : 1));
  const [low = 0n, high = 0n] = [all[0], all.at(-1)];
  return { center: { digits: (low + high) * 5n, places: places + 1 }, size: { digits: high - low, places } };
}

/** Both edges in pixels of an image that is `pixels` wide (or high): each the float64 nearest to what is written. */
export function edgesOf({ center, size }: Span, pixels: number): [low: number, high: number] {
  const places = Math.max(center.places, size.places);
  const [twice, long] = [2n * digitsAt(center, places), digitsAt(size, places)];
  // (2c - s) * pixels / 2 as a decimal: times 5, one place more
  const edge = (sum: bigint) => numberOfDecimal({ digits: sum * BigInt(pixels) * 5n, places: places + 1 });
  return [edge(twice - long), edge(twice + long)];
}

/** Places of an edge that are tried until both edges come back; an image of 640 pixels needs 14 at most. */
const placesTried = [14, 18, 24, 40];

/**
 * Centre and size of a span in pixels, with as many digits as bring both edges back; `isExact` is false where 40 places
 * do not. The edges are rounded, not centre and size: 0 and the image's end stay what they are.
 */
export function spanText(low: number, high: number, pixels: number) {
  let span: Span | undefined;
  let isExact = false;
  for (const places of placesTried) {
    const [from, to] = [fractionOf(low, pixels, places), fractionOf(high, pixels, places)];
    span = { center: { digits: (from + to) * 5n, places: places + 1 }, size: { digits: to - from, places } };
    const [back, end] = edgesOf(span, pixels);
    isExact = back === low && end === high;
    if (isExact) break;
  }
  const text = (value: Decimal | undefined) => (value ? decimalText(value, placesTried[0]) : '');
  return { center: text(span?.center), size: text(span?.size), isExact };
}

/** `value / pixels`, not negative, rounded to `places`, as digits. */
function fractionOf(value: number, pixels: number, places: number): bigint {
  const exact = decimalOf(String(value));
  if (!exact) throw new Error('an edge of a box is no number');
  const unit = BigInt(pixels) * 10n ** BigInt(exact.places);
  return (2n * exact.digits * 10n ** BigInt(places) + unit) / (2n * unit);
}
