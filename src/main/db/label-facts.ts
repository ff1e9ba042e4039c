// What the choice of a recipe asks of all labels: few columns, a stretch of images at a time.
import type { ReadableDb } from './database.ts';

/** Image ids from `after`, not itself, to `to`. */
export interface Stretch {
  readonly after: number;
  readonly to: number;
}

export interface TrainingBox {
  readonly classId: number;
  readonly width: number;
  readonly height: number;
}

export function lastImageId(db: ReadableDb): number {
  return db.read<{ id: number | null }>('SELECT max(id) AS id FROM live_image').get()?.id ?? 0;
}

/** Images that a training may use: called finished by somebody, with boxes or without. */
export function labelledImages(db: ReadableDb, stretch: Stretch) {
  const sql = `SELECT id, split, max(width, height) AS longSide FROM live_image
    WHERE id > :after AND id <= :to AND split IN ('train', 'val') AND state IN ('done', 'empty') ORDER BY id`;
  return db.read<{ id: number; split: 'train' | 'val'; longSide: number }>(sql).all({ ...stretch });
}

/** Images that somebody has looked at and that have a box. */
export function boxedImageIds(db: ReadableDb, stretch: Stretch): number[] {
  const sql = `SELECT id FROM live_image AS image WHERE id > :after AND id <= :to AND state <> 'unlabelled'
    AND EXISTS (SELECT 1 FROM live_box WHERE image_id = image.id) ORDER BY id`;
  const rows = db.read<{ id: number }>(sql).all({ ...stretch });
  return rows.map(({ id }) => id);
}

/** The boxes of training images that count. */
export function trainingBoxes(db: ReadableDb, stretch: Stretch): TrainingBox[] {
  const sql = `SELECT box.class_id AS classId, box.width, box.height FROM live_image AS image
    JOIN live_box AS box ON box.image_id = image.id
    WHERE image.id > :after AND image.id <= :to AND image.split = 'train' AND image.state IN ('done', 'empty')
      AND box.ignored = 0`;
  return db.read<TrainingBox>(sql).all({ ...stretch });
}

/** Training images that somebody began with and did not call finished. */
export function countInProgress(db: ReadableDb): number {
  const sql = "SELECT count(*) AS n FROM live_image WHERE state = 'in-progress' AND split = 'train'";
  return db.read<{ n: number }>(sql).get()?.n ?? 0;
}
