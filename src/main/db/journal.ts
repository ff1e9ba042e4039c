// Tables `journal` and `journal_image`: every gesture, undo and redo, in order, with the facts before and after.
import type { ImageState, Timestamp } from '../../shared/model.ts';
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

/** A row without its facts, but for its boxes as JSON: null where it has none, or more than a hand changes. */
export interface JournalEntry extends Omit<JournalRow, 'before' | 'after' | 'target'> {
  readonly boxesBefore: string | null;
  readonly boxesAfter: string | null;
}

/** Characters of facts up to which their boxes are told with a row. */
const SHORT_FACTS = 6000;

/** What undo or redo would do next. */
export interface JournalStep {
  readonly seq: number;
  readonly gesture: string;
  readonly doneBy: string;
}

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

/** The newest gesture in effect; `doneBy` is the session that did it. */
export function nextToUndo(db: ReadableDb): JournalStep | undefined {
  const sql = `SELECT seq, gesture, session AS doneBy FROM journal
    WHERE kind = 'gesture' AND undone_by IS NULL ORDER BY seq DESC LIMIT 1`;
  return db.read<JournalStep>(sql).get();
}

/** The oldest gesture that was taken back and not overtaken since; `doneBy` is the session that took it back. */
export function nextToRedo(db: ReadableDb): JournalStep | undefined {
  const sql = `SELECT seq, gesture, (SELECT session FROM journal AS undo WHERE undo.seq = journal.undone_by) AS doneBy
    FROM journal WHERE kind = 'gesture' AND undone_by IS NOT NULL AND overtaken = 0 ORDER BY seq LIMIT 1`;
  return db.read<JournalStep>(sql).get();
}

/** The facts of a row, as JSON. */
export function factsOf(db: ReadableDb, seq: number): Pick<JournalRow, 'before' | 'after'> | undefined {
  return db.read<JournalRow>('SELECT before, after FROM journal WHERE seq = ?').get(seq);
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

/** The rows that touched an image, newest first; the facts of some may be those of all images. */
export function journalOfImage(db: ReadableDb, imageId: number, most: number): JournalEntry[] {
  const boxes = (facts: string) =>
    `CASE WHEN length(before) + length(after) <= ${SHORT_FACTS} THEN json_extract(${facts}, '$.boxes') END`;
  const sql = `SELECT seq, kind, gesture, session, at, ${boxes('before')} AS boxesBefore, ${boxes('after')} AS boxesAfter
    FROM journal WHERE seq IN
    (SELECT seq FROM journal_image WHERE image_id = ? ORDER BY seq DESC LIMIT ?) ORDER BY seq DESC`;
  return db.read<JournalEntry>(sql).all(imageId, most);
}

/** The numbers of the rows after `afterSeq` that touched an image, newest first. */
export function seqsOfImage(db: ReadableDb, imageId: number, afterSeq: number): number[] {
  const sql = 'SELECT seq FROM journal_image WHERE image_id = ? AND seq > ? ORDER BY seq DESC';
  const rows = db.read<{ seq: number }>(sql).all(imageId, afterSeq);
  return rows.map(({ seq }) => seq);
}

/**
 * What stood of an image before a row: its state where the row changed that, and as JSON the pairs of id and box; null for
 * boxes that the row made, which may be those of other images too. `large` says where more boxes lie. Undefined for a row
 * that changed nothing of the kind.
 */
export function labelsBefore(db: ReadableDb, seq: number, imageId: number) {
  const sql = `SELECT
      (SELECT json_extract(pair.value, '$[1]') FROM json_each(before, '$.states') AS pair
        WHERE json_extract(pair.value, '$[0]') = :imageId LIMIT 1) AS state,
      (SELECT json_group_array(json(pair.value)) FROM json_each(before, '$.boxes') AS pair
        WHERE coalesce(json_extract(pair.value, '$[1].imageId'), :imageId) = :imageId) AS boxes,
      json_extract(before, '$.large') AS large
    FROM journal WHERE seq = :seq
      AND (instr(before, '"boxes":') > 0 OR instr(before, '"states":') > 0 OR instr(before, '"large":') > 0)`;
  return db
    .read<{ state: ImageState | null; boxes: string; large: string | null }>(sql)
    .get({ seq, imageId });
}
