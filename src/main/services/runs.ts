// Runs: what was trained, from what, how it went, and why it ended.
import { deflateSync, inflateSync } from 'node:zlib';
import type { Json, JsonObject, MetricPoint, Run, RunStatus } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import type { WritableDb } from '../db/database.ts';
import { BUCKET_STEPS, refreshBucket } from '../db/metric-buckets.ts';
import * as metrics from '../db/metrics.ts';
import { emptyRun } from '../db/run-deletion.ts';
import * as results from '../db/run-results.ts';
import * as rows from '../db/runs.ts';
import { atOnce, type Sliced } from './slices.ts';
import { type CurvePart, type CurveRange, thinCurve } from './thin-curve.ts';

export interface RunStart {
  readonly name?: string;
  readonly recipe: JsonObject;
  readonly snapshotHash?: string;
  readonly splitHash?: string;
  readonly device?: string;
  readonly codeVersion?: string;
  readonly seed: number;
  readonly notes?: string;
  readonly plan?: RunPlan;
  readonly parent?: { readonly runId: string; readonly checkpointId: number };
}

const ENDED: readonly RunStatus[] = ['done', 'failed', 'stopped'];
const INTERRUPTED =
  'The application ended while this run was going on; it can be resumed from its last checkpoint.';
const NOTHING_SAVED =
  'The application ended before the first checkpoint of this run; resuming starts it from the beginning.';
const NOT_BEGUN = 'The application ended before this run began; it can be resumed.';

