// Table `metric_bucket`: what each 32 steps of a curve come to, kept beside the points themselves.
import type { ReadableDb, WritableDb } from './database.ts';

/** Steps a bucket spans. */
export const BUCKET_STEPS = 32;

/** Values that are numbers: neither NaN, which is null here, nor infinite. */
const NUMBERS = 'FILTER (WHERE abs(value) < 9e999)';

/** Makes the bucket of `step` agree with its points. */
export function refreshBucket(db: WritableDb, series: number, step: number): void {
  const bucket = Math.floor(step / BUCKET_STEPS);
  const sql = `INSERT OR REPLACE INTO metric_bucket (series, bucket, last_step, count, total, low, high)
    SELECT :series, :bucket, max(step), count(value) ${NUMBERS}, coalesce(sum(value) ${NUMBERS}, 0),
      min(value) ${NUMBERS}, max(value) ${NUMBERS}
    FROM metric WHERE series = :series AND step BETWEEN :from AND :to HAVING count(*) > 0`;
  const from = bucket * BUCKET_STEPS;
  db.write(sql).run({ series, bucket, from, to: from + BUCKET_STEPS - 1 });
}

/** Drops buckets that reach beyond `step`, of every series of a run; answers with the series. */
export function deleteBucketsAfter(db: WritableDb, run: number, step: number): number[] {
  const own = 'SELECT id FROM metric_series WHERE run = ?';
  const sql = `DELETE FROM metric_bucket WHERE series IN (${own}) AND bucket >= ?`;
  db.write(sql).run(run, Math.floor(step / BUCKET_STEPS));
  return db
    .read<{ id: number }>(own)
    .all(run)
    .map(({ id }) => id);
}

export function countBuckets(db: ReadableDb, series: number, from: number, to: number): number {
  const sql = 'SELECT count(*) AS n FROM metric_bucket WHERE series = ? AND bucket BETWEEN ? AND ?';
  const bounds = [Math.floor(from / BUCKET_STEPS), Math.floor(to / BUCKET_STEPS)] as const;
  return db.read<{ n: number }>(sql).get(series, ...bounds)?.n ?? 0;
}

/** What some neighbouring points of a curve come to. */
export interface PointSum {
  readonly lastStep: number;
  /** Of values that are numbers. */
  readonly count: number;
  readonly total: number;
  /** null where no value is a number. */
  readonly low: number | null;
  readonly high: number | null;
}

/** Buckets from the first number to the last, in order. */
export function readBuckets(
  db: ReadableDb,
  series: number,
  first: number,
  last: number,
): (PointSum & { readonly bucket: number })[] {
  const sql = `SELECT bucket, last_step AS lastStep, count, total, low, high FROM metric_bucket
    WHERE series = ? AND bucket BETWEEN ? AND ? ORDER BY bucket`;
  return db.read<PointSum & { bucket: number }>(sql).all(series, first, last);
}
