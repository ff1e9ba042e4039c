// Table `picture_hash`: what a picture looks like, by its content hash.
import type { ReadableDb, WritableDb } from './database.ts';

/** Content hash -> 16 hex digits, or null for a picture that tells nothing. */
export function readLikenesses(db: ReadableDb): Map<string, string | null> {
  const sql = 'SELECT content_hash AS content, likeness FROM picture_hash';
  const rows = db.read<{ content: string; likeness: string | null }>(sql).all();
  return new Map(rows.map(({ content, likeness }) => [content, likeness]));
}

export function putLikeness(db: WritableDb, content: string, likeness: string | null): void {
  db.write('INSERT OR REPLACE INTO picture_hash (content_hash, likeness) VALUES (?, ?)').run(
    content,
    likeness,
  );
}