/** What a run is started with besides its recipe. */
export type RunPlan = {
  /** `auto`: the backbone's ImageNet weights; `none`: drawn anew; otherwise a detector's checkpoint file. */
  readonly init: string;
  /** Weights of another run instead. */
  readonly fromCheckpoint?: number;
  readonly autoBatch?: boolean;
  /** The learning rate was chosen: it does not move with a batch that is found. */
  readonly keepRate?: boolean;
  /** The warm-up was not chosen: it takes a quarter of the training at most. */
  readonly fitsWarmup?: boolean;
  readonly keepEvery?: number;
  /** Its loss became no number: going on would come to the same step again. */
  readonly diverged?: boolean;
  /** Parts each batch is computed in since memory ran out. */
  readonly parts?: number;
};

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
  setStatus(id: string, status: RunStatus, cause?: string, at = Date.now()): Run {
    return this.#db.transact(() => {
      const run = this.get(id);
      const startedAt = run.startedAt ?? (status === 'running' ? at : null);
      const endedAt = ENDED.includes(status) ? at : null;
      rows.setRunStatus(this.#db, seqOf(run), { status, cause: cause ?? null, startedAt, endedAt, at });
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
    atOnce(this.deletion(id));
  }

  /** The same, which may be set aside: a run may have left millions of rows. */
  *deletion(id: string): Sliced<void> {
    const seq = this.#seq(id);
    yield* emptyRun(this.#db, seq);
    rows.deleteRun(this.#db, seq);
  }

  /**
   * Marks runs that a crash cut short; those in the queue wait on. For the one writer, when it opens the project: nobody else
   * can be training.
   */
  recoverInterrupted(hasCheckpoint: (id: string) => boolean): Run[] {
    const cut = this.list().filter(
      ({ status, queuePlace }) => status === 'running' || (status === 'queued' && queuePlace === null),
    );
    return cut.map((run) => {
      if (run.status === 'queued') return this.setStatus(run.id, 'paused', NOT_BEGUN);
      // nobody saw its end: it trained at least until it last said something
      const at = rows.tailLog(this.#db, seqOf(run), 1)[0]?.at ?? run.startedAt ?? Date.now();
      if (hasCheckpoint(run.id)) return this.setStatus(run.id, 'paused', INTERRUPTED, at);
      return this.setStatus(run.id, 'failed', NOTHING_SAVED, at);
    });
  }

  plan(id: string): RunPlan {
    return (rows.readPlan(this.#db, this.#seq(id)) as RunPlan | null) ?? { init: 'auto' };
  }

  setPlan(id: string, plan: RunPlan): void {
    rows.setPlan(this.#db, this.#seq(id), plan);
  }

  /** Begins a run that was not started yet with another checkpoint of its parent. */
  beginWith(id: string, checkpointId: number): Run {
    return this.#db.transact(() => {
      this.setPlan(id, { ...this.plan(id), fromCheckpoint: checkpointId });
      rows.setParentCheckpoint(this.#db, this.#seq(id), checkpointId);
      return this.get(id);
    });
  }

  /** Keeps metric points, all or none; the same (run, name, step) again replaces itself. Call it with batches. */
  addMetrics(points: readonly MetricPoint[]): void {
    this.#db.transact(() => {
      const series = new Map<string, number>();
      const touched = new Map<string, [series: number, step: number]>();
      for (const { runId, name, step, value, epoch } of points) {
        const key = `${runId} ${name}`;
        const known = series.get(key) ?? metrics.ensureSeries(this.#db, this.#seq(runId), name);
        series.set(key, known);
        metrics.putPoint(this.#db, known, { step, value, epoch });
        touched.set(`${known} ${Math.floor(step / BUCKET_STEPS)}`, [known, step]);
      }
      for (const [known, step] of touched.values()) refreshBucket(this.#db, known, step);
    });
  }

  /** Forgets points after `step`, when a run goes on from a checkpoint taken there. */
  rewindMetrics(id: string, step: number): void {
    const seq = this.#seq(id);
    metrics.deletePointsAfter(this.#db, seq, step);
    results.deletePredictionsAfter(this.#db, seq, step);
  }

  /** The metrics a run has, with how many points and which steps. */
  curves(id: string): metrics.Curve[] {
    return metrics.listCurves(this.#db, this.#seq(id));
  }

  /** The names of a run's metrics. */
  metricNames(id: string): string[] {
    return metrics.seriesNames(this.#db, this.#seq(id));
  }

  /** A metric in step order; of a long range neighbours are one part, with their mean and how far they reach. */
  curve(id: string, name: string, range: CurveRange = {}): CurvePart[] {
    return this.#db.consistently(() => {
      const series = metrics.seriesId(this.#db, this.#seq(id), name);
      return series === undefined ? [] : thinCurve(this.#db, series, range);
    });
  }

  /** Keeps what a run saw on its watched images. */
  addPredictions(id: string, at: results.PredictionMark, images: Json): void {
    results.putPredictions(this.#db, this.#seq(id), at, deflateSync(JSON.stringify(images)));
  }

  /** The evaluations of which there are predictions, oldest first. */
  predictionMarks(id: string): results.PredictionMark[] {
    return results.listPredictions(this.#db, this.#seq(id));
  }

  predictions(id: string, step: number): Json {
    const bytes = results.readPredictions(this.#db, this.#seq(id), step);
    return bytes === undefined ? null : (JSON.parse(inflateSync(bytes).toString('utf8')) as Json);
  }

  /** Notes that a checkpoint's model was written to a folder. */
  addExport(id: string, row: results.ExportRow): void {
    results.insertExport(this.#db, this.#seq(id), row);
  }

  /** Where the run's models went, newest first. */
  exports(id: string): results.ExportRow[] {
    return results.listExports(this.#db, this.#seq(id));
  }

  /** The number of a run, without reading its recipe where that can be. */
  #seq(id: string): number {
    const seq = rows.runNumber(id);
    return seq !== undefined && rows.hasRun(this.#db, seq) ? seq : seqOf(this.get(id));
  }

  log(id: string, line: string, level: 'info' | 'warning' | 'error' = 'info'): void {
    rows.insertLogLine(this.#db, this.#seq(id), { level, line, at: Date.now() });
  }

  /** The last lines of a run's log, oldest first. */
  logTail(id: string, limit = 200): rows.LogLine[] {
    return rows.tailLog(this.#db, this.#seq(id), limit);
  }
}

function seqOf(run: Run): number {
  return rows.runNumber(run.id) ?? 0;
}
