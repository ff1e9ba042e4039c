// Tables `run_prediction` and `run_export`: what a run saw on the way, and where its model went.
import type { Timestamp } from '../../shared/model.ts';
import type { ReadableDb, WritableDb } from './database.ts';

export interface PredictionMark {
  readonly step: number;
  readonly epoch: number;
}

/** Writes what was seen at a step; the same step again replaces it. */
export function putPredictions(db: WritableDb, run: number, at: PredictionMark, images: Uint8Array): void {
  const sql = `INSERT INTO run_prediction (run, step, epoch, images) VALUES (?, ?, ?, ?)
    ON CONFLICT (run, step) DO UPDATE SET epoch = excluded.epoch, images = excluded.images`;
  db.write(sql).run(run, at.step, at.epoch, images);
}

/** The steps there are predictions of, in order. */
export function listPredictions(db: ReadableDb, run: number): PredictionMark[] {
  const sql = 'SELECT step, epoch FROM run_prediction WHERE run = ? ORDER BY step';
  return db.read<PredictionMark>(sql).all(run);
}

export function readPredictions(db: ReadableDb, run: number, step: number): Uint8Array | undefined {
  const sql = 'SELECT images FROM run_prediction WHERE run = ? AND step = ?';
  return db.read<{ images: Uint8Array }>(sql).get(run, step)?.images;
}

/** Drops what came after `step`, as with metrics. */
export function deletePredictionsAfter(db: WritableDb, run: number, step: number): void {
  db.write('DELETE FROM run_prediction WHERE run = ? AND step > ?').run(run, step);
}

export interface ExportRow {
  readonly checkpointId: number;
  readonly format: string;
  readonly dir: string;
  readonly at: Timestamp;
}

export function insertExport(db: WritableDb, run: number, row: ExportRow): void {
  const sql = 'INSERT INTO run_export (run, checkpoint_id, format, dir, at) VALUES (?, ?, ?, ?, ?)';
  db.write(sql).run(run, row.checkpointId, row.format, row.dir, row.at);
}

/** Exports of a run, newest first. */
export function listExports(db: ReadableDb, run: number): ExportRow[] {
  const sql =
    'SELECT checkpoint_id AS checkpointId, format, dir, at FROM run_export WHERE run = ? ORDER BY id DESC';
  return db.read<ExportRow>(sql).all(run);
}
