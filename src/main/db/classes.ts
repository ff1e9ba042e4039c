// Table `class`. Rows are never deleted: an id means the same class for ever.
import type { LabelClass } from '../../shared/model.ts';
import type { ReadableDb, WritableDb } from './database.ts';

interface ClassRow extends Omit<LabelClass, 'deleted'> {
  readonly deleted: number;
}

const COLUMNS =
  'id, name, colour, position, hotkey, deleted, merged_into AS mergedInto, source_id AS sourceId';

function toClass(row: ClassRow): LabelClass {
  return { ...row, deleted: row.deleted !== 0 };
}

/** Live classes by position; with `deleted` all that ever were. */
export function listClasses(db: ReadableDb, options: { readonly deleted?: boolean } = {}): LabelClass[] {
  const where = options.deleted ? '' : 'WHERE deleted = 0';
  return db.read<ClassRow>(`SELECT ${COLUMNS} FROM class ${where} ORDER BY position, id`).all().map(toClass);
}

export function readClass(db: ReadableDb, id: number): LabelClass | undefined {
  const row = db.read<ClassRow>(`SELECT ${COLUMNS} FROM class WHERE id = ?`).get(id);
  return row && toClass(row);
}

/** The id the next class will get. */
export function nextClassId(db: ReadableDb): number {
  return db.read<{ id: number }>('SELECT coalesce(max(id), 0) + 1 AS id FROM class').get()?.id ?? 1;
}

/** Writes a class as stated, new or not. */
export function putClass(db: WritableDb, label: LabelClass): void {
  const sql = `INSERT INTO class (id, name, colour, position, hotkey, deleted, merged_into, source_id)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, colour = excluded.colour, position = excluded.position,
      hotkey = excluded.hotkey, deleted = excluded.deleted, merged_into = excluded.merged_into`;
  db.write(sql).run(
    label.id,
    label.name,
    label.colour,
    label.position,
    label.hotkey,
    Number(label.deleted),
    label.mergedInto,
    label.sourceId,
  );
}

export interface ClassCount {
  readonly classId: number;
  readonly boxes: number;
  readonly images: number;
}

/** Boxes and images of each live class, zero included. */
export function countByClass(db: ReadableDb): ClassCount[] {
  // the index of (class, image) is read in its order, and few images are removed: no row of `box` or `image` is looked up
  const sql = `SELECT class.id AS classId, coalesce(own.boxes, 0) AS boxes, coalesce(own.images, 0) AS images
    FROM class LEFT JOIN (SELECT class_id, count(*) AS boxes, count(DISTINCT image_id) AS images FROM box
      WHERE image_id NOT IN (SELECT id FROM image WHERE removed = 1)
        AND (+id > (SELECT last FROM hidden_box) OR +id < (SELECT first FROM hidden_box)) GROUP BY class_id) AS own ON own.class_id = class.id
    WHERE class.deleted = 0 ORDER BY class.position, class.id`;
  return db.read<ClassCount>(sql).all();
}
