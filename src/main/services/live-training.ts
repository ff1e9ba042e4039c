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
    const signals = [this.#leaving.signal, watched.signal].filter((signal) => signal !== undefined);
    const signal = AbortSignal.any(signals);
    return this.#begin(project, await prepareRun(project, start, { ...watched, signal }));
  }

  /** Goes on with a run, for `epochs` epochs in all where given; queued while another one trains. */
  resume(project: OpenProject, runId: string, epochs?: number): Run {
    const run = project.runs.get(runId);
    if (run.status === 'queued' || this.#active?.run.id === run.id) return run;
    return this.#begin(project, prepareResume(project, run.id, epochs));
  }

  /** Asks for a checkpoint and an end after the step under way. */
  pause(): void {
    this.#active?.pause();
    if (this.#state) this.#show(this.#state.ask('pausing'));
  }

  /** Asks for an end after the epoch. */
  stop(): void {
    this.#active?.stop();
    if (this.#state) this.#show(this.#state.ask('stopping'));
  }

  /** Ends the process at once. */
  kill(): void {
    this.#active?.kill();
  }

  /** Pauses and waits for the end, before the project is closed; the queue goes no further. */
  async end(): Promise<void> {
    this.#ending = true;
    this.#leaving.abort(new Problem('The project was closed before the training began.'));
    this.#leaving = new AbortController();
    this.pause();
    // how it ended is told elsewhere; here it only has to be over
    await this.#active?.finished.catch(() => undefined);
    this.#ending = false;
  }

  #begin(project: OpenProject, run: Run): Run {
    if (this.#active) {
      const queued = project.runs.enqueue(run.id);
      this.#tell({ type: 'runs' });
      return queued;
    }
    return this.#launch(project, run.id);
  }

  #launch(project: OpenProject, runId: string): Run {
    const active = launchRun(project, runId, (event) => this.#hear(event));
    const run = project.runs.get(runId);
    this.#active = active;
    this.#state = new LiveState(run);
    this.#show(this.#state.live);
    active.finished.then(
      (ended) => this.#over(project, ended),
      (error: unknown) => {
        writeDown(error, `the end of run ${runId} could not be stored`);
        this.#over(project, run);
      },
    );
    return run;
  }

  #over(project: OpenProject, run: Run): void {
    this.#active = undefined;
    this.#state = undefined;
    this.#tell({ type: 'run', runId: run.id, live: null });
    if (this.#ending) return;
    this.#tell({ type: 'run-ended', run: runSummary(project, run) });
    this.#next(project);
  }

  /** Starts the run whose turn it is; one that cannot be started says why and lets the next begin. */
  #next(project: OpenProject): void {
    for (let run = project.runs.nextQueued(); run !== undefined; run = project.runs.nextQueued()) {
      try {
        this.#launch(project, run.id);
        return;
      } catch (error) {
        project.runs.setStatus(run.id, 'failed', sentenceOf(error));
        this.#tell({ type: 'runs' });
      }
    }
  }

  #hear(event: TrainingEvent): void {
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
