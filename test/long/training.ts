// Tiny trainings through the command line, and what they leave in a project.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { expect } from 'vitest';
import { openProject } from '../../src/main/services/projects.ts';
import { drawSampleData } from '../../src/main/services/sample-data.ts';
import { ddod } from '../unit/cli/command-line.ts';

export const tiny = ['--size', '64', '--set', 'channels=32', '--set', 'stackedConvs=1', '--set', 'frozen=14'];

/** The arguments of a training of seconds. */
export function trainArguments(project: string, ...more: readonly string[]): string[] {
  return ['train', '--project', project, ...tiny, '--batch', '2', '--epochs', '2', '--init', 'none', ...more];
}

/** A project with `count` drawn pictures, under `folder`. */
export async function drawnProject(
  folder: string,
  count: number,
): Promise<{ project: string; data: string }> {
  const [project, data] = [join(folder, 'project'), join(folder, 'sample')];
  await drawSampleData(data, count);
  expect(await ddod('import', data, '--project', project)).toMatchObject({ code: 0 });
  return { project, data };
}

/** The id that the next run of a project will have. */
export function nextRun(project: string): string {
  const open = openProject(project, { readOnly: true });
  const [newest] = open.runs.list();
  open.close();
  return `r${Number(newest?.id.slice(1) ?? 0) + 1}`;
}

/** Waits until a run has stored `steps` steps. */
export async function untilStep(project: string, run: string, steps: number): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (Date.now() < deadline) {
    const open = openProject(project, { readOnly: true });
    const started = open.runs.list().some(({ id }) => id === run);
    const stored = started ? open.runs.curve(run, 'loss').length : 0;
    open.close();
    if (stored >= steps) return;
    await setTimeout(20);
  }
  throw new Error(`run ${run} did not come to step ${steps}`);
}

/** The process that a command line trains in. */
export function trainerOf(pid: number | undefined): number {
  const [child] = spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).stdout.split('\n');
  return Number(child);
}

/** Every stored number of a run that chance and weights decide, by name and step. */
export function traceOf(project: string, run: string): Map<string, number> {
  const open = openProject(project, { readOnly: true });
  const trace = new Map<string, number>();
  for (const { name } of open.runs.curves(run)) {
    if (name === 'images_per_second' || name.startsWith('memory_')) continue;
    for (const { step, value } of open.runs.curve(run, name)) trace.set(`${name} at step ${step}`, value);
  }
  open.close();
  return trace;
}

export function expectSameTrace(actual: Map<string, number>, expected: Map<string, number>): void {
  expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [key, value] of expected) {
    const gap = Math.abs((actual.get(key) ?? Number.NaN) - value) / Math.max(1e-12, Math.abs(value));
    expect(gap, `${key}: ${actual.get(key)}, expected ${value}`).toBeLessThanOrEqual(1e-5);
  }
}

/** Both databases of a project pass SQLite's own check. */
export function expectWhole(project: string): void {
  for (const name of ['project.db', 'checkpoints.db']) {
    const sqlite = new Sqlite(join(project, name));
    expect(sqlite.pragma('integrity_check', { simple: true }), name).toBe('ok');
    expect(sqlite.pragma('foreign_key_check'), name).toEqual([]);
    sqlite.close();
  }
}

/** A run's status and cause as `ddod runs` tells them. */
export async function statusOf(
  project: string,
  run: string,
): Promise<{ status: string; cause: string | null }> {
  const { stdout } = await ddod('runs', '--project', project, '--json');
  const { runs } = JSON.parse(stdout) as { runs: { id: string; status: string; cause: string | null }[] };
  const { status, cause } = runs.find(({ id }) => id === run)!;
  return { status, cause };
}
