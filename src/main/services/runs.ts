// Runs: what was trained, from what, how it went, and why it ended.
import type { JsonObject, MetricPoint, Run, RunStatus } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import type { WritableDb } from '../db/database.ts';
import * as metrics from '../db/metrics.ts';
import * as rows from '../db/runs.ts';

export interface RunStart {
  readonly name?: string;
  readonly recipe: JsonObject;
  readonly snapshotHash?: string;
  readonly splitHash?: string;
  readonly device?: string;
  readonly codeVersion?: string;
  readonly seed: number;
  readonly notes?: string;
  readonly plan?: JsonObject;
  readonly parent?: { readonly runId: string; readonly checkpointId: number };
}

export interface CurveRange {
  readonly from?: number;
  readonly to?: number;
  /** About how many points to give back at most; every point where there are no more. */
  readonly maxPoints?: number;
}

const ENDED: readonly RunStatus[] = ['done', 'failed', 'stopped'];
const INTERRUPTED =
  'The application ended while this run was going on; it can be resumed from its last checkpoint.';

export class Runs {
  readonly #db: WritableDb;

  constructor(db: WritableDb) {
    this.#db = db;
  }

  /** Adds a queued run. */
  create(start: RunStart): Run {
    return this.#db.transact(() => {
      const seq = rows.insertRun(this.#db, {
        name: start.name ?? '',
        recipe: start.recipe,
        snapshotHash: start.snapshotHash ?? null,
        splitHash: start.splitHash ?? null,
        device: start.device ?? null,
        codeVersion: start.codeVersion ?? null,
        seed: start.seed,
        notes: start.notes ?? '',
        tags: [],
        starred: false,
        plan: start.plan ?? null,
        parent: start.parent ?? null,
        createdAt: Date.now(),
      });
      if (!start.name) rows.setRunName(this.#db, seq, `Run ${seq}`);
      return this.get(`r${seq}`);
    });
  }

  /** A run by `r7`, `7` or its name. Throws a Problem where there is none. */
  get(id: string): Run {
    const seq = rows.runNumber(id);
    const run = seq === undefined ? this.list().find(({ name }) => name === id) : rows.readRun(this.#db, seq);
    if (!run) throw new Problem(`There is no run ${id} in this project.`, 'List them with "ddod runs".');
    return run;
  }

  /** Runs, newest first. */
  list(): Run[] {
    return rows.listRuns(this.#db);
  }

  /** Moves a run on; `cause` says why where it failed or stopped. */
  setStatus(id: string, status: RunStatus, cause?: string): Run {
    return this.#db.transact(() => {
      const run = this.get(id);
      const startedAt = run.startedAt ?? (status === 'running' ? Date.now() : null);
      const endedAt = ENDED.includes(status) ? Date.now() : null;
      rows.setRunStatus(this.#db, seqOf(run), { status, cause: cause ?? null, startedAt, endedAt });
      return this.get(run.id);
    });
  }

  /** Changes what a person says of a run; what is left out stays. */
  change(id: string, change: Partial<rows.RunNotes>): Run {
    return this.#db.transact(() => {
      const run = this.get(id);
      rows.setRunNotes(this.#db, seqOf(run), { ...run, ...change });
      return this.get(run.id);
    });
  }

  /** The recipe as resolved anew, for a run that is extended or goes on elsewhere. */
  setRecipe(id: string, recipe: JsonObject, device?: string): void {
    const run = this.get(id);
    rows.setRunRecipe(this.#db, seqOf(run), recipe, device ?? run.device);
  }

  /** Deletes a run with its metrics, log and evaluations; its checkpoints are in another file. */
  delete(id: string): void {
    rows.deleteRun(this.#db, seqOf(this.get(id)));
  }

  /** Marks runs that a crash cut short. For the one writer, when it opens the project: nobody else can be training. */
  recoverInterrupted(): Run[] {
    const cut = this.list().filter((run) => run.status === 'running' || run.status === 'queued');
    return cut.map((run) => this.setStatus(run.id, 'stopped', INTERRUPTED));
  }

  /** Keeps metric points, all or none; the same (run, name, step) again replaces itself. Call it with batches. */
  addMetrics(points: readonly MetricPoint[]): void {
    this.#db.transact(() => {
      const series = new Map<string, number>();
      for (const { runId, name, step, value, epoch } of points) {
        const key = `${runId} ${name}`;
        const known = series.get(key) ?? metrics.ensureSeries(this.#db, seqOf(this.get(runId)), name);
        series.set(key, known);
        metrics.putPoint(this.#db, known, { step, value, epoch });
      }
    });
  }

  /** Forgets points after `step`, when a run goes on from a checkpoint taken there. */
  rewindMetrics(id: string, step: number): void {
    metrics.deletePointsAfter(this.#db, seqOf(this.get(id)), step);
  }

  /** The metrics a run has, with how many points and which steps. */
  curves(id: string): metrics.Curve[] {
    return metrics.listCurves(this.#db, seqOf(this.get(id)));
  }

  /** A metric's points in step order; a long range comes as the extremes of its parts, so that no spike is lost. */
  curve(id: string, name: string, range: CurveRange = {}): metrics.CurvePoint[] {
    const { from = 0, to = Number.MAX_SAFE_INTEGER, maxPoints = 2000 } = range;
    return this.#db.consistently(() => {
      const series = metrics.seriesId(this.#db, seqOf(this.get(id)), name);
      if (series === undefined) return [];
      if (metrics.countPoints(this.#db, series, from, to) <= maxPoints)
        return metrics.readPoints(this.#db, series, from, to);
      const buckets = Math.max(1, Math.floor((maxPoints - 2) / 2));
      return metrics.readExtremes(this.#db, series, from, to, buckets);
    });
  }

  log(id: string, line: string, level: 'info' | 'warning' | 'error' = 'info'): void {
    rows.insertLogLine(this.#db, seqOf(this.get(id)), { level, line, at: Date.now() });
  }

  /** The last lines of a run's log, oldest first. */
  logTail(id: string, limit = 200): rows.LogLine[] {
    return rows.tailLog(this.#db, seqOf(this.get(id)), limit);
  }
}

function seqOf(run: Run): number {
  return rows.runNumber(run.id) ?? 0;
}
