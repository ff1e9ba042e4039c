// Table `image`.
import type { ImageRecord, ImageState, Split } from '../../shared/model.ts';
import type { ReadableDb, WritableDb } from './database.ts';
import { idList, objectFrom, toColumn } from './json-column.ts';

interface ImageRow extends Omit<ImageRecord, 'extra' | 'group' | 'contentHash'> {
  readonly content_hash: string | null;
  readonly group_key: string | null;
  readonly extra: string | null;
}

const COLUMNS =
  'id, path, width, height, orientation, state, split, content_hash, group_key, revision, extra';

function toImage(row: ImageRow): ImageRecord {
  const { content_hash, group_key, extra, ...rest } = row;
  return { ...rest, contentHash: content_hash, group: group_key, extra: objectFrom(extra) };
}

export type NewImage = Omit<ImageRecord, 'id' | 'revision'> & {
  readonly pathKey: string;
  readonly importId: number;
  /** Not yet part of the project: its import goes on. */
  readonly removed: boolean;
};

/** Adds an image and returns its id. */
export function insertImage(db: WritableDb, image: NewImage): number {
  const sql = `INSERT INTO image (import_id, path, path_key, width, height, orientation, state, split,
    content_hash, group_key, removed, extra) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
  return db
    .write(sql)
    .run(
      image.importId,
      image.path,
      image.pathKey,
      image.width,
      image.height,
      image.orientation,
      image.state,
      image.split,
      image.contentHash,
      image.group,
      Number(image.removed),
      toColumn(image.extra),
    ).id;
}

export function readImage(db: ReadableDb, id: number): ImageRecord | undefined {
  const row = db.read<ImageRow>(`SELECT ${COLUMNS} FROM live_image WHERE id = ?`).get(id);
  return row && toImage(row);
}

export function readImageByKey(db: ReadableDb, pathKey: string): ImageRecord | undefined {
  const row = db.read<ImageRow>(`SELECT ${COLUMNS} FROM live_image WHERE path_key = ?`).get(pathKey);
  return row && toImage(row);
}

/** Image -> its revision, of those that are in the project. */
export function revisionsOf(db: ReadableDb, ids: readonly number[]): Map<number, number> {
  const sql = 'SELECT id, revision FROM live_image WHERE id IN (SELECT value FROM json_each(?))';
  const rows = db.read<{ id: number; revision: number }>(sql).all(idList(ids));
  return new Map(rows.map(({ id, revision }) => [id, revision]));
}

export interface ImageFilter {
  readonly state?: ImageState;
  readonly split?: Split | 'none';
  /** Only images with a box of this class. */
  readonly classId?: number;
  /** Part of the path, in any case. */
  readonly search?: string;
  readonly minBoxes?: number;
  readonly maxBoxes?: number;
  /** Key of the model whose best find on an image is its score. */
  readonly model?: string;
  readonly scoreBelow?: number;
}

const BOXES = '(SELECT count(*) FROM live_box WHERE live_box.image_id = live_image.id)';

const MODEL = '(SELECT id FROM suggestion_model WHERE key = :model)';
/** Of the best find that stands, 0 where nothing was found, null where the model has not looked. */
const SCORE = `(SELECT coalesce((SELECT max(score) FROM suggestion
    WHERE suggestion.image_id = live_image.id AND suggestion.model = ${MODEL} AND rejected = 0), 0)
  FROM suggested_image WHERE suggested_image.image_id = live_image.id AND suggested_image.model = ${MODEL})`;

const FILTER = `(:state IS NULL OR state = :state)
  AND (:split IS NULL OR coalesce(split, 'none') = :split)
  AND (:classId IS NULL OR id IN (SELECT image_id FROM live_box WHERE class_id = :classId))
  AND (:search IS NULL OR instr(lower(path), lower(:search)) > 0)
  AND (:minBoxes IS NULL OR ${BOXES} >= :minBoxes)
  AND (:maxBoxes IS NULL OR ${BOXES} <= :maxBoxes)
  AND (:scoreBelow IS NULL OR ${SCORE} < :scoreBelow)`;

function filterValues(filter: ImageFilter) {
  const { state = null, split = null, classId = null, search = null } = filter;
  const { minBoxes = null, maxBoxes = null, model = null, scoreBelow = null } = filter;
  return { state, split, classId, search, minBoxes, maxBoxes, model, scoreBelow };
}

const ORDERS = {
  added: 'id',
  name: 'path COLLATE NOCASE',
  boxes: BOXES,
  state: "CASE state WHEN 'unlabelled' THEN 0 WHEN 'in-progress' THEN 1 WHEN 'done' THEN 2 ELSE 3 END",
  split: "CASE split WHEN 'train' THEN 0 WHEN 'val' THEN 1 WHEN 'test' THEN 2 END",
  class: `(SELECT min(class.position) FROM box JOIN class ON class.id = box.class_id
    WHERE box.image_id = live_image.id AND class.deleted = 0)`,
  score: SCORE,
} as const;

export interface ImageOrder {
  readonly by: keyof typeof ORDERS;
  readonly descending: boolean;
}

/** The ids a filter leaves, in an order; images that are equal in it come as they were added, those without last. */
export function imageIds(db: ReadableDb, filter: ImageFilter, { by, descending }: ImageOrder): number[] {
  const sql = `SELECT id FROM live_image WHERE ${FILTER} ORDER BY ${ORDERS[by]} ${descending ? 'DESC' : 'ASC'} NULLS LAST, id`;
  return db
    .read<{ id: number }>(sql)
    .all(filterValues(filter))
    .map(({ id }) => id);
}

/** Images of these ids, each with the number of its boxes. */
export function imagesWithBoxCount(
  db: ReadableDb,
  ids: readonly number[],
): { readonly image: ImageRecord; readonly boxes: number }[] {
  const sql = `SELECT ${COLUMNS}, ${BOXES} AS boxes FROM live_image WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id`;
  return db
    .read<ImageRow & { readonly boxes: number }>(sql)
    .all(idList(ids))
    .map(({ boxes, ...row }) => ({ image: toImage(row), boxes }));
}

/** A page of images in id order, those after `afterId`. */
export function listImages(
  db: ReadableDb,
  filter: ImageFilter,
  afterId: number,
  limit: number,
): ImageRecord[] {
  const sql = `SELECT ${COLUMNS} FROM live_image WHERE ${FILTER} AND id > :afterId ORDER BY id LIMIT :limit`;
  return db
    .read<ImageRow>(sql)
    .all({ ...filterValues(filter), afterId, limit })
    .map(toImage);
}

export function countImages(db: ReadableDb, filter: ImageFilter): number {
  const sql = `SELECT count(*) AS n FROM live_image WHERE ${FILTER}`;
  return db.read<{ n: number }>(sql).get(filterValues(filter))?.n ?? 0;
}

/** All images in id order, one at a time. */
export function* eachImage(db: ReadableDb): IterableIterator<ImageRecord> {
  for (const row of db.read<ImageRow>(`SELECT ${COLUMNS} FROM live_image ORDER BY id`).iterate())
    yield toImage(row);
}

export interface ImageCount {
  readonly state: ImageState;
  readonly split: Split | null;
  readonly count: number;
}

/** Images by state and split. */
export function countByStateAndSplit(db: ReadableDb): ImageCount[] {
  return db
    .read<ImageCount>('SELECT state, split, count(*) AS count FROM live_image GROUP BY state, split')
    .all();
}

export function setStateOfImages(db: WritableDb, ids: readonly number[], state: ImageState): void {
  db.write('UPDATE image SET state = ? WHERE id IN (SELECT value FROM json_each(?))').run(state, idList(ids));
}

export function setImageSplit(db: WritableDb, id: number, split: Split | null): void {
  db.write('UPDATE image SET split = ? WHERE id = ?').run(split, id);
}

export function setSplitOfImages(db: WritableDb, ids: readonly number[], split: Split | null): void {
  db.write('UPDATE image SET split = ? WHERE id IN (SELECT value FROM json_each(?))').run(split, idList(ids));
}

/** What an import may learn later about an image that is already there. */
export function fillImageFacts(
  db: WritableDb,
  id: number,
  facts: { contentHash: string | null; group: string | null; split: Split | null },
): void {
  const sql = `UPDATE image SET content_hash = coalesce(content_hash, ?), group_key = coalesce(group_key, ?),
    split = coalesce(split, ?) WHERE id = ?`;
  db.write(sql).run(facts.contentHash, facts.group, facts.split, id);
}

export function setRemoved(db: WritableDb, ids: readonly number[], removed: boolean): void {
  if (!removed) giveFreeKeys(db, 'id IN (SELECT value FROM json_each(:given))', idList(ids));
  const sql = 'UPDATE image SET removed = ? WHERE id IN (SELECT value FROM json_each(?))';
  db.write(sql).run(Number(removed), idList(ids));
}

/**
 * Images that are about to return and whose path another has got meanwhile keep it, beside the other one: their key says
 * whose it is.
 */
function giveFreeKeys(db: WritableDb, which: string, given: string | number): void {
  const returning = `removed = 1 AND ${which}`;
  const sql = `UPDATE image SET path_key = path_key || '?' || id WHERE ${returning}
    AND (path_key IN (SELECT path_key FROM live_image) OR id NOT IN (SELECT min(id) FROM image WHERE ${returning} GROUP BY path_key))`;
  db.write(sql).run({ given });
}

/** Shows or hides what came with an import, and marks it as changed. */
export function setImportRemoved(db: WritableDb, importId: number, removed: boolean): void {
  if (!removed) giveFreeKeys(db, 'import_id = :given', importId);
  const sql = `UPDATE image SET removed = :removed, revision = revision + 1
    WHERE import_id = :importId AND removed <> :removed`;
  db.write(sql).run({ removed: Number(removed), importId });
}

/**
 * Marks images as changed, so that a gesture drawn on their old labels is refused; but not those of an import that is
 * shown or hidden with it, which are marked by that.
 */
export function bumpRevisions(db: WritableDb, ids: Iterable<number>, except?: number): void {
  const sql = `UPDATE image SET revision = revision + 1
    WHERE id IN (SELECT value FROM json_each(?)) AND import_id IS NOT ?`;
  db.write(sql).run(idList(ids), except ?? -1);
}

/** Images that came with an import, in the project or not. */
export function imageIdsOfImport(db: ReadableDb, importId: number): number[] {
  const rows = db.read<{ id: number }>('SELECT id FROM image WHERE import_id = ?').all(importId);
  return rows.map(({ id }) => id);
}

/** Stored paths of all images, those taken out of the project too: an undo brings them back. */
export function everyImagePath(db: ReadableDb): { readonly id: number; readonly path: string }[] {
  return db.read<{ id: number; path: string }>('SELECT id, path FROM image ORDER BY id').all();
}

/** The image in the project that has this path, if any. */
export function imageIdByKey(db: ReadableDb, pathKey: string): number | undefined {
  const sql = 'SELECT id FROM image WHERE path_key = ? AND removed = 0';
  return db.read<{ id: number }>(sql).get(pathKey)?.id;
}

/** Replaces the stored path of one image, when the image root moves; the path may be another image's too. */
export function setImagePath(db: WritableDb, id: number, path: string, pathKey: string): void {
  const isTaken = (imageIdByKey(db, pathKey) ?? id) !== id;
  const key = isTaken ? `${pathKey}?${id}` : pathKey;
  db.write('UPDATE image SET path = ?, path_key = ? WHERE id = ?').run(path, key, id);
}
