// Table `metric_bucket`: the lowest and the highest point of each 32 steps, kept beside the points themselves.
import type { ReadableDb, WritableDb } from './database.ts';

/** Steps a bucket spans. */
export const BUCKET_STEPS = 32;

interface PointRow {
  readonly step: number;
  readonly value: number | null;
  readonly epoch: number;
}

const NAN_LAST = 'ORDER BY value IS NULL, value';

/** Makes the bucket of `step` agree with its points. */
export function refreshBucket(db: WritableDb, series: number, step: number): void {
  const bucket = Math.floor(step / BUCKET_STEPS);
  const range = { series, from: bucket * BUCKET_STEPS, to: bucket * BUCKET_STEPS + BUCKET_STEPS - 1 };
  const points =
    'SELECT step, value, epoch FROM metric WHERE series = :series AND step BETWEEN :from AND :to';
  const low = db.read<PointRow>(`${points} ${NAN_LAST} LIMIT 1`).get(range);
  const high = db.read<PointRow>(`${points} ${NAN_LAST} DESC LIMIT 1`).get(range);
  if (!low || !high) return;
  const top = high.value === null ? low : high;
  const sql = `INSERT OR REPLACE INTO metric_bucket
    (series, bucket, low_step, low, low_epoch, high_step, high, high_epoch) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
  db.write(sql).run(series, bucket, low.step, low.value, low.epoch, top.step, top.value, top.epoch);
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

/** A point of a curve that is the lowest or the highest of its bucket; NaN where there is nothing else. */
interface ExtremePoint {
  readonly step: number;
  readonly value: number;
  readonly epoch: number;
}

interface BucketRow {
  readonly bucket: number;
  readonly lowStep: number;
  readonly low: number | null;
  readonly lowEpoch: number;
  readonly highStep: number;
  readonly high: number | null;
  readonly highEpoch: number;
}

/** The extremes of whole buckets within the range, `together` of them at a time; several points may come twice. */
export function readBuckets(
  db: ReadableDb,
  series: number,
  range: { readonly from: number; readonly to: number },
  together: number,
): ExtremePoint[] {
  const sql = `SELECT bucket, low_step AS lowStep, low, low_epoch AS lowEpoch, high_step AS highStep, high,
    high_epoch AS highEpoch FROM metric_bucket WHERE series = ? AND bucket BETWEEN ? AND ? ORDER BY bucket`;
  const first = Math.ceil(range.from / BUCKET_STEPS);
  const last = Math.floor((range.to + 1) / BUCKET_STEPS) - 1;
  const groups = new Map<number, { low: BucketRow; high: BucketRow }>();
  // grouped here: SQLite takes ten times as long to sort them
  for (const row of db.read<BucketRow>(sql).all(series, first, last)) {
    const key = Math.floor(row.bucket / together);
    const { low, high } = groups.get(key) ?? { low: row, high: row };
    groups.set(key, {
      low: isBelow(row.low, low.low) ? row : low,
      high: isAbove(row.high, high.high) ? row : high,
    });
  }
  return [...groups.values()].flatMap(({ low, high }) => [
    { step: low.lowStep, value: low.low ?? Number.NaN, epoch: low.lowEpoch },
    { step: high.highStep, value: high.high ?? Number.NaN, epoch: high.highEpoch },
  ]);
}

/** null stands for NaN: any number is better. */
function isBelow(a: number | null, b: number | null): boolean {
  return a !== null && (b === null || a < b);
}

function isAbove(a: number | null, b: number | null): boolean {
  return a !== null && (b === null || a > b);
}
