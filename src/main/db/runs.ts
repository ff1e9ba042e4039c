// Tables `run` and `run_log`. A run's public id is `r` and its number.
import type { JsonObject, Run, RunStatus, Timestamp } from '../../shared/model.ts';
import type { ReadableDb, WritableDb } from './database.ts';
import { objectFrom } from './json-column.ts';

interface RunRow extends Omit<Run, 'id' | 'recipe' | 'tags' | 'starred' | 'parent'> {
  readonly seq: number;
  readonly recipe: string;
  readonly tags: string;
  readonly starred: number;
  readonly parentRun: number | null;
  readonly parentCheckpoint: number | null;
}

const COLUMNS = `seq, name, status, cause, recipe, snapshot_hash AS snapshotHash, split_hash AS splitHash, device,
  code_version AS codeVersion, seed, notes, tags, starred, parent_run AS parentRun, parent_checkpoint AS parentCheckpoint,
  queue_place AS queuePlace, created_at AS createdAt, started_at AS startedAt, ended_at AS endedAt, trained_ms AS trainedMs`;

function toRun({ seq, recipe, tags, starred, parentRun, parentCheckpoint, ...row }: RunRow): Run {
  const parent =
    parentRun === null || parentCheckpoint === null
      ? null
      : { runId: `r${parentRun}`, checkpointId: parentCheckpoint };
  const read = {
    recipe: objectFrom(recipe) ?? {},
    tags: JSON.parse(tags) as string[],
    starred: starred !== 0,
  };
  return { ...row, ...read, id: `r${seq}`, parent };
}

/** The number behind `r7` or `7`; undefined for anything else. */
export function runNumber(id: string): number | undefined {
  const match = /^r?(\d{1,15})$/.exec(id.trim());
  return match ? Number(match[1]) : undefined;
}

export interface NewRun
  extends Omit<Run, 'id' | 'status' | 'cause' | 'startedAt' | 'endedAt' | 'trainedMs' | 'queuePlace'> {
  /** What it is started with besides the recipe. */
  readonly plan: JsonObject | null;
}

/** Adds a queued run and returns its number. */
export function insertRun(db: WritableDb, run: NewRun): number {
  const sql = `INSERT INTO run (name, status, recipe, snapshot_hash, split_hash, device, code_version, seed, created_at,
      notes, tags, starred, plan, parent_run, parent_checkpoint)
    VALUES (:name, 'queued', :recipe, :snapshotHash, :splitHash, :device, :codeVersion, :seed, :createdAt,
      :notes, :tags, :starred, :plan, :parentRun, :parentCheckpoint)`;
  const { parent, starred, ...plain } = run;
  const json = {
    recipe: JSON.stringify(run.recipe),
    tags: JSON.stringify(run.tags),
    plan: run.plan && JSON.stringify(run.plan),
  };
  const from = {
    parentRun: parent && (runNumber(parent.runId) ?? null),
    parentCheckpoint: parent?.checkpointId ?? null,
  };
  return db.write(sql).run({ ...plain, ...json, ...from, starred: starred ? 1 : 0 }).id;
}

export function readRun(db: ReadableDb, seq: number): Run | undefined {
  const row = db.read<RunRow>(`SELECT ${COLUMNS} FROM run WHERE seq = ?`).get(seq);
  return row && toRun(row);
}

export function hasRun(db: ReadableDb, seq: number): boolean {
  return db.read('SELECT 1 FROM run WHERE seq = ?').get(seq) !== undefined;
}

/** Runs, newest first. */
export function listRuns(db: ReadableDb): Run[] {
  return db.read<RunRow>(`SELECT ${COLUMNS} FROM run ORDER BY seq DESC`).all().map(toRun);
}

export interface RunChange {
  readonly status: RunStatus;
  readonly cause: string | null;
  readonly startedAt: Timestamp | null;
  readonly endedAt: Timestamp | null;
  /** Until when it trained, where it did. */
  readonly at: Timestamp;
}

export function setRunStatus(db: WritableDb, seq: number, change: RunChange): void {
  const sql = `UPDATE run SET status = :status, cause = :cause, started_at = :startedAt, ended_at = :endedAt,
    trained_ms = trained_ms + coalesce(max(0, :at - training_since), 0),
    training_since = CASE :status WHEN 'running' THEN :at END,
    queue_place = CASE :status WHEN 'queued' THEN queue_place END WHERE seq = :seq`;
  db.write(sql).run({ ...change, seq });
}

/** The recipe as it was resolved anew, for a run that is extended or moved to another device. */
export function setRunRecipe(db: WritableDb, seq: number, recipe: JsonObject, device: string | null): void {
  db.write('UPDATE run SET recipe = ?, device = ? WHERE seq = ?').run(JSON.stringify(recipe), device, seq);
}

export function setRunName(db: WritableDb, seq: number, name: string): void {
  db.write('UPDATE run SET name = ? WHERE seq = ?').run(name, seq);
}

export type RunNotes = Pick<Run, 'name' | 'notes' | 'tags' | 'starred'>;

export function setRunNotes(db: WritableDb, seq: number, { name, notes, tags, starred }: RunNotes): void {
  const sql = 'UPDATE run SET name = ?, notes = ?, tags = ?, starred = ? WHERE seq = ?';
  db.write(sql).run(name, notes, JSON.stringify(tags), starred ? 1 : 0, seq);
}

/** What a run was started with besides its recipe; null for runs of before there was such a thing. */
export function readPlan(db: ReadableDb, seq: number): JsonObject | null {
  return objectFrom(
    db.read<{ plan: string | null }>('SELECT plan FROM run WHERE seq = ?').get(seq)?.plan ?? null,
  );
}

export function setPlan(db: WritableDb, seq: number, plan: JsonObject): void {
  db.write('UPDATE run SET plan = ? WHERE seq = ?').run(JSON.stringify(plan), seq);
}

export function setParentCheckpoint(db: WritableDb, seq: number, checkpointId: number): void {
  db.write('UPDATE run SET parent_checkpoint = ? WHERE seq = ?').run(checkpointId, seq);
}

export function setQueuePlace(db: WritableDb, id: string, place: number): void {
  db.write('UPDATE run SET queue_place = ? WHERE seq = ?').run(place, runNumber(id) ?? 0);
}

/** The queued run whose turn is next. */
export function nextInQueue(db: ReadableDb): number | undefined {
  const sql = `SELECT seq FROM run WHERE status = 'queued' AND queue_place IS NOT NULL ORDER BY queue_place, seq LIMIT 1`;
  return db.read<{ seq: number }>(sql).get()?.seq;
}

export function lastQueuePlace(db: ReadableDb): number {
  return (
    db.read<{ place: number }>('SELECT coalesce(max(queue_place), 0) AS place FROM run').get()?.place ?? 0
  );
}

export function deleteRun(db: WritableDb, seq: number): void {
  db.write('DELETE FROM run WHERE seq = ?').run(seq);
}

export interface LogLine {
  readonly level: string;
  readonly line: string;
  readonly at: Timestamp;
}

export function insertLogLine(db: WritableDb, seq: number, line: LogLine): void {
  db.write('INSERT INTO run_log (run, level, line, at) VALUES (?, ?, ?, ?)').run(
    seq,
    line.level,
    line.line,
    line.at,
  );
}

/** The last lines of a run's log, oldest first. */
export function tailLog(db: ReadableDb, seq: number, limit: number): LogLine[] {
  const sql = `SELECT level, line, at FROM
    (SELECT * FROM run_log WHERE run = ? ORDER BY id DESC LIMIT ?) ORDER BY id`;
  return db.read<LogLine>(sql).all(seq, limit);
}
