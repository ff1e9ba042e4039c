// Table `evaluation`: the numbers of one checkpoint on one split under one protocol.
import type { Evaluation, Split } from '../../shared/model.ts';
import type { ReadableDb, WritableDb } from './database.ts';
import { objectFrom } from './json-column.ts';

type EvaluationRow = Omit<Evaluation, 'runId' | 'metrics'> & {
  readonly run: number;
  readonly metrics: string;
};

const COLUMNS = 'id, run, checkpoint_id AS checkpointId, split, protocol, metrics, created_at AS createdAt';

function toEvaluation({ run, metrics, ...row }: EvaluationRow): Evaluation {
  return { ...row, runId: `r${run}`, metrics: objectFrom(metrics) ?? {} };
}

export interface EvaluationKey {
  readonly run: number;
  readonly checkpointId: number;
  readonly split: Split;
  readonly protocol: string;
}

export interface EvaluationContent {
  /** JSON */
  readonly metrics: string;
  /** JSON; null: not known. */
  readonly perClass: string | null;
  readonly detail: Uint8Array | null;
  readonly hasDetections: boolean;
  /** JSON */
  readonly unreadable: string;
  readonly createdAt: number;
}

/** Writes an evaluation; the same one again replaces it, but never detections by a detail without them. */
export function putEvaluation(db: WritableDb, key: EvaluationKey, content: EvaluationContent): void {
  const sql = `INSERT INTO evaluation (run, checkpoint_id, split, protocol, metrics, per_class, detail, has_detections,
      unreadable, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (run, checkpoint_id, split, protocol) DO UPDATE SET metrics = excluded.metrics,
      per_class = coalesce(excluded.per_class, per_class),
      detail = iif(excluded.has_detections >= has_detections, excluded.detail, detail),
      unreadable = iif(excluded.has_detections >= has_detections, excluded.unreadable, unreadable),
      has_detections = max(has_detections, excluded.has_detections), created_at = excluded.created_at`;
  const { metrics, perClass, detail, hasDetections, unreadable, createdAt } = content;
  const { run, checkpointId, split, protocol } = key;
  const columns = [metrics, perClass, detail, Number(hasDetections), unreadable, createdAt] as const;
  db.write(sql).run(run, checkpointId, split, protocol, ...columns);
}

export function findEvaluation(db: ReadableDb, key: EvaluationKey): Evaluation | undefined {
  const sql = `SELECT ${COLUMNS} FROM evaluation WHERE run = ? AND checkpoint_id = ? AND split = ? AND protocol = ?`;
  const row = db.read<EvaluationRow>(sql).get(key.run, key.checkpointId, key.split, key.protocol);
  return row && toEvaluation(row);
}

/** Evaluations of a run, newest first. */
export function listEvaluations(db: ReadableDb, run: number): Evaluation[] {
  const sql = `SELECT ${COLUMNS} FROM evaluation WHERE run = ? ORDER BY created_at DESC, id DESC`;
  return db.read<EvaluationRow>(sql).all(run).map(toEvaluation);
}

/** Evaluations of all runs whose detections are kept, newest first. */
export function listKeptEvaluations(db: ReadableDb): Evaluation[] {
  const sql = `SELECT ${COLUMNS} FROM evaluation WHERE has_detections = 1 ORDER BY created_at DESC, id DESC`;
  return db.read<EvaluationRow>(sql).all().map(toEvaluation);
}

export function readThreshold(db: ReadableDb, run: number): number | null {
  const sql = 'SELECT score_threshold AS threshold FROM run WHERE seq = ?';
  return db.read<{ threshold: number | null }>(sql).get(run)?.threshold ?? null;
}

export function setThreshold(db: WritableDb, run: number, threshold: number | null): void {
  db.write('UPDATE run SET score_threshold = ? WHERE seq = ?').run(threshold, run);
}

export function readDetail(db: ReadableDb, id: number): Uint8Array | null {
  const sql = 'SELECT detail FROM evaluation WHERE id = ?';
  return db.read<{ detail: Uint8Array | null }>(sql).get(id)?.detail ?? null;
}

/** JSON columns that are read when they are looked at. */
export function readFacts(
  db: ReadableDb,
  id: number,
): { readonly perClass: string | null; readonly unreadable: string } | undefined {
  const sql = 'SELECT per_class AS perClass, unreadable FROM evaluation WHERE id = ?';
  return db.read<{ perClass: string | null; unreadable: string }>(sql).get(id);
}
