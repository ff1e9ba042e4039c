// Opening, migrating, backing up, locking; what goes wrong comes out as a sentence.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refusingWrites } from '../../../src/main/db/database.ts';
import { takeLock } from '../../../src/main/db/lock.ts';
import { checkpointsSchema } from '../../../src/main/db/migrations/checkpoints.ts';
import { projectSchema } from '../../../src/main/db/migrations/project.ts';
import { openDatabase, openForReading, type Schema } from '../../../src/main/db/open.ts';
import { asProblem } from '../../../src/main/db/sqlite-problem.ts';
import { Problem } from '../../../src/shared/problem.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ddod-db-'));
  file = join(folder, 'test.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const first = { version: 1, name: 'one', sql: 'CREATE TABLE a (x INTEGER) STRICT;' };
const second = {
  version: 2,
  name: 'two',
  sql: 'CREATE TABLE b (y TEXT) STRICT; INSERT INTO b SELECT x FROM a;',
};
const broken = {
  version: 2,
  name: 'broken',
  sql: 'CREATE TABLE b (y TEXT) STRICT; INSERT INTO nowhere VALUES (1);',
};
const schema = (...migrations: Schema['migrations']): Schema => ({ applicationId: 77, migrations });

function makeVersionOne(): void {
  const db = openDatabase(file, schema(first));
  db.write('INSERT INTO a VALUES (?)').run(42);
  db.close();
}

describe('openDatabase', () => {
  it('makes every schema of ours with STRICT tables, in WAL, foreign keys on', () => {
    for (const ours of [projectSchema, checkpointsSchema]) {
      const name = join(folder, `${ours.applicationId}.db`);
      const db = openDatabase(name, ours);
      const tables = db
        .read<{ name: string; strict: number }>(
          "SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND schema = 'main' AND name NOT LIKE 'sqlite%'",
        )
        .all();
      expect(tables.length).toBeGreaterThan(2);
      expect(tables.filter((table) => !table.strict)).toEqual([]);
      expect(existsSync(`${name}-wal`)).toBe(true);
      expect(db.read('PRAGMA foreign_keys').get()).toEqual({ foreign_keys: 1 });
      expect(db.read('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
      expect(db.read('PRAGMA foreign_key_check').all()).toEqual([]);
      db.close();
    }
  });

  it('runs a migration once, after a backup that opens as the old schema', () => {
    makeVersionOne();
    for (let i = 0; i < 2; i++) {
      const db = openDatabase(file, schema(first, second));
      expect(db.read('SELECT y FROM b').all()).toEqual([{ y: '42' }]);
      db.close();
    }
    expect(readdirSync(join(folder, 'backups'))).toEqual(['test.db.before-0002']);
    const old = openForReading(join(folder, 'backups', 'test.db.before-0002'), schema(first));
    expect(old.read('SELECT x FROM a').all()).toEqual([{ x: 42 }]);
    old.close();
  });

  it('makes no backup of a file it has just made', () => {
    openDatabase(file, schema(first, second)).close();
    expect(existsSync(join(folder, 'backups'))).toBe(false);
  });

  it('leaves the file as it was when a migration fails', () => {
    makeVersionOne();
    expect(() => openDatabase(file, schema(first, broken))).toThrow('nowhere');
    const db = openDatabase(file, schema(first));
    expect(db.read('SELECT x FROM a').all()).toEqual([{ x: 42 }]);
    expect(db.read("SELECT name FROM sqlite_schema WHERE name = 'b'").all()).toEqual([]);
    db.close();
  });

  it('refuses a newer schema, for writing and for reading, and changes nothing', () => {
    openDatabase(file, schema(first, second)).close();
    for (const open of [openDatabase, openForReading])
      expect(() => open(file, schema(first))).toThrow(
        /newer version of DDOD Studio \(schema 2; this one knows 1\)/,
      );
    openDatabase(file, schema(first, second)).close();
  });

  it('refuses what is not ours: another application, an unmarked database, no database, no folder', () => {
    openDatabase(file, schema(first)).close();
    expect(() => openDatabase(file, { ...schema(first), applicationId: 5 })).toThrow('another application');
    const foreign = join(folder, 'foreign.db');
    new Sqlite(foreign).exec('CREATE TABLE theirs (x)').close();
    expect(() => openDatabase(foreign, schema(first))).toThrow('another application');
    const text = join(folder, 'text.db');
    writeFileSync(text, 'not a database, but long enough to be read as the header of one '.repeat(40));
    expect(() => openDatabase(text, schema(first))).toThrow(Problem);
    expect(() => openDatabase(join(folder, 'no', 'where.db'), schema(first))).toThrow(Problem);
  });

  it('opens for reading beside a writer, never an old schema, and refuses to write', () => {
    makeVersionOne();
    const writer = openDatabase(file, schema(first));
    const reader = openForReading(file, schema(first));
    writer.write('INSERT INTO a VALUES (?)').run(43);
    expect(reader.read('SELECT count(*) AS n FROM a').get()).toEqual({ n: 2 });
    expect(() => refusingWrites(reader).write('DELETE FROM a')).toThrow('reading only');
    expect(() => refusingWrites(reader).transact(() => 1)).toThrow('reading only');
    expect(() => openForReading(file, schema(first, second))).toThrow('older version');
    reader.close();
    writer.close();
  });

  it('takes no writing statement for a reading one', () => {
    const db = openDatabase(file, schema(first));
    expect(() => db.read('DELETE FROM a')).toThrow('Expected a reading statement');
    db.close();
  });
});

describe('transact', () => {
  it('undoes all of a failed piece of work, and a nested failure alone', () => {
    const db = openDatabase(file, schema(first));
    const insert = (x: number) => db.write('INSERT INTO a VALUES (?)').run(x);
    const fail = () => {
      insert(2);
      throw new Error('stop');
    };
    expect(() => db.transact(fail)).toThrow('stop');
    db.transact(() => {
      insert(3);
      expect(() => db.transact(fail)).toThrow('stop');
    });
    expect(db.read('SELECT x FROM a').all()).toEqual([{ x: 3 }]);
    db.close();
  });
});

describe('takeLock', () => {
  it('lets one writer in and tells the other who it is', () => {
    const lock = takeLock(file, 'The project');
    expect(() => takeLock(file, 'The project')).toThrow(
      new RegExp(`already open for writing \\(process ${process.pid}, since 20`),
    );
    lock.release();
    takeLock(file, 'The project').release();
  });
});

describe('asProblem', () => {
  it('makes a sentence of what the disk and SQLite report and leaves the rest alone', () => {
    const withCode = (code: string) => Object.assign(new Error('x'), { code });
    for (const code of [
      'SQLITE_FULL',
      'ENOSPC',
      'SQLITE_BUSY_SNAPSHOT',
      'SQLITE_CORRUPT_VTAB',
      'SQLITE_IOERR_WRITE',
    ])
      expect(asProblem(withCode(code), 'f.db'), code).toMatchObject({ name: 'Problem', kind: 'hindrance' });
    const bug = new Error('bug');
    expect(asProblem(bug, 'f.db')).toBe(bug);
    expect(asProblem(withCode('SQLITE_CONSTRAINT'), 'f.db')).not.toBeInstanceOf(Problem);
  });
});
