// Numbered migrations: each step in one transaction, after a backup copy of the file.
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type Sqlite from 'better-sqlite3';
import { Problem } from '../../shared/problem.ts';

export interface Migration {
  /** 1, 2, 3, ... without gaps; kept in SQLite's user_version. */
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

interface Steps {
  readonly applicationId: number;
  readonly migrations: readonly Migration[];
}

/** The number of migrations a file has been through. */
export function schemaVersion(sqlite: Sqlite.Database): number {
  return Number(sqlite.pragma('user_version', { simple: true }));
}

/** The sentence for a file from the future. */
export function newerThanUs(file: string, found: number, ours: number): Problem {
  return new Problem(
    `${file} was written by a newer version of DDOD Studio (schema ${found}; this one knows ${ours}).`,
    'Update DDOD Studio to open it; nothing in it was changed.',
  );
}

function backUp(sqlite: Sqlite.Database, step: Migration): void {
  const folder = join(dirname(sqlite.name), 'backups');
  mkdirSync(folder, { recursive: true });
  const target = join(folder, `${basename(sqlite.name)}.before-${String(step.version).padStart(4, '0')}`);
  // a copy of the same version may be left from an attempt that failed half-way: the file itself is the truth
  if (existsSync(target)) rmSync(target);
  sqlite.prepare('VACUUM INTO ?').run(target);
}

function applyStep(sqlite: Sqlite.Database, step: Migration): void {
  const run = sqlite.transaction(() => {
    // another process may have done this step while we waited for the lock
    if (schemaVersion(sqlite) >= step.version) return;
    sqlite.exec(step.sql);
    const broken = sqlite.pragma('foreign_key_check');
    if (Array.isArray(broken) && broken.length > 0) {
      throw new Problem(`Bringing ${sqlite.name} up to date failed at step ${step.version} (${step.name}).`);
    }
    sqlite.pragma(`user_version = ${step.version}`);
  });
  run.immediate();
}

/**
 * Brings the file to the newest schema. Steps that are done are skipped; a file from a newer program is refused
 * untouched. `backup` asks for a copy before each step (pointless for a file just made).
 */
export function migrate(sqlite: Sqlite.Database, steps: Steps, options: { readonly backup: boolean }): void {
  const found = schemaVersion(sqlite);
  if (found > steps.migrations.length) throw newerThanUs(sqlite.name, found, steps.migrations.length);
  const pending = steps.migrations.filter((step) => step.version > found);
  if (pending.length === 0) return;
  sqlite.pragma(`application_id = ${steps.applicationId}`);
  // a step may rebuild a table that others point at; checked at the end of each step instead
  sqlite.pragma('foreign_keys = OFF');
  for (const step of pending) {
    if (options.backup && found > 0) backUp(sqlite, step);
    applyStep(sqlite, step);
  }
  sqlite.pragma('foreign_keys = ON');
}
