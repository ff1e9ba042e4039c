// One writer a project. The lock is a write lock that SQLite holds on a small file of its own: the operating system
// drops it with the process, however that dies, so a lock left by a crash needs no guessing about process ids.
import type Sqlite from 'better-sqlite3';
import { Problem } from '../../shared/problem.ts';
import { connect } from './open.ts';
import { asProblem } from './sqlite-problem.ts';

export interface Lock {
  release(): void;
}

interface Holder {
  readonly pid: number;
  readonly since: string;
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');
}

function signIn(sqlite: Sqlite.Database): void {
  sqlite.exec('CREATE TABLE IF NOT EXISTS holder (id INTEGER PRIMARY KEY, pid INTEGER, since TEXT) STRICT');
  sqlite
    .prepare('INSERT OR REPLACE INTO holder (id, pid, since) VALUES (1, ?, ?)')
    .run(process.pid, new Date().toISOString());
}

function holderOf(file: string): string {
  const sqlite = connect(file, { readonly: true, timeout: 0 });
  try {
    const holder = sqlite.prepare<[], Holder>('SELECT pid, since FROM holder').get();
    return holder ? ` (process ${holder.pid}, since ${holder.since})` : '';
  } catch {
    return '';
  } finally {
    sqlite.close();
  }
}

/** The lock of `file`; undefined where another process or connection has it. */
export function tryLock(file: string): Lock | undefined {
  const sqlite = connect(file, { timeout: 0 });
  try {
    signIn(sqlite);
    // RESERVED is held until release: no second writer, while others may still read who holds it
    sqlite.exec('BEGIN IMMEDIATE');
    return { release: () => sqlite.close() };
  } catch (error) {
    sqlite.close();
    if (isBusy(error)) return undefined;
    throw asProblem(error, file);
  }
}

/** Takes the lock of `file` or throws the Problem that says who has it. Readers need no lock. */
export function takeLock(file: string, what: string): Lock {
  const lock = tryLock(file);
  if (lock) return lock;
  throw new Problem(`${what} is already open for writing${holderOf(file)}.`, 'Close it there first.');
}
