// Runs under way: starts the training process, keeps what it says before passing it on, and says how it ended.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Checkpoint, JsonObject, MetricPoint, Run } from '../../shared/model.ts';
import { Problem, sentenceOf } from '../../shared/problem.ts';
import { type Recipe, recipeSchema } from '../../shared/recipe.ts';
import type { InitialWeights, TracePoint, TrainingEvent, TrainingJob } from '../trainer/job.ts';
import { launchTraining, type TrainingProcess } from '../trainer/launch.ts';
import type { OpenProject } from './projects.ts';
import { withEpochs } from './recipes.ts';
import { assertLearnable, jobImages, trainedClasses } from './training-job.ts';
import { weightPath } from './weights.ts';

export interface TrainingStart {
  readonly recipe: Recipe;
  readonly seed: number;
  readonly name?: string;
  /** `auto`: the backbone's ImageNet weights; `none`: drawn anew; otherwise a detector's checkpoint file. */
  readonly init: string;
}

export interface ActiveTraining {
  readonly run: Run;
  /** Saves a checkpoint after the step under way and ends. */
  pause(): void;
  kill(): void;
  readonly pid: number | undefined;
  /** The run as it stands once the process is gone. */
  readonly finished: Promise<Run>;
}

type Listener = (event: TrainingEvent) => void;

/** Starts a new run on the project's labels as they are now. */
export function startTraining(
  project: OpenProject,
  start: TrainingStart,
  listener: Listener,
): ActiveTraining {
  const initialWeights = weightsFor(start);
  const snapshot = project.snapshots.take();
  const classes = trainedClasses(snapshot);
  const train = jobImages(project, snapshot, 'train');
  assertLearnable(train, classes);
  const run = project.runs.create({
    ...(start.name === undefined ? {} : { name: start.name }),
    recipe: start.recipe as unknown as JsonObject,
    snapshotHash: snapshot.hash,
    splitHash: snapshot.splitHash,
    seed: start.seed,
  });
  const val = jobImages(project, snapshot, 'val');
  return watch(project, run, jobOf(project, run, { train, val, initialWeights, resume: false }), listener);
}

/**
 * Goes on with a run from its latest checkpoint, for `epochs` epochs in all where given. The schedule of the learning
 * rate is laid out anew over them: a rate that had fallen may rise again, as if the run had been that long from the
 * start. Throws a Problem where there is nothing to go on from or nothing left to do.
 */
export function resumeTraining(
  project: OpenProject,
  runId: string,
  epochs: number | undefined,
  listener: Listener,
): ActiveTraining {
  const run = project.runs.get(runId);
  const latest = project.checkpoints.latest(run.id);
  if (latest === undefined || run.snapshotHash === null) {
    throw new Problem(`Run ${run.id} has no checkpoint to go on from.`, 'Start a new run with "ddod train".');
  }
  const recipe = extended(run, epochsBehind(project, latest), epochs);
  if (epochs !== undefined) project.runs.setRecipe(run.id, recipe as unknown as JsonObject);
  const snapshot = project.snapshots.get(run.snapshotHash);
  const [train, val] = [jobImages(project, snapshot, 'train'), jobImages(project, snapshot, 'val')];
  const current = project.runs.get(run.id);
  const job = jobOf(project, current, { train, val, initialWeights: null, resume: true });
  return watch(project, current, job, listener);
}

/** The recipe to go on with. Throws a Problem where it leaves nothing to do. */
function extended(run: Run, finished: number, epochs: number | undefined): Recipe {
  const recipe = recipeSchema.parse(run.recipe);
  if (epochs === undefined) {
    if (run.status !== 'done') return recipe;
    throw new Problem(
      `Run ${run.id} is done after ${finished} epochs.`,
      `Give --epochs with more than ${finished} to extend it.`,
    );
  }
  if (epochs > finished) return withEpochs(recipe, epochs);
  throw new Problem(
    `Run ${run.id} has ${finished} epochs behind it already, so it cannot end after ${epochs}.`,
    `Give --epochs with more than ${finished}.`,
  );
}

/** Whole epochs up to a checkpoint. */
function epochsBehind(project: OpenProject, checkpoint: Checkpoint): number {
  const { state } = project.checkpoints.load(checkpoint.id);
  return (state as unknown as { training: { sampler: { epoch: number } } }).training.sampler.epoch;
}

function jobOf(
  project: OpenProject,
  run: Run,
  parts: Pick<TrainingJob, 'train' | 'val' | 'initialWeights' | 'resume'>,
): TrainingJob {
  const snapshot = project.snapshots.get(run.snapshotHash ?? '');
  return {
    ...parts,
    runId: run.id,
    recipe: recipeSchema.parse(run.recipe),
    classes: trainedClasses(snapshot).map((label) => label.name),
    seed: run.seed,
    checkpoints: project.checkpoints.file,
  };
}

