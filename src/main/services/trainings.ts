// Runs under way: starts the training process, keeps what it says before passing it on, and says how it ended.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Checkpoint, JsonObject, Run, RunStatus } from '../../shared/model.ts';
import { Problem, sentenceOf } from '../../shared/problem.ts';
import { type Recipe, recipeSchema } from '../../shared/recipe.ts';
import type { InitialWeights, TrainingEvent, TrainingJob } from '../trainer/job.ts';
import { type Gone, launchTraining, type TrainingProcess } from '../trainer/launch.ts';
import type { OpenProject } from './projects.ts';
import { withEpochs } from './recipes.ts';
import type { RunPlan } from './runs.ts';
import { TrainingRecord } from './training-events.ts';
import { assertLearnable, jobImages, trainedClasses, watchedImages } from './training-job.ts';
import { weightPath } from './weights.ts';

export interface TrainingStart extends RunPlan {
  readonly recipe: Recipe;
  readonly seed: number;
  readonly name?: string;
  readonly notes?: string;
  /** The run whose checkpoint `fromCheckpoint` is. */
  readonly from?: string;
}

export interface ActiveTraining {
  readonly run: Run;
  /** Saves a checkpoint after the step under way and ends. */
  pause(): void;
  /** Ends after the epoch, evaluated. */
  stop(): void;
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
  return launchRun(project, prepareRun(project, start).id, listener);
}

/** A new run on the project's labels as they are now, not yet started. Throws a Problem where nothing can be learned. */
export function prepareRun(project: OpenProject, start: TrainingStart): Run {
  const { recipe, seed, name, notes, from, ...plan } = start;
  initialWeights(project, recipe, plan);
  const snapshot = project.snapshots.take();
  assertLearnable(jobImages(project, snapshot, 'train'), trainedClasses(snapshot));
  const parent =
    from === undefined || plan.fromCheckpoint === undefined
      ? {}
      : { parent: { runId: from, checkpointId: plan.fromCheckpoint } };
  return project.runs.create({
    ...(name === undefined ? {} : { name }),
    ...(notes === undefined ? {} : { notes }),
    ...parent,
    recipe: recipe as unknown as JsonObject,
    snapshotHash: snapshot.hash,
    splitHash: snapshot.splitHash,
    seed,
    plan,
  });
}

/** Starts a prepared run, or goes on with one from its latest checkpoint. Throws a Problem where that cannot be. */
export function launchRun(project: OpenProject, runId: string, listener: Listener): ActiveTraining {
  const run = project.runs.get(runId);
  const resume = project.checkpoints.latest(run.id) !== undefined;
  return watch(project, run, workOf(project, run, resume), listener);
}

/**
 * Goes on with a run from its latest checkpoint, for `epochs` epochs in all where given. The schedule of the learning
 * rate is laid out anew over them: a rate that had fallen may rise again, as if the run had been that long from the
 * start. Throws a Problem where there is nothing left to do.
 */
export function resumeTraining(
  project: OpenProject,
  runId: string,
  epochs: number | undefined,
  listener: Listener,
): ActiveTraining {
  return launchRun(project, prepareResume(project, runId, epochs).id, listener);
}

