// Table `dataset_import`: what came in, from which format, under which convention.
import type { JsonObject, Timestamp } from '../../shared/model.ts';
import type { ReadableDb, WritableDb } from './database.ts';
import { objectFrom } from './json-column.ts';

export interface ImportRow {
  readonly id: number;
  readonly format: string;
  /** The coordinate convention of the source, reused on export. */
  readonly convention: string | null;
  readonly report: JsonObject;
  readonly at: Timestamp;
}

/** Opens an import; its report follows at the end of the same transaction. */
export function insertImport(
  db: WritableDb,
  format: string,
  convention: string | null,
  at: Timestamp,
): number {
  const sql = "INSERT INTO dataset_import (format, convention, report, at) VALUES (?, ?, '{}', ?)";
  return db.write(sql).run(format, convention, at).id;
}

export function setImportReport(db: WritableDb, id: number, report: JsonObject): void {
  db.write('UPDATE dataset_import SET report = ? WHERE id = ?').run(JSON.stringify(report), id);
}

/** Imports, newest first. */
export function listImports(db: ReadableDb): ImportRow[] {
  const rows = db
    .read<Omit<ImportRow, 'report'> & { report: string }>('SELECT * FROM dataset_import ORDER BY id DESC')
    .all();
  return rows.map((row) => ({ ...row, report: objectFrom(row.report) ?? {} }));
}