function weightsFor({ init, recipe }: TrainingStart): InitialWeights | null {
  if (init === 'none') return null;
  if (init !== 'auto' && !existsSync(init)) {
    throw new Problem(`There is no file ${init}.`, 'Give --init a checkpoint, "auto" or "none".');
  }
  if (init !== 'auto') return { kind: 'detector', file: resolve(init) };
  const file = weightPath(recipe.backbone);
  if (file === undefined) {
    throw new Problem(
      `The ImageNet weights of ${recipe.backbone} are not on this computer.`,
      `Fetch them with "ddod weights fetch ${recipe.backbone}", or start without with --init none.`,
    );
  }
  return { kind: 'backbone', file };
}

/** Listens to the process until it is gone; everything is stored before the listener hears of it. */
function watch(project: OpenProject, run: Run, job: TrainingJob, listener: Listener): ActiveTraining {
  const end: Ending = { event: undefined, unkept: undefined, killed: false, lastWords: '' };
  const hear = (event: TrainingEvent) => {
    if (end.unkept !== undefined) return;
    if (event.type === 'ended' || event.type === 'failed') end.event = event;
    try {
      keep(project, run, event);
    } catch (error) {
      // numbers that cannot be stored, as on a full disk, are not worth making
      end.unkept = error;
      child.kill();
      return;
    }
    listener(event);
  };
  project.runs.setStatus(run.id, 'running');
  const child: TrainingProcess = launchTraining(job, hear, (text) => {
    end.lastWords = text;
  });
  const kill = () => {
    end.killed = true;
    child.kill();
  };
  const finished = child.gone.then((gone) => close(project, run, end, gone));
  return { run, pid: child.pid, pause: child.pause, kill, finished };
}

function keep(project: OpenProject, run: Run, event: TrainingEvent): void {
  if (event.type === 'step' || event.type === 'evaluation') {
    project.runs.addMetrics(metricPoints(run, event));
  } else if (event.type === 'resumed') {
    project.runs.rewindMetrics(run.id, event.step);
    project.runs.addMetrics(event.trace.flatMap((point) => metricPoints(run, point)));
  } else if (event.type === 'started') {
    project.runs.setRecipe(run.id, run.recipe, event.device);
  } else if (event.type === 'log') {
    project.runs.log(run.id, event.text, event.level);
  } else if (event.type === 'checkpoint' && Object.keys(event.metrics).length > 0) {
    const { id: checkpointId, metrics } = event;
    project.evaluations.save({ runId: run.id, checkpointId, split: 'val', protocol: 'coco', metrics });
  } else if (event.type === 'failed') {
    project.runs.log(run.id, event.details, 'error');
  }
}

function metricPoints(run: Run, { step, epoch, metrics }: TracePoint): MetricPoint[] {
  return Object.entries(metrics).map(([name, value]) => ({ runId: run.id, name, step, epoch, value }));
}

/** How a training process ended, beside its exit code. */
interface Ending {
  event: TrainingEvent | undefined;
  /** Why an event could not be stored. */
  unkept: unknown;
  /** By the user. */
  killed: boolean;
  lastWords: string;
}

interface Gone {
  readonly code: number | null;
  readonly signal: string | null;
}

function close(project: OpenProject, run: Run, end: Ending, gone: Gone): Run {
  const { event } = end;
  if (end.unkept !== undefined) return fail(project, run, end.unkept);
  if (event?.type === 'ended') {
    if (event.end === 'paused') return project.runs.setStatus(run.id, 'paused');
    const cause = event.end === 'done' ? undefined : 'AP stopped getting better.';
    return project.runs.setStatus(run.id, 'done', cause);
  }
  if (event?.type === 'failed') return project.runs.setStatus(run.id, 'failed', event.message);
  if (end.killed) return project.runs.setStatus(run.id, 'stopped', 'Stopped without a last checkpoint.');
  if (end.lastWords !== '') project.runs.log(run.id, end.lastWords, 'error');
  const how = gone.signal === null ? `with exit code ${gone.code}` : `by ${gone.signal}`;
  const cause = `The training process was ended ${how}; resume the run from its last checkpoint.`;
  return project.runs.setStatus(run.id, 'failed', cause);
}

/** The run as failed, where that can be written down; otherwise the next to open the project marks it. */
function fail(project: OpenProject, run: Run, reason: unknown): Run {
  const cause = sentenceOf(reason);
  try {
    return project.runs.setStatus(run.id, 'failed', cause);
  } catch {
    return { ...run, status: 'failed', cause };
  }
}