/** The run with the recipe to go on with. Throws a Problem where there is nothing left to do. */
export function prepareResume(project: OpenProject, runId: string, epochs?: number): Run {
  const run = project.runs.get(runId);
  const latest = project.checkpoints.latest(run.id);
  if (run.snapshotHash === null) {
    throw new Problem(
      `Run ${run.id} does not say what it learns from.`,
      'Start a new run with "ddod train".',
    );
  }
  const recipe = extended(run, latest === undefined ? 0 : epochsBehind(project, latest), epochs);
  if (epochs !== undefined) project.runs.setRecipe(run.id, recipe as unknown as JsonObject);
  return project.runs.get(run.id);
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

/** A job, and which images of the project it shows after each evaluation. */
interface Work {
  readonly job: TrainingJob;
  readonly watchedIds: readonly number[];
}

function workOf(project: OpenProject, run: Run, resume: boolean): Work {
  const snapshot = project.snapshots.get(run.snapshotHash ?? '');
  const recipe = recipeSchema.parse(run.recipe);
  const plan = project.runs.plan(run.id);
  const { positions, imageIds } = watchedImages(project, snapshot, run.seed);
  const job = {
    runId: run.id,
    recipe,
    classes: trainedClasses(snapshot).map((label) => label.name),
    seed: run.seed,
    train: jobImages(project, snapshot, 'train'),
    val: jobImages(project, snapshot, 'val'),
    initialWeights: resume ? null : initialWeights(project, recipe, plan),
    checkpoints: project.checkpoints.file,
    resume,
    watched: positions,
    ...(plan.autoBatch === undefined ? {} : { autoBatch: plan.autoBatch }),
    ...(plan.parts === undefined ? {} : { parts: plan.parts }),
    ...(plan.keepEvery === undefined ? {} : { keepEvery: plan.keepEvery }),
  };
  return { job, watchedIds: imageIds };
}

function initialWeights(project: OpenProject, recipe: Recipe, plan: RunPlan): InitialWeights | null {
  const { init, fromCheckpoint } = plan;
  if (fromCheckpoint !== undefined) {
    project.checkpoints.load(fromCheckpoint);
    return { kind: 'checkpoint', store: project.checkpoints.file, id: fromCheckpoint };
  }
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
function watch(project: OpenProject, run: Run, work: Work, listener: Listener): ActiveTraining {
  const end: Ending = { event: undefined, unkept: undefined, killed: false, asked: false };
  const record = new TrainingRecord(project, run, work.watchedIds);
  let child: TrainingProcess;
  const hear = (event: TrainingEvent) => {
    if (end.unkept !== undefined) return;
    if (event.type === 'ended' || event.type === 'failed') end.event = event;
    try {
      record.keep(event);
    } catch (error) {
      // numbers that cannot be stored, as on a full disk, are not worth making
      end.unkept = error;
      child.kill();
      return;
    }
    listener(event);
  };
  const launch = (job: TrainingJob) => {
    child = launchTraining(job, hear);
    return child.gone.then(async (gone): Promise<Run> => {
      const smaller = inSmallerParts(project, job, end, gone);
      if (smaller === undefined) return close(project, run, end, gone);
      if (gone.lastWords !== '') project.runs.log(run.id, gone.lastWords, 'error');
      end.event = undefined;
      hear(smaller.event);
      return await launch(smaller.job);
    });
  };
  const ask = (work: () => void) => {
    end.asked = true;
    work();
  };
  project.runs.setStatus(run.id, 'running');
  const finished = launch(work.job);
  return {
    run,
    get pid() {
      return child.pid;
    },
    pause: () => ask(() => child.pause()),
    stop: () => child.stop(),
    kill: () => {
      end.killed = true;
      child.kill();
    },
    finished,
  };
}

/** How a training process ended, beside its exit code. */
interface Ending {
  event: TrainingEvent | undefined;
  /** Why an event could not be stored. */
  unkept: unknown;
  /** By the user. */
  killed: boolean;
  /** The user wants it to end: nothing is started again. */
  asked: boolean;
}

const outOfMemory = ({ event }: Ending, { ofMemory }: Gone) =>
  event === undefined ? ofMemory : event.type === 'failed' && event.outOfMemory === true;

/** The job to go on with where memory was what ended the process: from its last checkpoint, in smaller parts. */
function inSmallerParts(project: OpenProject, job: TrainingJob, end: Ending, gone: Gone) {
  const { unkept, killed, asked } = end;
  const mayGoOn = unkept === undefined && !killed && !asked && outOfMemory(end, gone);
  const parts = Math.max(job.parts ?? 1, project.runs.plan(job.runId).parts ?? 1) * 2;
  const run = project.runs.get(job.runId);
  const { batch } = recipeSchema.parse(run.recipe).train;
  if (!mayGoOn || parts >= batch * 2) return undefined;
  const step = project.checkpoints.latest(job.runId)?.step;
  const text = `Memory ran out and the training process ended. It goes on from step ${step ?? 0}, with each step's ${batch} images computed ${Math.ceil(batch / parts)} at a time.`;
  const recipe = recipeSchema.parse(run.recipe);
  return {
    job: { ...job, recipe, parts, resume: step !== undefined, autoBatch: false },
    event: { type: 'out of memory', step: step ?? 0, parts, text } as const,
  };
}

function close(project: OpenProject, run: Run, end: Ending, gone: Gone): Run {
  const { event } = end;
  if (end.unkept !== undefined) return fail(project, run, end.unkept);
  if (event?.type === 'ended') return project.runs.setStatus(run.id, ...outcomeOf(event.end));
  if (end.killed) return project.runs.setStatus(run.id, 'stopped', 'Stopped without a last checkpoint.');
  if (gone.lastWords !== '') project.runs.log(run.id, gone.lastWords, 'error');
  return project.runs.setStatus(run.id, 'failed', causeOf(project, run, end, gone));
}

function causeOf(project: OpenProject, run: Run, end: Ending, gone: Gone): string {
  const resume =
    project.checkpoints.latest(run.id) === undefined
      ? 'start it again'
      : 'resume the run from its last checkpoint';
  if (outOfMemory(end, gone)) {
    return `Memory ran out${end.asked ? '' : ', even with one image computed at a time'}. Close other programs and ${resume}, or train anew on smaller images.`;
  }
  if (end.event?.type === 'failed') return end.event.message;
  const how = gone.signal === null ? `with exit code ${gone.code}` : `by ${gone.signal}`;
  return `The training process was ended ${how}; ${resume}.`;
}

function outcomeOf(end: Extract<TrainingEvent, { type: 'ended' }>['end']): [RunStatus, string?] {
  if (end === 'paused') return ['paused'];
  if (end === 'stopped') return ['stopped', 'Stopped after an epoch, as asked.'];
  return end === 'done' ? ['done'] : ['done', 'AP stopped getting better.'];
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
