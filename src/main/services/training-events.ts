// What a training process says, kept in the project: steps a few at a time, the rest before anybody hears of it.
import type { JsonObject, MetricPoint, Run } from '../../shared/model.ts';
import type { ClassResult, FoundObjects, TracePoint, TrainingEvent } from '../trainer/job.ts';
import type { OpenProject } from './projects.ts';
import { EpochLoss, lineOf } from './training-log.ts';

/** What one watched image showed; the image is named by its number in the project. */
export type WatchedImage = { readonly imageId: number } & FoundObjects;

/** Milliseconds of steps that one transaction takes: what a killed application may lose beside its last checkpoint. */
const BATCH_MS = 250;

export class TrainingRecord {
  readonly #project: OpenProject;
  readonly #run: Run;
  readonly #watchedIds: readonly number[];
  /** Of the evaluation whose checkpoint comes next. */
  #perClass: readonly ClassResult[] = [];
  #bestThreshold = 0;
  readonly #onFailure: (error: unknown) => void;
  readonly #epoch = new EpochLoss();
  #waiting: MetricPoint[] = [];
  #timer: NodeJS.Timeout | undefined;
  // `performance.now()` counts from the start of the process, so that zero would be a moment ago
  #storedAt = Number.NEGATIVE_INFINITY;

  /** `onFailure` is told where the disk does not take an event. */
  constructor(
    project: OpenProject,
    run: Run,
    watchedIds: readonly number[],
    onFailure: (error: unknown) => void,
  ) {
    this.#onFailure = onFailure;
    this.#project = project;
    this.#run = run;
    this.#watchedIds = watchedIds;
  }

  /** Stores an event at once, with the steps before it; steps that come fast are stored a few at a time. */
  keep(event: TrainingEvent): void {
    if (event.type === 'step') this.#keepStep(event);
    else {
      this.flush();
      this.#guard(() => this.#keepNow(event));
    }
  }

  /** Stores the steps that wait. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const points = this.#waiting;
    if (points.length === 0) return;
    this.#waiting = [];
    this.#guard(() => this.#project.runs.addMetrics(points));
    this.#storedAt = performance.now();
  }

  #keepStep(event: Extract<TrainingEvent, { type: 'step' }>): void {
    this.#waiting.push(...this.#points(event));
    this.#epoch.see(event);
    const wait = this.#storedAt + BATCH_MS - performance.now();
    if (wait <= 0) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), wait);
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#onFailure(error);
    }
  }

  #keepNow(event: Exclude<TrainingEvent, { type: 'step' }>): void {
    const { runs } = this.#project;
    const { id } = this.#run;
    for (const line of [this.#epoch.lineBefore(event), lineOf(event)])
      if (line !== undefined) runs.log(id, line);
    if (event.type === 'evaluation') this.#keepEvaluation(event);
    else if (event.type === 'predictions') this.#keepPredictions(event);
    else if (event.type === 'resumed') this.#rewind(event.step, event.trace);
    else if (event.type === 'started') runs.setRecipe(id, runs.get(id).recipe, event.device);
    else if (event.type === 'probed') runs.setRecipe(id, event.recipe as unknown as JsonObject);
    else if (event.type === 'log') runs.log(id, event.text, event.level);
    else if (event.type === 'out of memory') this.#keepParts(event.parts, event.text);
    else if (event.type === 'checkpoint') this.#keepCheckpoint(event);
    else if (event.type === 'failed') this.#keepFailure(event);
  }

  #keepFailure({ details, diverged = false }: Extract<TrainingEvent, { type: 'failed' }>): void {
    const { runs } = this.#project;
    runs.setPlan(this.#run.id, { ...runs.plan(this.#run.id), diverged });
    runs.log(this.#run.id, details, 'error');
  }

  #keepEvaluation(event: Extract<TrainingEvent, { type: 'evaluation' }>): void {
    this.#perClass = event.perClass ?? [];
    this.#bestThreshold = event.bestThreshold ?? 0;
    this.#project.runs.addMetrics(this.#points(event));
  }

  #keepPredictions({ step, epoch, images }: Extract<TrainingEvent, { type: 'predictions' }>): void {
    const seen = images.flatMap(({ boxes, scores, labels }, index) => {
      const imageId = this.#watchedIds[index];
      return imageId === undefined ? [] : [{ imageId, boxes, scores, labels }];
    });
    this.#project.runs.addPredictions(this.#run.id, { step, epoch }, seen);
  }

  #rewind(step: number, trace: readonly TracePoint[]): void {
    this.#project.runs.rewindMetrics(this.#run.id, step);
    this.#project.runs.addMetrics(trace.flatMap((point) => this.#points(point)));
  }

  #keepParts(parts: number, text: string): void {
    const { runs } = this.#project;
    runs.setPlan(this.#run.id, { ...runs.plan(this.#run.id), parts });
    runs.log(this.#run.id, text, 'warning');
  }

  #keepCheckpoint(event: Extract<TrainingEvent, { type: 'checkpoint' }>): void {
    const { id: checkpointId, metrics } = event;
    if (Object.keys(metrics).length === 0) return;
    const perClass = this.#perClass.length === 0 ? {} : { perClass: this.#perClass };
    const key = { runId: this.#run.id, checkpointId, split: 'val', protocol: 'coco' } as const;
    const threshold = this.#bestThreshold;
    this.#project.evaluations.save({ ...key, metrics: { ...metrics, threshold }, ...perClass });
  }

  #points({ step, epoch, metrics }: TracePoint): MetricPoint[] {
    const runId = this.#run.id;
    return Object.entries(metrics).map(([name, value]) => ({ runId, name, step, epoch, value }));
  }
}
