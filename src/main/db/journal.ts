// Tables `journal` and `journal_image`: every gesture, undo and redo, in order, with the facts before and after.
import type { Timestamp } from '../../shared/model.ts';
import type { ReadableDb, WritableDb } from './database.ts';
import { idList } from './json-column.ts';

export interface JournalRow {
  readonly seq: number;
  readonly kind: 'gesture' | 'undo' | 'redo';
  /** `draw`, `move`, `class-merge`, ... as the gesture called itself. */
  readonly gesture: string;
  readonly target: number | null;
  /** JSON of the facts before and after this row took effect. */
  readonly before: string;
  readonly after: string;
  readonly session: string;
  readonly at: Timestamp;
}

const COLUMNS = 'seq, kind, gesture, target, before, after, session, at';

/** Appends a row and links it to the images it touched; returns its seq. */
export function appendJournal(
  db: WritableDb,
  row: Omit<JournalRow, 'seq'>,
  imageIds: Iterable<number>,
): number {
  const sql = `INSERT INTO journal (kind, gesture, target, before, after, session, at) VALUES (?, ?, ?, ?, ?, ?, ?)`;
  const { id: seq } = db
    .write(sql)
    .run(row.kind, row.gesture, row.target, row.before, row.after, row.session, row.at);
  const link = 'INSERT INTO journal_image (image_id, seq) SELECT value, ? FROM json_each(?)';
  db.write(link).run(seq, idList(imageIds));
  return seq;
}

/** Grows with everything that is done to labels, undo and redo too. */
export function lastSeq(db: ReadableDb): number {
  return db.read<{ seq: number }>('SELECT coalesce(max(seq), 0) AS seq FROM journal').get()?.seq ?? 0;
}

/** The newest gesture in effect. */
export function nextToUndo(db: ReadableDb): JournalRow | undefined {
  const sql = `SELECT ${COLUMNS} FROM journal WHERE kind = 'gesture' AND undone_by IS NULL ORDER BY seq DESC LIMIT 1`;
  return db.read<JournalRow>(sql).get();
}

/** The oldest gesture that was taken back and not overtaken since. */
export function nextToRedo(db: ReadableDb): JournalRow | undefined {
  const sql = `SELECT ${COLUMNS} FROM journal
    WHERE kind = 'gesture' AND undone_by IS NOT NULL AND overtaken = 0 ORDER BY seq LIMIT 1`;
  return db.read<JournalRow>(sql).get();
}

export function setUndoneBy(db: WritableDb, seq: number, undoneBy: number | null): void {
  db.write('UPDATE journal SET undone_by = ? WHERE seq = ?').run(undoneBy, seq);
}

/** What was taken back can no longer be repeated. */
export function overtakeUndone(db: WritableDb): void {
  const sql = `UPDATE journal SET overtaken = 1 WHERE kind = 'gesture' AND undone_by IS NOT NULL AND overtaken = 0`;
  db.write(sql).run();
}

/** From now on neither taken back nor repeated. */
export function passOver(db: WritableDb, seq: number): void {
  const sql = 'UPDATE journal SET undone_by = coalesce(undone_by, seq), overtaken = 1 WHERE seq = ?';
  db.write(sql).run(seq);
}

/** The rows that touched an image, newest first; with `afterSeq` only later ones. */
export function journalOfImage(db: ReadableDb, imageId: number, afterSeq = 0): JournalRow[] {
  const sql = `SELECT ${COLUMNS} FROM journal WHERE seq IN
    (SELECT seq FROM journal_image WHERE image_id = ? AND seq > ?) ORDER BY seq DESC`;
  return db.read<JournalRow>(sql).all(imageId, afterSeq);
}
