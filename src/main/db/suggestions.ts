// Tables `suggestion_model`, `suggested_image` and `suggestion`: what models found, apart from the labels.
import type { ImageState, Rect, Timestamp } from '../../shared/model.ts';
import type { ModelClass } from '../../shared/suggestion.ts';
import type { ReadableDb, WritableDb } from './database.ts';
import { idList } from './json-column.ts';

export interface ModelRow {
  readonly id: number;
  readonly key: string;
  readonly name: string;
  /** The number of the run it comes from; null for a file. */
  readonly run: number | null;
  readonly classes: readonly ModelClass[];
}

interface StoredModel extends Omit<ModelRow, 'classes'> {
  readonly classes: string;
}

function toModel({ classes, ...row }: StoredModel): ModelRow {
  return { ...row, classes: JSON.parse(classes) as ModelClass[] };
}

export function readModelByKey(db: ReadableDb, key: string): ModelRow | undefined {
  const sql = 'SELECT id, key, name, run, classes FROM suggestion_model WHERE key = ?';
  const row = db.read<StoredModel>(sql).get(key);
  return row && toModel(row);
}

/** A model by its key, with how many images it has looked at, newest first. */
export function listModels(db: ReadableDb): (ModelRow & { readonly images: number })[] {
  const sql = `SELECT id, key, name, run, classes, (SELECT count(*) FROM suggested_image JOIN live_image
      ON live_image.id = suggested_image.image_id WHERE model = suggestion_model.id) AS images
    FROM suggestion_model ORDER BY id DESC`;
  return db
    .read<StoredModel & { images: number }>(sql)
    .all()
    .map(({ images, ...row }) => ({ ...toModel(row), images }));
}

export function insertModel(
  db: WritableDb,
  model: Omit<ModelRow, 'id'> & { readonly createdAt: Timestamp },
): void {
  const sql = 'INSERT INTO suggestion_model (key, name, run, classes, created_at) VALUES (?, ?, ?, ?, ?)';
  const { key, name, run, classes, createdAt } = model;
  db.write(sql).run(key, name, run, JSON.stringify(classes), createdAt);
}

/** Another meaning of a model's classes. */
export function setModelClasses(db: WritableDb, id: number, classes: readonly ModelClass[]): void {
  db.write('UPDATE suggestion_model SET classes = ? WHERE id = ?').run(JSON.stringify(classes), id);
}

/** The number of a model's meaning: another one where `meaning` is not the one that was noted last. */
export function noteMeaning(db: WritableDb, id: number, meaning: string): number {
  const noted = 'SELECT meaning, meanings FROM suggestion_model WHERE id = ?';
  const row = db.read<{ meaning: string; meanings: number }>(noted).get(id);
  if (row?.meaning === meaning) return row.meanings;
  db.write('UPDATE suggestion_model SET meaning = ?, meanings = meanings + 1 WHERE id = ?').run(meaning, id);
  return (row?.meanings ?? 0) + 1;
}

/** Forgets a model with all it suggested. */
export function deleteModel(db: WritableDb, id: number): void {
  db.write('DELETE FROM suggestion_model WHERE id = ?').run(id);
}

export interface SuggestionRow extends Rect {
  readonly id: number;
  readonly classIndex: number;
  readonly score: number;
  readonly rejected: number;
}

/** All that a model found on an image, best first; rejected ones too. */
export function suggestionsOf(db: ReadableDb, model: number, imageId: number): SuggestionRow[] {
  const sql = `SELECT id, class_index AS classIndex, x, y, width, height, score, rejected FROM suggestion
    WHERE image_id = ? AND model = ? ORDER BY score DESC, id`;
  return db.read<SuggestionRow>(sql).all(imageId, model);
}

/** Drops what a model suggested for an image and nobody rejected: a rejection outlives a second look. */
export function deleteOpen(db: WritableDb, model: number, imageId: number): void {
  db.write('DELETE FROM suggestion WHERE image_id = ? AND model = ? AND rejected = 0').run(imageId, model);
}

