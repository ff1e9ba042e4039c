// Tables `suggestion_model`, `suggested_image` and `suggestion`: what models found, apart from the labels.
import type { Rect, Timestamp } from '../../shared/model.ts';
import type { ModelClass } from '../../shared/suggestion.ts';
import type { ReadableDb, WritableDb } from './database.ts';
import { idList } from './json-column.ts';

export interface ModelRow {
  readonly id: number;
  readonly key: string;
  readonly name: string;
  readonly classes: readonly ModelClass[];
}

interface StoredModel extends Omit<ModelRow, 'classes'> {
  readonly classes: string;
}

function toModel({ classes, ...row }: StoredModel): ModelRow {
  return { ...row, classes: JSON.parse(classes) as ModelClass[] };
}

export function readModelByKey(db: ReadableDb, key: string): ModelRow | undefined {
  const sql = 'SELECT id, key, name, classes FROM suggestion_model WHERE key = ?';
  const row = db.read<StoredModel>(sql).get(key);
  return row && toModel(row);
}

/** A model by its key, with how many images it has looked at, newest first. */
export function listModels(db: ReadableDb): (ModelRow & { readonly images: number })[] {
  const sql = `SELECT id, key, name, classes, (SELECT count(*) FROM suggested_image JOIN live_image
      ON live_image.id = suggested_image.image_id WHERE model = suggestion_model.id) AS images
    FROM suggestion_model ORDER BY id DESC`;
  return db
    .read<StoredModel & { images: number }>(sql)
    .all()
    .map(({ images, ...row }) => ({ ...toModel(row), images }));
}

export function insertModel(
  db: WritableDb,
  model: Omit<ModelRow, 'id'> & { readonly run: number | null; readonly createdAt: Timestamp },
): void {
  const sql = 'INSERT INTO suggestion_model (key, name, run, classes, created_at) VALUES (?, ?, ?, ?, ?)';
  const { key, name, run, classes, createdAt } = model;
  db.write(sql).run(key, name, run, JSON.stringify(classes), createdAt);
}

/** Another meaning of a model's classes: every rank made with the old one is void. */
export function setModelClasses(db: WritableDb, id: number, classes: readonly ModelClass[]): void {
  db.write('UPDATE suggestion_model SET classes = ? WHERE id = ?').run(JSON.stringify(classes), id);
  db.write('UPDATE suggested_image SET ranked_revision = NULL WHERE model = ?').run(id);
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
      ranked_revision = NULL`;
  db.write(sql).run(model, imageId, checkpointId, at);
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

/** Looked-at images whose ranks are of other labels or of another score. */
export function imagesToRank(db: ReadableDb, model: number, score: number): number[] {
  const sql = `SELECT image_id AS id FROM suggested_image JOIN live_image ON live_image.id = image_id
    WHERE model = ? AND (ranked_revision IS NOT live_image.revision OR ranked_score IS NOT ?)`;
  return db
    .read<{ id: number }>(sql)
    .all(model, score)
    .map((row) => row.id);
}

export interface Ranks {
  readonly uncertainty: number;
  readonly uncertainReason: string;
  readonly disagreement: number;
  readonly disagreeReason: string;
}

export function setRanks(
  db: WritableDb,
  model: number,
  image: { readonly id: number; readonly revision: number },
  score: number,
  ranks: Ranks,
): void {
  const sql = `UPDATE suggested_image SET ranked_revision = ?, ranked_score = ?, uncertainty = ?,
      uncertain_reason = ?, disagreement = ?, disagree_reason = ? WHERE model = ? AND image_id = ?`;
  const { uncertainty, uncertainReason, disagreement, disagreeReason } = ranks;
  db.write(sql).run(
    image.revision,
    score,
    uncertainty,
    uncertainReason,
    disagreement,
    disagreeReason,
    model,
    image.id,
  );
}

export interface RankedRow {
  readonly id: number;
  readonly rank: number;
  readonly reason: string;
}

/** Unfinished images that the model is unsure of, the least sure first. */
export function byUncertainty(db: ReadableDb, model: number): RankedRow[] {
  const sql = `SELECT image_id AS id, uncertainty AS rank, uncertain_reason AS reason FROM suggested_image
    JOIN live_image ON live_image.id = image_id WHERE model = ? AND uncertainty > 0
      AND state IN ('unlabelled', 'in-progress') ORDER BY uncertainty DESC, image_id`;
  return db.read<RankedRow>(sql).all(model);
}

/** Labelled images where model and labels differ, the most first. */
export function byDisagreement(db: ReadableDb, model: number): RankedRow[] {
  const sql = `SELECT image_id AS id, disagreement AS rank, disagree_reason AS reason FROM suggested_image
    JOIN live_image ON live_image.id = image_id WHERE model = ? AND disagreement > 0
      AND state <> 'unlabelled' ORDER BY disagreement DESC, image_id`;
  return db.read<RankedRow>(sql).all(model);
}
