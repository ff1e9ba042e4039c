// Table `project`: the one row that says what this folder is.
import type { Timestamp } from '../../shared/model.ts';
import type { ReadableDb, WritableDb } from './database.ts';

export interface ProjectRow {
  readonly id: string;
  readonly name: string;
  readonly imageRoot: string;
  readonly createdAt: Timestamp;
}

/** The row, or undefined in a file where none was written yet. */
export function readProject(db: ReadableDb): ProjectRow | undefined {
  return db
    .read<ProjectRow>('SELECT id, name, image_root AS imageRoot, created_at AS createdAt FROM project')
    .get();
}

export function insertProject(db: WritableDb, row: ProjectRow): void {
  db.write('INSERT INTO project (one, id, name, image_root, created_at) VALUES (1, ?, ?, ?, ?)').run(
    row.id,
    row.name,
    row.imageRoot,
    row.createdAt,
  );
}

export function setImageRoot(db: WritableDb, imageRoot: string): void {
  db.write('UPDATE project SET image_root = ?').run(imageRoot);
}

export function setProjectName(db: WritableDb, name: string): void {
  db.write('UPDATE project SET name = ?').run(name);
}
