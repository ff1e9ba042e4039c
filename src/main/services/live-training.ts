// The training under way, one at a time, and the queue behind it: each run that ends lets the next one begin.
import type { LiveRun, Notice } from '../../shared/contract.ts';
import type { Run } from '../../shared/model.ts';
import { Problem, sentenceOf } from '../../shared/problem.ts';
import type { TrainingEvent } from '../trainer/job.ts';
import { writeDown } from './failures.ts';
import { LiveState } from './live-state.ts';
import type { OpenProject } from './projects.ts';
import { runSummary } from './run-list.ts';
import { prepareResume, prepareRun, type TrainingStart, type Watched } from './training-plan.ts';
import { type ActiveTraining, launchRun } from './trainings.ts';

export class LiveTraining {
  readonly #tell: (notice: Notice) => void;
  #active: ActiveTraining | undefined;
  #state: LiveState | undefined;
  /** Nothing new is started: the project is about to be closed. */
  #ending = false;
  /** The next in the queue begins when a training ends. Not after a start: what waits is asked about first. */
  #flows = false;
  /** The run whose pause holds the queue. */
  #heldBy: string | undefined;
  /** Ends what is being prepared with the project. */
  #leaving = new AbortController();

  /** `tell` hears of every change. */
  constructor(tell: (notice: Notice) => void) {
    this.#tell = tell;
  }

  get live(): LiveRun | null {
    return this.#state?.live ?? null;
  }

  /** Starts a new run, or queues it while another one trains. Throws a Problem where there is nothing to learn from. */
  async start(project: OpenProject, start: TrainingStart, watched: Watched = {}): Promise<Run> {
    const signals = [this.#leaving.signal, watched.signal];
    const throwIfAborted = () => {
      for (const signal of signals) signal?.throwIfAborted();
    };
    const signal = { throwIfAborted };
    return this.#begin(project, await prepareRun(project, start, { ...watched, signal }));
  }

  /** Goes on with a run, for `epochs` epochs in all where given; queued while another one trains. */
  resume(project: OpenProject, runId: string, epochs?: number): Run {
    const run = project.runs.get(runId);
    if (this.#active?.run.id === run.id) return runGoingOn(run, epochs);
    const waits = run.status === 'queued';
    if (waits && epochs === undefined) return run;
    const prepared = prepareResume(project, run.id, epochs);
    // the pause that held the queue is over
    if (run.id === this.#heldBy) this.#flows = true;
    if (!waits) return this.#begin(project, prepared);
    this.#tell({ type: 'runs' });
    return prepared;
  }

  /** Asks for a checkpoint and an end after the step under way. The queue waits until it is told to go on. */
  pause(runId: string): void {
    this.#the(runId).pause();
    this.#hold(runId);
    if (this.#state) this.#show(this.#state.ask('pausing'));
  }

  /** Asks for an end after the epoch. */
  stop(runId: string): void {
    this.#the(runId).stop(true);
    if (this.#state) this.#show(this.#state.ask('stopping'));
  }

  /** Takes back an end that was asked for. */
  unstop(runId: string): void {
    this.#the(runId).stop(false);
    if (this.#state) this.#show(this.#state.goOn());
  }

  /** Ends the process at once; one that has ended by itself meanwhile is as wanted. */
  kill(runId: string): void {
    if (this.#active?.run.id === runId) this.#active.kill();
  }

  /** True where runs wait that do not begin by themselves: after a pause, a failure of the disk, a restart. */
  isHeld(project: OpenProject): boolean {
    return !this.#flows && project.queue.next() !== undefined;
  }

  /** Lets the runs that wait begin, one after the other. */
  release(project: OpenProject): void {
    this.#flows = true;
    if (!this.#active) this.#next(project);
    this.#tell({ type: 'runs' });
  }

  /** Pauses and waits for the end, before the project is closed; the queue goes no further. */
  async end(): Promise<void> {
    this.#ending = true;
    this.#leaving.abort(new Problem('The project was closed before the training began.'));
    this.#leaving = new AbortController();
    if (this.#active) this.pause(this.#active.run.id);
    // how it ended is told elsewhere; here it only has to be over
    await this.#active?.finished.catch(() => undefined);
    this.#hold();
    this.#ending = false;
  }

  #the(runId: string): ActiveTraining {
    if (this.#active?.run.id === runId) return this.#active;
    throw new Problem('This run is not training any more.', 'The list of runs says how it ended.');
  }

  #hold(by?: string): void {
    this.#flows = false;
    this.#heldBy = by;
  }

  #begin(project: OpenProject, run: Run): Run {
    if (this.#active) {
      const queued = project.queue.add(run.id);
      this.#tell({ type: 'runs' });
      return queued;
    }
    // nobody waits: what comes behind this one begins by itself
    if (project.queue.next() === undefined) this.#flows = true;
    return this.#launch(project, run.id);
  }

  #launch(project: OpenProject, runId: string): Run {
    const run = project.runs.get(runId);
    const { epochsDone } = runSummary(project, run);
    const state = new LiveState(run, project.runs.plan(runId).parts, epochsDone ?? 0);
    const active = launchRun(project, runId, (event) => this.#hear(event));
    this.#active = active;
    this.#state = state;
    this.#show(state.live);
    active.finished.then(
      (ended) => this.#over(project, ended, active.wouldRecur),
      (error: unknown) => {
        writeDown(error, `the end of run ${runId} could not be stored`);
        this.#over(project, run, true);
      },
    );
    return project.runs.get(runId);
  }

  #over(project: OpenProject, run: Run, wouldRecur: boolean): void {
    this.#active = undefined;
    this.#state = undefined;
    if (wouldRecur) this.#hold(run.id);
    this.#tell({ type: 'run', runId: run.id, live: null });
    if (this.#ending) return;
    this.#tell({ type: 'run-ended', run: runSummary(project, run) });
    if (this.#flows) this.#next(project);
  }

  /** Starts the run whose turn it is; one that cannot be started says why and lets the next begin. */
  #next(project: OpenProject): void {
    let run = project.queue.next();
    while (run !== undefined && this.#flows && !this.#begun(project, run)) run = project.queue.next();
  }

  #begun(project: OpenProject, run: Run): boolean {
    try {
      this.#launch(project, run.id);
      return true;
    } catch (error) {
      if (!markFailed(project, run.id, error)) this.#hold();
      this.#tell({ type: 'runs' });
      return false;
    }
  }

  #hear(event: TrainingEvent): void {
    // its best numbers are in the list of runs
    if (event.type === 'checkpoint' && event.kind === 'best') this.#tell({ type: 'runs' });
    const live = this.#state?.hear(event);
    if (!live) return;
    this.#show(live);
    if (event.type === 'out of memory' || (event.type === 'log' && event.level === 'warning')) {
      this.#tell({ type: 'run-told', runId: live.runId, level: 'warning', line: event.text });
    }
  }

  #show(live: LiveRun): void {
    this.#tell({ type: 'run', runId: live.runId, live });
  }
}

/** False where not even that can be written down. */
function markFailed(project: OpenProject, runId: string, reason: unknown): boolean {
  try {
    project.runs.setStatus(runId, 'failed', sentenceOf(reason));
    return true;
  } catch (error) {
    process.stderr.write(`Run ${runId} could not be started: ${sentenceOf(error)}\n`);
    return false;
  }
}

/** A run that trains already cannot be made longer on the way. */
function runGoingOn(run: Run, epochs: number | undefined): Run {
  if (epochs === undefined) return run;
  throw new Problem(`${run.name} is training.`, 'Pause it first, or make it longer once it is done.');
}
