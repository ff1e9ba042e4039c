// Table `box`. Reading goes through `live_box`, which leaves out boxes of deleted classes.
import type { Box } from '../../shared/model.ts';
import type { ReadableDb, WritableDb } from './database.ts';
import { idList, objectFrom, toColumn } from './json-column.ts';

interface BoxRow {
  readonly id: number;
  readonly imageId: number;
  readonly classId: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly ignored: number;
  readonly ignoreReason: string | null;
  readonly difficult: number;
  readonly truncated: number;
  readonly occluded: number;
  readonly score: number | null;
  readonly trackId: string | null;
  readonly origin: Box['origin'];
  readonly z: number;
  readonly extra: string | null;
}

const COLUMNS = `id, image_id AS imageId, class_id AS classId, x, y, width, height, ignored,
  ignore_reason AS ignoreReason, difficult, truncated, occluded, score, track_id AS trackId, origin, z, extra`;

function toBox({ ignored, ...row }: BoxRow): Box {
  return {
    ...row,
    ignore: ignored !== 0,
    difficult: row.difficult !== 0,
    truncated: row.truncated !== 0,
    occluded: row.occluded !== 0,
    extra: objectFrom(row.extra),
  };
}

/** The boxes of an image in the order they are drawn: by `z`, and of equal ones in the order they were made. */
export function boxesOfImage(db: ReadableDb, imageId: number): Box[] {
  return db
    .read<BoxRow>(`SELECT ${COLUMNS} FROM live_box WHERE image_id = ? ORDER BY z, id`)
    .all(imageId)
    .map(toBox);
}

/** One box, of a deleted class too. */
export function readBox(db: ReadableDb, id: number): Box | undefined {
  const row = db.read<BoxRow>(`SELECT ${COLUMNS} FROM box WHERE id = ?`).get(id);
  return row && toBox(row);
}

/** All boxes in the order of their images, one at a time. */
export function* eachBox(db: ReadableDb): IterableIterator<Box> {
  const sql = `SELECT ${COLUMNS} FROM live_box WHERE image_id IN (SELECT id FROM live_image) ORDER BY image_id, id`;
  for (const row of db.read<BoxRow>(sql).iterate()) yield toBox(row);
}

/** The classes on each image that has boxes which count, of images after `after` up to `to`. */
export function classesOnImages(
  db: ReadableDb,
  after: number,
  to: number,
): { readonly image: number; readonly label: number }[] {
  const sql = `SELECT DISTINCT image_id AS image, class_id AS label FROM live_box
    WHERE image_id > ? AND image_id <= ? AND ignored = 0`;
  return db.read<{ image: number; label: number }>(sql).all(after, to);
}

/** The id after every id ever given; deleted boxes keep theirs, for undo. */
export function nextBoxId(db: ReadableDb): number {
  const sql = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'box'), 0) + 1 AS id";
  return db.read<{ id: number }>(sql).get()?.id ?? 1;
}

/** Writes a box as stated, new or not. */
export function putBox(db: WritableDb, box: Box): void {
  const sql = `INSERT INTO box (id, image_id, class_id, x, y, width, height, ignored, ignore_reason, difficult,
      truncated, occluded, score, track_id, origin, z, extra) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET image_id = excluded.image_id, class_id = excluded.class_id, x = excluded.x,
      y = excluded.y, width = excluded.width, height = excluded.height, ignored = excluded.ignored,
      ignore_reason = excluded.ignore_reason, difficult = excluded.difficult, truncated = excluded.truncated,
      occluded = excluded.occluded, score = excluded.score, track_id = excluded.track_id,
      origin = excluded.origin, z = excluded.z, extra = excluded.extra`;
  db.write(sql).run(
    box.id,
    box.imageId,
    box.classId,
    box.x,
    box.y,
    box.width,
    box.height,
    Number(box.ignore),
    box.ignoreReason,
    Number(box.difficult),
    Number(box.truncated),
    Number(box.occluded),
    box.score,
    box.trackId,
    box.origin,
    box.z,
    toColumn(box.extra),
  );
}

export function deleteBoxes(db: WritableDb, ids: readonly number[]): void {
  db.write('DELETE FROM box WHERE id IN (SELECT value FROM json_each(?))').run(idList(ids));
}

export function boxIdsOfClass(db: ReadableDb, classId: number): number[] {
  const rows = db.read<{ id: number }>('SELECT id FROM box WHERE class_id = ? ORDER BY id').all(classId);
  return rows.map((row) => row.id);
}

export function imageIdsOfClass(db: ReadableDb, classId: number): number[] {
  const sql = 'SELECT DISTINCT image_id AS id FROM box WHERE class_id = ?';
  return db
    .read<{ id: number }>(sql)
    .all(classId)
    .map((row) => row.id);
}

/** Images that are done and whose boxes are all of this class. */
export function imagesDoneByClassAlone(db: ReadableDb, classId: number): number[] {
  const sql = `SELECT DISTINCT image_id AS id FROM box JOIN live_image ON live_image.id = box.image_id
    WHERE box.class_id = :classId AND live_image.state = 'done' AND NOT EXISTS
      (SELECT 1 FROM live_box AS other WHERE other.image_id = box.image_id AND other.class_id <> :classId)`;
  return db
    .read<{ id: number }>(sql)
    .all({ classId })
    .map((row) => row.id);
}

export function imageIdsOfBoxes(db: ReadableDb, boxIds: readonly number[]): number[] {
  const sql = 'SELECT DISTINCT image_id AS id FROM box WHERE id IN (SELECT value FROM json_each(?))';
  return db
    .read<{ id: number }>(sql)
    .all(idList(boxIds))
    .map((row) => row.id);
}

export function setClassOfBoxes(db: WritableDb, boxIds: readonly number[], classId: number): void {
  const sql = 'UPDATE box SET class_id = ? WHERE id IN (SELECT value FROM json_each(?))';
  db.write(sql).run(classId, idList(boxIds));
}
