// Tables of checkpoints.db: `tensor_blob`, `checkpoint`, `checkpoint_tensor`.
import type { Checkpoint, CheckpointKind, JsonObject } from '../../shared/model.ts';
import type { ReadableDb, WritableDb } from './database.ts';
import { idList, objectFrom } from './json-column.ts';

type CheckpointRow = Omit<Checkpoint, 'metrics'> & { readonly metrics: string };

const COLUMNS = 'id, run_id AS runId, step, epoch, kind, metrics, bytes, created_at AS createdAt';

function toCheckpoint(row: CheckpointRow): Checkpoint {
  return { ...row, metrics: objectFrom(row.metrics) ?? {} };
}

/** The id the next checkpoint will get; ids are never given twice. */
export function nextCheckpointId(db: ReadableDb): number {
  const sql = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'checkpoint'), 0) + 1 AS id";
  return db.read<{ id: number }>(sql).get()?.id ?? 1;
}

export function insertCheckpoint(db: WritableDb, row: Checkpoint, state: JsonObject): void {
  const sql = `INSERT INTO checkpoint (id, run_id, step, epoch, kind, metrics, state, bytes, created_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
  const metrics = JSON.stringify(row.metrics);
  const { id, runId, step, epoch, kind, bytes, createdAt } = row;
  db.write(sql).run(id, runId, step, epoch, kind, metrics, JSON.stringify(state), bytes, createdAt);
}

export function readCheckpoint(db: ReadableDb, id: number): Checkpoint | undefined {
  const row = db.read<CheckpointRow>(`SELECT ${COLUMNS} FROM checkpoint WHERE id = ?`).get(id);
  return row && toCheckpoint(row);
}

export function readState(db: ReadableDb, id: number): JsonObject {
  const row = db.read<{ state: string }>('SELECT state FROM checkpoint WHERE id = ?').get(id);
  return objectFrom(row?.state ?? null) ?? {};
}

/** Whole epochs behind a checkpoint, where its state tells: a pause comes in the middle of one. */
export function readFinishedEpochs(db: ReadableDb, id: number): number | undefined {
  const sql = "SELECT json_extract(state, '$.training.sampler.epoch') AS epoch FROM checkpoint WHERE id = ?";
  return db.read<{ epoch: number | null }>(sql).get(id)?.epoch ?? undefined;
}

/** Checkpoints of a run, newest first; of one kind where asked. */
export function listCheckpoints(db: ReadableDb, runId: string, kind?: CheckpointKind): Checkpoint[] {
  const sql = `SELECT ${COLUMNS} FROM checkpoint WHERE run_id = :runId AND (:kind IS NULL OR kind = :kind) ORDER BY id DESC`;
  return db
    .read<CheckpointRow>(sql)
    .all({ runId, kind: kind ?? null })
    .map(toCheckpoint);
}

export function deleteCheckpoints(db: WritableDb, ids: readonly number[]): void {
  db.write('DELETE FROM checkpoint WHERE id IN (SELECT value FROM json_each(?))').run(idList(ids));
}

export interface TensorRow {
  readonly role: string;
  readonly name: string;
  readonly dtype: string;
  readonly shape: string;
  readonly hash: string;
}

const TENSOR = `FROM checkpoint_tensor JOIN tensor_blob ON tensor_blob.hash = checkpoint_tensor.hash
  WHERE checkpoint_id = ?`;

/** What a checkpoint holds, without the bytes, in the order it was saved. */
export function listTensors(db: ReadableDb, checkpointId: number): TensorRow[] {
  const sql = `SELECT role, name, dtype, shape, tensor_blob.hash AS hash ${TENSOR} ORDER BY position`;
  return db.read<TensorRow>(sql).all(checkpointId);
}

export function readBytes(db: ReadableDb, hash: string): Uint8Array | undefined {
  const sql = 'SELECT bytes FROM tensor_blob WHERE hash = ?';
  return db.read<{ bytes: Uint8Array }>(sql).get(hash)?.bytes;
}

export function hasBlob(db: ReadableDb, hash: string): boolean {
  return db.read('SELECT 1 FROM tensor_blob WHERE hash = ?').get(hash) !== undefined;
}

export function insertBlob(
  db: WritableDb,
  blob: { readonly hash: string; readonly dtype: string; readonly shape: string; readonly bytes: Uint8Array },
): void {
  const sql = 'INSERT INTO tensor_blob (hash, dtype, shape, bytes) VALUES (?, ?, ?, ?)';
  db.write(sql).run(blob.hash, blob.dtype, blob.shape, blob.bytes);
}

export function insertTensor(
  db: WritableDb,
  checkpointId: number,
  tensor: { readonly role: string; readonly name: string; readonly hash: string; readonly position: number },
): void {
  const sql =
    'INSERT INTO checkpoint_tensor (checkpoint_id, role, name, hash, position) VALUES (?, ?, ?, ?, ?)';
  db.write(sql).run(checkpointId, tensor.role, tensor.name, tensor.hash, tensor.position);
}

/** Bytes of the tensors that no other checkpoint has. */
export function ownBytes(db: ReadableDb, id: number): number {
  const sql = `SELECT coalesce(sum(size), 0) AS bytes FROM (
    SELECT DISTINCT own.hash, length(tensor_blob.bytes) AS size
    FROM checkpoint_tensor AS own JOIN tensor_blob ON tensor_blob.hash = own.hash
    WHERE own.checkpoint_id = :id AND NOT EXISTS (
      SELECT 1 FROM checkpoint_tensor AS other WHERE other.hash = own.hash AND other.checkpoint_id <> :id))`;
  return db.read<{ bytes: number }>(sql).get({ id })?.bytes ?? 0;
}

/** Bytes of the tensors that no checkpoint of another run has. */
export function ownBytesOfRun(db: ReadableDb, runId: string): number {
  const of = (is: '=' | '<>') => `SELECT hash FROM checkpoint_tensor
    JOIN checkpoint ON checkpoint.id = checkpoint_tensor.checkpoint_id WHERE run_id ${is} :runId`;
  const sql = `SELECT coalesce(sum(length(bytes)), 0) AS bytes FROM tensor_blob
    WHERE hash IN (${of('=')}) AND hash NOT IN (${of('<>')})`;
  return db.read<{ bytes: number }>(sql).get({ runId })?.bytes ?? 0;
}

/** Deletes blobs that no checkpoint uses any more and returns how many. */
export function deleteOrphanBlobs(db: WritableDb): number {
  const sql = 'DELETE FROM tensor_blob WHERE hash NOT IN (SELECT hash FROM checkpoint_tensor)';
  return db.write(sql).run().changes;
}
