// Runs under way: starts the training process, keeps what it says, and says how it ended.
import type { Run, RunStatus } from '../../shared/model.ts';
import { sentenceOf } from '../../shared/problem.ts';
import { recipeSchema } from '../../shared/recipe.ts';
import type { TrainingEvent, TrainingJob } from '../trainer/job.ts';
import { type Gone, launchTraining, type TrainingProcess } from '../trainer/launch.ts';
import type { OpenProject } from './projects.ts';
import { TrainingRecord } from './training-events.ts';
import { prepareResume, prepareRun, type TrainingStart, workOf } from './training-plan.ts';

export interface ActiveTraining {
  readonly run: Run;
  /** Saves a checkpoint after the step under way and ends. */
  pause(): void;
  /** Ends after the epoch, evaluated; or goes on after all. */
  stop(wanted: boolean): void;
  kill(): void;
  /** Once it is over: it failed of something that most likely ends the next training too. */
  readonly wouldRecur: boolean;
  readonly pid: number | undefined;
  /** The run as it stands once the process is gone. */
  readonly finished: Promise<Run>;
}

type Listener = (event: TrainingEvent) => void;

/** Starts a new run on the project's labels as they are now. */
export async function startTraining(
  project: OpenProject,
  start: TrainingStart,
  listener: Listener,
): Promise<ActiveTraining> {
  return launchRun(project, (await prepareRun(project, start)).id, listener);
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

/** Starts a prepared run, or goes on with one from its latest checkpoint; where that cannot be the run fails. */
export function launchRun(project: OpenProject, runId: string, listener: Listener): ActiveTraining {
  const run = project.runs.get(runId);
  project.runs.setStatus(run.id, 'running');
  return new Watch(project, run, listener);
}

/** Listens to a run's process until it is gone; what changes slowly is stored before the listener hears of it. */
class Watch implements ActiveTraining {
  readonly run: Run;
  readonly finished: Promise<Run>;
  readonly #project: OpenProject;
  readonly #listener: Listener;
  readonly #end: Ending = { event: undefined, unkept: undefined, killed: false, asked: false };
  #stepped = false;
  #record: TrainingRecord | undefined;
  #child: TrainingProcess | undefined;
  #stopAsked = false;

  constructor(project: OpenProject, run: Run, listener: Listener) {
    this.run = run;
    this.#project = project;
    this.#listener = listener;
    this.finished = this.#train().catch((error: unknown) => fail(project, run, error));
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get wouldRecur(): boolean {
    const { event, unkept, killed, asked } = this.#end;
    const ofDisk = unkept !== undefined || (event?.type === 'failed' && event.ofDisk === true);
    // it never came to what is its own: files, weights or the program are not as they should be
    return ofDisk || !(this.#stepped || killed || asked || event?.type === 'ended');
  }

  pause(): void {
    this.#end.asked = true;
    this.#child?.pause();
  }

  stop(wanted: boolean): void {
    this.#stopAsked = wanted;
    this.#child?.stop(wanted);
  }

  kill(): void {
    this.#end.killed = true;
    this.#child?.kill();
  }

  async #train(): Promise<Run> {
    const { job, watchedIds } = await workOf(this.#project, this.run);
    // before there was a process to be asked
    const { killed, asked } = this.#end;
    if (killed || asked) return this.#project.runs.setStatus(this.run.id, killed ? 'stopped' : 'paused');
    this.#record = new TrainingRecord(this.#project, this.run, watchedIds, (error) => this.#giveUp(error));
    return await this.#launch(job);
  }

  async #launch(job: TrainingJob): Promise<Run> {
    const child = launchTraining(job, (event) => this.#hear(event));
    this.#child = child;
    if (this.#stopAsked) child.stop(true);
    const gone = await child.gone;
    this.#record?.flush();
    const smaller = inSmallerParts(this.#project, job, this.#end, gone);
    if (smaller === undefined) return close(this.#project, this.run, this.#end, gone);
    if (gone.lastWords !== '') this.#project.runs.log(this.run.id, gone.lastWords, 'error');
    this.#end.event = undefined;
    this.#hear(smaller.event);
    return await this.#launch(smaller.job);
  }

  #hear(event: TrainingEvent): void {
    if (this.#end.unkept !== undefined) return;
    if (event.type === 'ended' || event.type === 'failed') this.#end.event = event;
    if (event.type === 'step') this.#stepped = true;
    this.#record?.keep(event);
    if (this.#end.unkept === undefined) this.#listener(event);
  }

  /** Numbers that cannot be stored, as on a full disk, are not worth making. */
  #giveUp(error: unknown): void {
    this.#end.unkept = error;
    this.#child?.kill();
  }
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

/**
 * The job to go on with where memory was what ended the process: from its last checkpoint, in smaller parts. A process that
 * halved its parts while it ran has not shown that one image is too many: only one that began with one image has.
 */
function inSmallerParts(project: OpenProject, job: TrainingJob, end: Ending, gone: Gone) {
  const { unkept, killed, asked } = end;
  const mayGoOn = unkept === undefined && !killed && !asked && outOfMemory(end, gone);
  const recipe = recipeSchema.parse(project.runs.get(job.runId).recipe);
  const { batch } = recipe.train;
  const begun = job.parts ?? 1;
  if (!mayGoOn || begun >= batch) return undefined;
  const reached = Math.max(begun, project.runs.plan(job.runId).parts ?? 1);
  const parts = Math.min(reached * 2, 2 ** Math.ceil(Math.log2(batch)));
  const step = project.checkpoints.latest(job.runId)?.step;
  const text = `Memory ran out and the training process ended. It goes on from step ${step ?? 0}, with each step's ${batch} images computed ${Math.ceil(batch / parts)} at a time.`;
  return {
    job: { ...job, recipe, parts, resume: step !== undefined, autoBatch: false },
    event: { type: 'out of memory', step: step ?? 0, parts, text } as const,
  };
}

function close(project: OpenProject, run: Run, end: Ending, gone: Gone): Run {
  const { event } = end;
  if (end.unkept !== undefined) return fail(project, run, end.unkept);
  if (event?.type === 'ended') return project.runs.setStatus(run.id, ...outcomeOf(event.end));
  if (end.killed) project.runs.log(run.id, 'Ended at once, as asked');
  if (end.killed) return project.runs.setStatus(run.id, 'stopped', 'Stopped at once, as asked.');
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
