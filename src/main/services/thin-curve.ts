// A stretch of a curve in few parts: every point where there are few, otherwise neighbouring ones as their mean and extremes.
import type { ReadableDb } from '../db/database.ts';
import { BUCKET_STEPS, countBuckets, type PointSum, readBuckets } from '../db/metric-buckets.ts';
import { type CurvePoint, readPoints } from '../db/metrics.ts';

export interface CurveRange {
  readonly from?: number;
  readonly to?: number;
  /** About how many parts to give back at most. */
  readonly maxPoints?: number;
}

/** One point of a curve, or what several neighbours come to. */
export interface CurvePart {
  /** Of the last of them. */
  readonly step: number;
  /** The mean of those that are numbers; of a single point what it is: NaN and infinity are kept. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Points that are numbers. */
  readonly count: number;
}

/** A metric's parts in step order. */
export function thinCurve(db: ReadableDb, series: number, range: CurveRange): CurvePart[] {
  const { from = 0, to = Number.MAX_SAFE_INTEGER, maxPoints = 2000 } = range;
  const buckets = countBuckets(db, series, from, to);
  // where buckets would be coarse the points themselves are few enough to be looked at
  if (buckets * BUCKET_STEPS <= maxPoints || buckets < maxPoints / 8) {
    const points = readPoints(db, series, from, to);
    return points.length <= maxPoints ? points.map(ofPoint) : inRuns(points, maxPoints);
  }
  return ofBuckets(db, series, { from, to }, maxPoints, buckets);
}

/** Whole buckets, some of them together, and the points before and after them. */
function ofBuckets(
  db: ReadableDb,
  series: number,
  { from, to }: { readonly from: number; readonly to: number },
  maxPoints: number,
  buckets: number,
): CurvePart[] {
  const first = Math.ceil(from / BUCKET_STEPS);
  const last = Math.floor((to + 1) / BUCKET_STEPS) - 1;
  const together = Math.ceil((buckets + 1) / (maxPoints - 3));
  const groups = new Map<number, PointSum[]>();
  for (const bucket of readBuckets(db, series, first, last)) {
    const key = Math.floor(bucket.bucket / together);
    const group = groups.get(key);
    if (group) group.push(bucket);
    else groups.set(key, [bucket]);
  }
  const edge = (begin: number, end: number) => {
    const points = begin > end ? [] : readPoints(db, series, begin, end);
    return points.length === 0 ? [] : [partOf(points.map(sumOf))];
  };
  return [
    ...edge(from, first * BUCKET_STEPS - 1),
    ...Array.from(groups.values(), partOf),
    ...edge((last + 1) * BUCKET_STEPS, to),
  ];
}

/** Equally many neighbours in each part. */
function inRuns(points: readonly CurvePoint[], maxPoints: number): CurvePart[] {
  const length = Math.ceil(points.length / maxPoints);
  return Array.from({ length: Math.ceil(points.length / length) }, (_, at) =>
    partOf(points.slice(at * length, (at + 1) * length).map(sumOf)),
  );
}

function ofPoint({ step, value }: CurvePoint): CurvePart {
  return { step, value, low: value, high: value, count: Number.isFinite(value) ? 1 : 0 };
}

function sumOf({ step: lastStep, value }: CurvePoint): PointSum {
  return Number.isFinite(value)
    ? { lastStep, count: 1, total: value, low: value, high: value }
    : { lastStep, count: 0, total: 0, low: null, high: null };
}

function partOf(sums: readonly PointSum[]): CurvePart {
  let [count, total, low, high] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const sum of sums) {
    count += sum.count;
    total += sum.total;
    low = Math.min(low, sum.low ?? low);
    high = Math.max(high, sum.high ?? high);
  }
  const step = sums.at(-1)?.lastStep ?? 0;
  if (count === 0) return { step, value: Number.NaN, low: Number.NaN, high: Number.NaN, count };
  return { step, value: total / count, low, high, count };
}
