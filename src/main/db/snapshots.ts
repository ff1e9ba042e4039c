// Tables `snapshot`, `snapshot_part`, `snapshot_chunk`: frozen labels, equal chunks stored once.
import type { LabelClass, Snapshot } from '../../shared/model.ts';
import type { ReadableDb, WritableDb } from './database.ts';

type SnapshotRow = Omit<Snapshot, 'classes'> & { readonly classes: string };

const COLUMNS = 'hash, split_hash AS splitHash, images, boxes, classes, created_at AS createdAt';

function toSnapshot(row: SnapshotRow): Snapshot {
  return { ...row, classes: JSON.parse(row.classes) as LabelClass[] };
}

export function readSnapshot(db: ReadableDb, hash: string): Snapshot | undefined {
  const row = db.read<SnapshotRow>(`SELECT ${COLUMNS} FROM snapshot WHERE hash = ?`).get(hash);
  return row && toSnapshot(row);
}

export function listSnapshots(db: ReadableDb): Snapshot[] {
  return db
    .read<SnapshotRow>(`SELECT ${COLUMNS} FROM snapshot ORDER BY created_at DESC`)
    .all()
    .map(toSnapshot);
}

export function insertSnapshot(db: WritableDb, snapshot: Snapshot): void {
  db.write(
    'INSERT INTO snapshot (hash, split_hash, images, boxes, classes, created_at) VALUES (?, ?, ?, ?, ?, ?)',
  ).run(
    snapshot.hash,
    snapshot.splitHash,
    snapshot.images,
    snapshot.boxes,
    JSON.stringify(snapshot.classes),
    snapshot.createdAt,
  );
}

export function insertChunk(db: WritableDb, hash: string, bytes: Uint8Array): void {
  db.write('INSERT INTO snapshot_chunk (hash, bytes) VALUES (?, ?) ON CONFLICT DO NOTHING').run(hash, bytes);
}

export function hasChunk(db: ReadableDb, hash: string): boolean {
  return db.read('SELECT 1 FROM snapshot_chunk WHERE hash = ?').get(hash) !== undefined;
}

export function insertPart(db: WritableDb, snapshotHash: string, position: number, chunkHash: string): void {
  const sql = 'INSERT INTO snapshot_part (snapshot_hash, position, chunk_hash) VALUES (?, ?, ?)';
  db.write(sql).run(snapshotHash, position, chunkHash);
}

/** The hashes of a snapshot's chunks in order. */
export function partsOf(db: ReadableDb, hash: string): string[] {
  const sql = 'SELECT chunk_hash AS hash FROM snapshot_part WHERE snapshot_hash = ? ORDER BY position';
  return db
    .read<{ hash: string }>(sql)
    .all(hash)
    .map((part) => part.hash);
}

export function readChunk(db: ReadableDb, hash: string): Uint8Array | undefined {
  const sql = 'SELECT bytes FROM snapshot_chunk WHERE hash = ?';
  return db.read<{ bytes: Uint8Array }>(sql).get(hash)?.bytes;
}
