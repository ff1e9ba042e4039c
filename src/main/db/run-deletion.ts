// Deletes what hangs on a run, some rows at a time: a run may have left millions, and others want to write meanwhile.
import type { ReadableDb, WritableDb } from './database.ts';

/** Rows of one transaction; some milliseconds. */
const ROWS = 4000;
/** Rows that hold a file's worth of bytes. */
const LARGE_ROWS = 4;

/** Empties a run, so that deleting its row is quick; may be set aside between two of its transactions. */
export function* emptyRun(db: WritableDb, seq: number): Generator<undefined, void, undefined> {
  for (const id of idsOf(db, 'metric_series', seq)) {
    yield* rowsOf(db, 'metric', 'series, step', 'series', id);
    yield* rowsOf(db, 'metric_bucket', 'series, bucket', 'series', id);
  }
  for (const id of idsOf(db, 'suggestion_model', seq)) {
    yield* rowsOf(db, 'suggestion', 'id', 'model', id);
    yield* rowsOf(db, 'suggested_image', 'model, image_id', 'model', id);
  }
  yield* rowsOf(db, 'run_log', 'id', 'run', seq);
  yield* rowsOf(db, 'run_prediction', 'run, step', 'run', seq, LARGE_ROWS);
  yield* rowsOf(db, 'evaluation', 'id', 'run', seq, LARGE_ROWS);
}

function idsOf(db: ReadableDb, table: string, run: number): number[] {
  const sql = `SELECT id FROM ${table} WHERE run = ?`;
  return db
    .read<{ id: number }>(sql)
    .all(run)
    .map(({ id }) => id);
}

function* rowsOf(
  db: WritableDb,
  table: string,
  key: string,
  owner: string,
  id: number,
  atOnce = ROWS,
): Generator<undefined, void, undefined> {
  const sql = `DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE ${owner} = ? LIMIT ${atOnce})`;
  while (db.write(sql).run(id).changes === atOnce) yield;
  yield;
}
