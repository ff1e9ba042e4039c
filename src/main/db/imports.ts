// Table `dataset_import`: what came in, from which format, under which convention; and the images of one that goes on, which
// stand in the project as removed until it is whole.
import type { ImageRecord, JsonObject, Timestamp } from '../../shared/model.ts';
import type { ReadableDb, WritableDb } from './database.ts';
import { deletePartOfHidden } from './hidden-boxes.ts';
import { idList, objectFrom } from './json-column.ts';

export interface ImportRow {
  readonly id: number;
  readonly format: string;
  /** The coordinate convention of the source, reused on export. */
  readonly convention: string | null;
  readonly report: JsonObject;
  /** An undo took it back. */
  readonly isUndone: boolean;
  readonly at: Timestamp;
}

/** Opens an import; it is unfinished until it gets its report. `classIds`: classes that come with it. */
export function insertImport(
  db: WritableDb,
  format: string,
  convention: string | null,
  at: Timestamp,
  classIds: readonly number[],
): number {
  const sql = 'INSERT INTO dataset_import (format, convention, report, at) VALUES (?, ?, ?, ?)';
  return db.write(sql).run(format, convention, JSON.stringify({ unfinished: classIds }), at).id;
}

export function setImportReport(db: WritableDb, id: number, report: JsonObject): void {
  db.write('UPDATE dataset_import SET report = ? WHERE id = ?').run(JSON.stringify(report), id);
}

/** Says that an import was taken back, or that it counts again. */
export function setImportUndone(db: WritableDb, id: number, isUndone: boolean): void {
  const sql = "UPDATE dataset_import SET report = json_set(report, '$.undone', ?) WHERE id = ?";
  db.write(sql).run(Number(isUndone), id);
}

/** What the import of a journal's row brought, as its report tells; undefined where the row is of none. */
export function importOfSeq(db: ReadableDb, seq: number) {
  const sql = `SELECT json_extract(report, '$.imagesAdded') AS images, json_extract(report, '$.boxesAdded') AS boxes,
      json_extract(report, '$.source') AS source
    FROM dataset_import WHERE id = (SELECT json_extract(after, '$.imported.importId') FROM journal WHERE seq = ?)`;
  return db.read<{ images: number; boxes: number; source: string | null }>(sql).get(seq);
}

const UNFINISHED = "json_extract(report, '$.unfinished') IS NOT NULL";

/** Imports that are whole, newest first. */
export function listImports(db: ReadableDb): ImportRow[] {
  const sql = `SELECT * FROM dataset_import WHERE NOT ${UNFINISHED} ORDER BY id DESC`;
  const rows = db.read<Omit<ImportRow, 'report' | 'isUndone'> & { report: string }>(sql).all();
  return rows.map((row) => {
    const { undone, ...report } = objectFrom(row.report) ?? {};
    return { ...row, report, isUndone: undone === 1 };
  });
}

/** Imports that were begun and not finished. */
export function unfinishedImports(db: ReadableDb): number[] {
  const sql = `SELECT id FROM dataset_import WHERE ${UNFINISHED}`;
  return db
    .read<{ id: number }>(sql)
    .all()
    .map(({ id }) => id);
}

/** Boxes that take about as long as an image. */
const BOXES_AN_IMAGE = 10;

/** Deletes some images and boxes of an unfinished import, then the import itself; false once nothing is left. */
export function deletePartOfImport(db: WritableDb, importId: number, images: number): boolean {
  if (db.transact(() => deletePartOfHidden(db, images * BOXES_AN_IMAGE))) return true;
  // nothing else refers to images that were never part of the project, and to ask every table would take long
  return db.transactUnchecked(() => {
    const sql = 'SELECT id FROM image WHERE import_id = ? LIMIT ?';
    const ids = idList(
      db
        .read<{ id: number }>(sql)
        .all(importId, images)
        .map(({ id }) => id),
    );
    db.write('DELETE FROM box WHERE image_id IN (SELECT value FROM json_each(?))').run(ids);
    const { changes } = db.write('DELETE FROM image WHERE id IN (SELECT value FROM json_each(?))').run(ids);
    if (changes > 0) return true;
    const classes = `DELETE FROM class WHERE id IN
      (SELECT value FROM json_each((SELECT report FROM dataset_import WHERE id = ?), '$.unfinished'))`;
    db.write(classes).run(importId);
    db.write('DELETE FROM journal_part WHERE import_id = ?').run(importId);
    db.write('DELETE FROM dataset_import WHERE id = ?').run(importId);
    return false;
  });
}

/** Deletes images of an unfinished import whose file came into the project by another way; returns their ids. */
export function deleteOvertaken(db: WritableDb, importId: number): number[] {
  const sql = `SELECT own.id FROM image own JOIN image other
    ON other.path_key = own.path_key AND other.removed = 0 WHERE own.import_id = ? AND own.removed = 1`;
  const ids = db
    .read<{ id: number }>(sql)
    .all(importId)
    .map(({ id }) => id);
  db.write('DELETE FROM box WHERE image_id IN (SELECT value FROM json_each(?))').run(idList(ids));
  db.write('DELETE FROM image WHERE id IN (SELECT value FROM json_each(?))').run(idList(ids));
  return ids;
}

type Dealt = Pick<ImageRecord, 'id' | 'path' | 'split' | 'contentHash' | 'group'>;

/** No import has this id: images of the project alone. */
export const NO_IMPORT = -1;

/** Images of the project and of an import that goes on, in id order after `afterId`. */
export function imagesToDeal(db: ReadableDb, importId: number, afterId: number, limit: number): Dealt[] {
  const sql = `SELECT id, path, split, content_hash AS contentHash, group_key AS "group" FROM image
    WHERE (removed = 0 OR import_id = ?) AND id > ? ORDER BY id LIMIT ?`;
  return db.read<Dealt>(sql).all(importId, afterId, limit);
}
