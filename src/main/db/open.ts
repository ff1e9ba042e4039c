// Opens a database file: pragmas, identity, migrations.
import { existsSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { Problem } from '../../shared/problem.ts';
import { type ReadableDb, type WritableDb, writableDb } from './database.ts';
import { type Migration, migrate, newerThanUs, schemaVersion } from './migrate.ts';
import { asProblem } from './sqlite-problem.ts';

/** What makes a file one of ours: SQLite's application_id and the numbered steps to today's schema. */
export interface Schema {
  readonly applicationId: number;
  readonly migrations: readonly Migration[];
}

const BUSY_TIMEOUT_MS = 10_000;

/** One connection with our timeout; Electron needs another build of the addon and names it in the environment. */
export function connect(file: string, options: Sqlite.Options): Sqlite.Database {
  const nativeBinding = process.env.DDOD_SQLITE_BINDING;
  const settings = { timeout: BUSY_TIMEOUT_MS, ...options };
  return new Sqlite(file, nativeBinding ? { ...settings, nativeBinding } : settings);
}

/**
 * WAL lets readers go on while the writer writes. synchronous = FULL: a gesture or a checkpoint that was
 * acknowledged survives a power cut, not only a killed process; NORMAL would lose the last ones. It costs one fsync
 * a commit, and commits come at the pace of a hand; what comes faster (metrics) is written in batches.
 */
function setPragmas(sqlite: Sqlite.Database, readOnly: boolean): void {
  sqlite.pragma('foreign_keys = ON');
  if (readOnly) return;
  // before anything is in the file: deleted checkpoints give their space back
  if (isEmpty(sqlite)) sqlite.pragma('auto_vacuum = INCREMENTAL');
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('synchronous = FULL');
  // a long session must not leave a journal of gigabytes behind
  sqlite.pragma('journal_size_limit = 67108864');
}

function isEmpty(sqlite: Sqlite.Database): boolean {
  return sqlite.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
}

function checkIdentity(sqlite: Sqlite.Database, schema: Schema): void {
  const found = Number(sqlite.pragma('application_id', { simple: true }));
  const isNew = found === 0 && schemaVersion(sqlite) === 0 && isEmpty(sqlite);
  if (found !== schema.applicationId && !isNew) {
    throw new Problem(`${sqlite.name} is a database of another application.`, 'Choose another folder.');
  }
}

function guarded<T>(sqlite: Sqlite.Database, work: () => T): T {
  try {
    return work();
  } catch (error) {
    sqlite.close();
    throw asProblem(error, sqlite.name);
  }
}

function connectOrExplain(file: string, options: Sqlite.Options): Sqlite.Database {
  try {
    return connect(file, options);
  } catch (error) {
    // better-sqlite3's own complaint about a folder that is not there has no code
    if (error instanceof TypeError) throw new Problem(`${file} cannot be opened: ${error.message}.`);
    throw asProblem(error, file);
  }
}

/**
 * Opens (or makes) a database for writing and brings it to the newest schema, with a backup copy in `backups/`
 * beside it before each step. Throws a Problem for a file that is newer than this program, foreign, damaged or
 * locked.
 */
export function openDatabase(file: string, schema: Schema): WritableDb {
  const isNew = !existsSync(file);
  const sqlite = connectOrExplain(file, {});
  return guarded(sqlite, () => {
    checkIdentity(sqlite, schema);
    setPragmas(sqlite, false);
    migrate(sqlite, schema, { backup: !isNew });
    return writableDb(sqlite);
  });
}

/**
 * True for a file that was begun and not finished: empty, or ours without a row in `table`. What cannot be read is no such
 * file: opening it says why.
 */
export function isUnfinished(file: string, schema: Schema, table: string): boolean {
  let sqlite: Sqlite.Database | undefined;
  try {
    sqlite = connect(file, { readonly: true, fileMustExist: true });
    if (isEmpty(sqlite)) return true;
    if (Number(sqlite.pragma('application_id', { simple: true })) !== schema.applicationId) return false;
    const made = sqlite.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(table);
    return made === undefined || sqlite.prepare(`SELECT 1 FROM ${table} LIMIT 1`).get() === undefined;
  } catch {
    return false;
  } finally {
    sqlite?.close();
  }
}

/**
 * Opens an existing database of today's schema for reading. Throws a Problem where it is absent, older or newer. `timeout`
 * is how many milliseconds to wait for a program that has the file to itself.
 */
export function openForReading(file: string, schema: Schema, timeout = BUSY_TIMEOUT_MS): ReadableDb {
  if (!existsSync(file)) throw new Problem(`${file} does not exist.`);
  const sqlite = connectOrExplain(file, { readonly: true, fileMustExist: true, timeout });
  return guarded(sqlite, () => {
    checkIdentity(sqlite, schema);
    setPragmas(sqlite, true);
    refuseOtherSchema(sqlite, schema);
    return writableDb(sqlite);
  });
}

/** The same, seeing the state of now until it is closed, whatever is written meanwhile. */
export function openFrozen(file: string, schema: Schema): ReadableDb {
  const sqlite = connectOrExplain(file, { readonly: true, fileMustExist: true });
  return guarded(sqlite, () => {
    refuseOtherSchema(sqlite, schema);
    sqlite.exec('BEGIN');
    // it is the first reading that freezes the state
    isEmpty(sqlite);
    return writableDb(sqlite);
  });
}

function refuseOtherSchema(sqlite: Sqlite.Database, schema: Schema): void {
  const found = schemaVersion(sqlite);
  const ours = schema.migrations.length;
  if (found > ours) throw newerThanUs(sqlite.name, found, ours);
  if (found === ours) return;
  throw new Problem(
    `${sqlite.name} was written by an older version of DDOD Studio.`,
    'Open the project once for writing, so that it can be brought up to date.',
  );
}
