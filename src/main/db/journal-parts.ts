// Table `journal_part`: the boxes before and after a large import, a stretch of images a row.
import type { ReadableDb, WritableDb } from './database.ts';
import { idList } from './json-column.ts';

export interface JournalPart {
  readonly position: number;
  /** JSON lists of ids and boxes, as facts have them. */
  readonly before: string;
  readonly after: string;
}

/** Ids in ascending order, those of other parts being all lower or all higher. */
export function putJournalPart(
  db: WritableDb,
  importId: number,
  imageIds: readonly number[],
  { position, before, after }: JournalPart,
): void {
  const sql = `INSERT INTO journal_part (import_id, position, first_image, last_image, images, before, after)
    VALUES (?, ?, ?, ?, ?, ?, ?)`;
  const [first, last] = [imageIds[0] ?? 0, imageIds.at(-1) ?? 0];
  db.write(sql).run(importId, position, first, last, idList(imageIds), before, after);
}

/** The parts of an import, one at a time; those that are about an image where one is named. */
export function* journalParts(
  db: ReadableDb,
  importId: number,
  imageId: number | null = null,
): IterableIterator<JournalPart> {
  const places = `SELECT position FROM journal_part WHERE import_id = :importId
    AND (:imageId IS NULL OR :imageId BETWEEN first_image AND last_image) ORDER BY position`;
  // not one statement for all: others write between two parts
  for (const { position } of db.read<{ position: number }>(places).all({ importId, imageId })) {
    const sql = 'SELECT position, before, after FROM journal_part WHERE import_id = ? AND position = ?';
    const part = db.read<JournalPart>(sql).get(importId, position);
    if (part) yield part;
  }
}

export function imageIdsOfParts(db: ReadableDb, importId: number): number[] {
  const sql = `SELECT value AS id FROM journal_part, json_each(images) WHERE import_id = ?`;
  return db
    .read<{ id: number }>(sql)
    .all(importId)
    .map(({ id }) => id);
}

/** The parts that are about any of these images, with all of theirs. */
export function partsAbout(
  db: ReadableDb,
  importId: number,
  imageIds: readonly number[],
): (JournalPart & { readonly imageIds: readonly number[] })[] {
  const sql = `SELECT DISTINCT position, images, before, after FROM journal_part, json_each(?) AS wanted
    WHERE import_id = ? AND wanted.value BETWEEN first_image AND last_image`;
  const rows = db.read<JournalPart & { images: string }>(sql).all(idList(imageIds), importId);
  return rows.map(({ images, ...part }) => ({ ...part, imageIds: JSON.parse(images) as number[] }));
}

export function deleteJournalPart(db: WritableDb, importId: number, position: number): void {
  db.write('DELETE FROM journal_part WHERE import_id = ? AND position = ?').run(importId, position);
}