export function insertSuggestion(
  db: WritableDb,
  model: number,
  imageId: number,
  { classIndex, x, y, width, height, score }: Omit<SuggestionRow, 'id' | 'rejected'>,
): void {
  const sql = `INSERT INTO suggestion (model, image_id, class_index, x, y, width, height, score)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
  db.write(sql).run(model, imageId, classIndex, x, y, width, height, score);
}

export function setRejected(db: WritableDb, ids: readonly number[], rejected: boolean): void {
  const sql = 'UPDATE suggestion SET rejected = ? WHERE id IN (SELECT value FROM json_each(?))';
  db.write(sql).run(Number(rejected), idList(ids));
}

export function imageIdsOfSuggestions(db: ReadableDb, ids: readonly number[]): number[] {
  const sql = 'SELECT DISTINCT image_id AS id FROM suggestion WHERE id IN (SELECT value FROM json_each(?))';
  return db
    .read<{ id: number }>(sql)
    .all(idList(ids))
    .map((row) => row.id);
}

/** Notes that a model has looked at an image. */
export function putLooked(
  db: WritableDb,
  model: number,
  imageId: number,
  { checkpointId, at }: { readonly checkpointId: number | null; readonly at: Timestamp },
): void {
  const sql = `INSERT INTO suggested_image (model, image_id, checkpoint_id, at) VALUES (?, ?, ?, ?)
    ON CONFLICT (model, image_id) DO UPDATE SET checkpoint_id = excluded.checkpoint_id, at = excluded.at,
      facts = NULL, facts_revision = NULL`;
  db.write(sql).run(model, imageId, checkpointId, at);
}

/** Images from `after`, not itself, to `to` that a model has not looked at with these weights; of one state where given. */
export function imagesToLookAt(
  db: ReadableDb,
  wish: {
    readonly model: number | null;
    readonly checkpointId: number | null;
    readonly state: ImageState | null;
    readonly after: number;
    readonly to: number;
  },
): number[] {
  const sql = `SELECT id FROM live_image WHERE id > :after AND id <= :to AND (:state IS NULL OR state = :state)
    AND NOT EXISTS (SELECT 1 FROM suggested_image
      WHERE model = :model AND image_id = live_image.id AND checkpoint_id IS :checkpointId) ORDER BY id`;
  const rows = db.read<{ id: number }>(sql).all({ ...wish });
  return rows.map(({ id }) => id);
}

export interface LookedRow {
  readonly checkpointId: number | null;
  readonly at: Timestamp;
}

export function readLooked(db: ReadableDb, model: number, imageId: number): LookedRow | undefined {
  const sql =
    'SELECT checkpoint_id AS checkpointId, at FROM suggested_image WHERE model = ? AND image_id = ?';
  return db.read<LookedRow>(sql).get(model, imageId);
}

/** An image that a model has looked at, with what was noted of it for the queues. */
export interface LookedImage {
  readonly id: number;
  readonly state: ImageState;
  readonly revision: number;
  readonly facts: Uint8Array | null;
  readonly factsRevision: number | null;
  readonly factsMeaning: number | null;
}

const LOOKED = `SELECT image_id AS id, state, revision, facts, facts_revision AS factsRevision,
  facts_meaning AS factsMeaning FROM suggested_image CROSS JOIN live_image ON live_image.id = image_id`;

/** Images that a model has looked at, in their order: the next `limit` ones after an image. */
export function lookedImages(db: ReadableDb, model: number, afterId: number, limit: number): LookedImage[] {
  const sql = `${LOOKED} WHERE model = ? AND image_id > ? ORDER BY image_id LIMIT ?`;
  return db.read<LookedImage>(sql).all(model, afterId, limit);
}

export function readLookedImage(db: ReadableDb, model: number, imageId: number): LookedImage | undefined {
  return db.read<LookedImage>(`${LOOKED} WHERE model = ? AND image_id = ?`).get(model, imageId);
}

export function countLooked(db: ReadableDb, model: number): number {
  const sql = 'SELECT count(*) AS n FROM suggested_image WHERE model = ?';
  return db.read<{ n: number }>(sql).get(model)?.n ?? 0;
}

export function putFacts(
  db: WritableDb,
  model: number,
  image: { readonly id: number; readonly revision: number },
  { facts, meaning }: { readonly facts: Uint8Array; readonly meaning: number },
): void {
  const sql = `UPDATE suggested_image SET facts = ?, facts_revision = ?, facts_meaning = ?
    WHERE model = ? AND image_id = ?`;
  db.write(sql).run(facts, image.revision, meaning, model, image.id);
}
