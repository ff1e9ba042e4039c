// Tables `metric_series` and `metric`: one value a (run, name, step), so that a replay changes nothing.
import type { ReadableDb, WritableDb } from './database.ts';
import { deleteBucketsAfter, refreshBucket } from './metric-buckets.ts';

/** One point of a curve. */
export interface CurvePoint {
  readonly step: number;
  /** NaN is kept: a loss may be. */
  readonly value: number;
  readonly epoch: number;
}

interface PointRow {
  readonly step: number;
  readonly value: number | null;
  readonly epoch: number;
}

export interface Curve {
  readonly name: string;
  readonly count: number;
  readonly firstStep: number;
  readonly lastStep: number;
}

export function seriesId(db: ReadableDb, run: number, name: string): number | undefined {
  return db.read<{ id: number }>('SELECT id FROM metric_series WHERE run = ? AND name = ?').get(run, name)
    ?.id;
}

/** The series of a run's metric, made on first use. */
export function ensureSeries(db: WritableDb, run: number, name: string): number {
  const known = seriesId(db, run, name);
  if (known !== undefined) return known;
  return db.write('INSERT INTO metric_series (run, name) VALUES (?, ?)').run(run, name).id;
}

/** Writes a point; the same step again replaces it. */
export function putPoint(db: WritableDb, series: number, point: CurvePoint): void {
  const sql = `INSERT INTO metric (series, step, value, epoch) VALUES (?, ?, ?, ?)
    ON CONFLICT (series, step) DO UPDATE SET value = excluded.value, epoch = excluded.epoch`;
  db.write(sql).run(series, point.step, Number.isNaN(point.value) ? null : point.value, point.epoch);
}

/** Drops what came after `step`: a run that resumes from there writes those steps again. */
export function deletePointsAfter(db: WritableDb, run: number, step: number): void {
  const sql = 'DELETE FROM metric WHERE series IN (SELECT id FROM metric_series WHERE run = ?) AND step > ?';
  db.write(sql).run(run, step);
  for (const series of deleteBucketsAfter(db, run, step)) refreshBucket(db, series, step);
}

/** The names of a run's metrics. */
export function seriesNames(db: ReadableDb, run: number): string[] {
  const sql = 'SELECT name FROM metric_series WHERE run = ? ORDER BY name';
  return db
    .read<{ name: string }>(sql)
    .all(run)
    .map(({ name }) => name);
}

export function listCurves(db: ReadableDb, run: number): Curve[] {
  const sql = `SELECT name, count(*) AS count, min(step) AS firstStep, max(step) AS lastStep
    FROM metric_series JOIN metric ON metric.series = metric_series.id WHERE run = ? GROUP BY name ORDER BY name`;
  return db.read<Curve>(sql).all(run);
}

function toPoint(row: PointRow): CurvePoint {
  return { ...row, value: row.value ?? Number.NaN };
}

/** Every point of the range, ends included. */
export function readPoints(db: ReadableDb, series: number, from: number, to: number): CurvePoint[] {
  const sql = 'SELECT step, value, epoch FROM metric WHERE series = ? AND step BETWEEN ? AND ? ORDER BY step';
  return db.read<PointRow>(sql).all(series, from, to).map(toPoint);
}
