// Two views of one SQLite connection: reading, and reading plus writing. Statements are prepared once and kept.
import type Sqlite from 'better-sqlite3';
import { Problem } from '../../shared/problem.ts';
import { asProblem } from './sqlite-problem.ts';

export type Value = string | number | bigint | Uint8Array | null;

/** Values in order, or one object of `:name` values. */
export type Params = readonly Value[] | readonly [Readonly<Record<string, Value>>];

export interface ReadStatement<R> {
  get(...params: Params): R | undefined;
  all(...params: Params): R[];
  /** The connection cannot write until the iteration ends. */
  iterate(...params: Params): IterableIterator<R>;
}

export interface WriteStatement {
  run(...params: Params): { readonly changes: number; readonly id: number };
}

declare const readable: unique symbol;
declare const writable: unique symbol;

export interface ReadableDb {
  readonly [readable]: true;
  readonly file: string;
  /** A statement that cannot change the database; refused otherwise. */
  read<R>(sql: string): ReadStatement<R>;
  /** Runs reads against one consistent state. */
  consistently<T>(work: () => T): T;
  close(): void;
}

export interface WritableDb extends ReadableDb {
  readonly [writable]: true;
  write(sql: string): WriteStatement;
  /** All or nothing; nested calls join as savepoints. Failures of the disk or the file come out as a Problem. */
  transact<T>(work: () => T): T;
  /** A transaction of its own that does not ask whether deleted rows are referred to. */
  transactUnchecked<T>(work: () => T): T;
  /** Gives the space of some deleted rows back to the disk, in a short transaction; false once there is no more of it. */
  shrinkSome(): boolean;
  /** Gives all of it back in a file of an older program, which has to be written anew for it. */
  rebuild(): void;
  /** Brings the file to its size, as far as nobody reads it; `waits` for those who do, and empties the log beside it. */
  foldLog(waits?: boolean): void;
}

/** Pages that one step gives back: some milliseconds. */
const PAGES_AT_ONCE = 500;

class Connection {
  readonly #sqlite: Sqlite.Database;
  readonly #reads = new Map<string, ReadStatement<unknown>>();
  readonly #writes = new Map<string, WriteStatement>();

  constructor(sqlite: Sqlite.Database) {
    this.#sqlite = sqlite;
  }

  get file(): string {
    return this.#sqlite.name;
  }

  read(sql: string): ReadStatement<unknown> {
    const known = this.#reads.get(sql);
    if (known) return known;
    const statement = this.#sqlite.prepare<unknown[], unknown>(sql);
    if (!statement.readonly) throw new TypeError(`Expected a reading statement: ${sql}`);
    const read: ReadStatement<unknown> = {
      get: (...params) => this.#guard(() => statement.get(...params)),
      all: (...params) => this.#guard(() => statement.all(...params)),
      iterate: (...params) => statement.iterate(...params),
    };
    this.#reads.set(sql, read);
    return read;
  }

  write(sql: string): WriteStatement {
    const known = this.#writes.get(sql);
    if (known) return known;
    if (this.#sqlite.readonly) throw new Problem(`${this.file} is open for reading only.`);
    const statement = this.#sqlite.prepare<unknown[]>(sql);
    const write: WriteStatement = {
      run: (...params) =>
        this.#guard(() => {
          const { changes, lastInsertRowid } = statement.run(...params);
          return { changes, id: Number(lastInsertRowid) };
        }),
    };
    this.#writes.set(sql, write);
    return write;
  }

  consistently<T>(work: () => T): T {
    return this.#guard(() => this.#sqlite.transaction(work).deferred());
  }

  transact<T>(work: () => T): T {
    if (this.#sqlite.readonly) throw new Problem(`${this.file} is open for reading only.`);
    return this.#guard(() => this.#sqlite.transaction(work).immediate());
  }

  transactUnchecked<T>(work: () => T): T {
    this.#sqlite.pragma('foreign_keys = OFF');
    try {
      return this.transact(work);
    } finally {
      this.#sqlite.pragma('foreign_keys = ON');
    }
  }

  shrinkSome(): boolean {
    return this.#guard(() => {
      const free = () => Number(this.#sqlite.pragma('freelist_count', { simple: true }));
      if (!this.#isIncremental() || free() === 0) return false;
      this.#sqlite.exec(`PRAGMA incremental_vacuum(${PAGES_AT_ONCE})`);
      return free() > 0;
    });
  }

  foldLog(waits = false): void {
    this.#guard(() => this.#sqlite.pragma(`wal_checkpoint(${waits ? 'TRUNCATE' : 'PASSIVE'})`));
  }

  rebuild(): void {
    if (!this.#isIncremental())
      this.#guard(() => this.#sqlite.exec('PRAGMA auto_vacuum = INCREMENTAL; VACUUM'));
  }

  /** As new files are made; it cannot be turned on in an older one without writing it anew. */
  #isIncremental(): boolean {
    return this.#sqlite.pragma('auto_vacuum', { simple: true }) === 2;
  }

  close(): void {
    this.#sqlite.close();
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw asProblem(error, this.file);
    }
  }
}

/** Wraps a connection for reading and writing. */
export function writableDb(sqlite: Sqlite.Database): WritableDb {
  // the brands exist for the compiler alone
  return new Connection(sqlite) as unknown as WritableDb;
}

/** A reading connection where the type asks for a writing one: each write throws the Problem that says so. */
export function refusingWrites(db: ReadableDb): WritableDb {
  return db as WritableDb;
}
