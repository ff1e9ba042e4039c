// The training under way, if any: one at a time, with where it stands, for windows that come and go.
import type { LiveRun } from '../../shared/contract.ts';
import type { Run } from '../../shared/model.ts';
import { Problem, sentenceOf } from '../../shared/problem.ts';
import { type Recipe, recipeSchema } from '../../shared/recipe.ts';
import type { TrainingEvent } from '../trainer/job.ts';
import type { OpenProject } from './projects.ts';
import { type ActiveTraining, resumeTraining, startTraining } from './trainings.ts';

type Told = (runId: string, live: LiveRun | null) => void;

/** Steps that the speed is the median of. */
const RECENT_STEPS = 15;

export class LiveTraining {
  readonly #told: Told;
  #active: ActiveTraining | undefined;
  #live: LiveRun | null = null;
  #recipe: Recipe | undefined;
  #lastStepAt: number | undefined;
  #seconds: number[] = [];

  /** `told` hears of every change. */
  constructor(told: Told) {
    this.#told = told;
  }

  get live(): LiveRun | null {
    return this.#live;
  }

  /** Starts a new run. Throws a Problem while another one is going on, or where there is nothing to learn from. */
  start(project: OpenProject, recipe: Recipe): Run {
    this.#assertFree();
    const start = { recipe, seed: 0, init: 'auto' };
    return this.#follow(startTraining(project, start, (event) => this.#hear(event)));
  }

  /** Goes on with a run from its latest checkpoint. */
  resume(project: OpenProject, runId: string): Run {
    this.#assertFree();
    return this.#follow(resumeTraining(project, runId, undefined, (event) => this.#hear(event)));
  }

  /** Asks for a checkpoint and an end after the step under way. */
  pause(): void {
    this.#active?.pause();
    if (this.#live) this.#tell({ ...this.#live, phase: 'pausing' });
  }

  /** Pauses and waits for the end, before the project is closed. */
  async end(): Promise<void> {
    this.pause();
    // how it ended is told elsewhere; here it only has to be over
    await this.#active?.finished.catch(() => undefined);
  }

  #assertFree(): void {
    if (!this.#active) return;
    throw new Problem(
      `Run ${this.#active.run.id} is training already.`,
      'Pause it or wait for its end, then start the next one.',
    );
  }

  #follow(active: ActiveTraining): Run {
    this.#active = active;
    this.#recipe = recipeSchema.parse(active.run.recipe);
    this.#lastStepAt = undefined;
    this.#seconds = [];
    const { epochs } = this.#recipe.train;
    this.#tell({
      runId: active.run.id,
      phase: 'starting',
      step: 0,
      steps: 0,
      epoch: 0,
      epochs,
      secondsPerStep: null,
      imagesPerSecond: null,
      secondsLeft: null,
      evaluated: null,
      batch: this.#recipe.train.batch,
      parts: 1,
      memoryMB: null,
      AP: null,
      AP50: null,
      told: null,
    });
    const over = () => {
      this.#active = undefined;
      this.#live = null;
      this.#told(active.run.id, null);
    };
    active.finished.then(over, (error: unknown) => {
      process.stderr.write(`The end of run ${active.run.id} could not be stored: ${sentenceOf(error)}\n`);
      over();
    });
    return active.run;
  }

  #hear(event: TrainingEvent): void {
    const live = this.#live;
    if (!live) return;
    if (event.type === 'started') {
      this.#tell({ ...live, step: event.fromStep, steps: event.stepsPerEpoch * live.epochs });
    } else if (event.type === 'step') {
      this.#heardStep({ ...live, step: event.step, epoch: event.epoch });
    } else if (event.type === 'evaluating') {
      const evaluated = { done: event.done, of: event.of };
      // the time since the last step is not a step's any more
      this.#lastStepAt = undefined;
      this.#tell({ ...live, phase: pausingOr(live, 'evaluating'), evaluated });
    } else if (event.type === 'evaluation' || event.type === 'log') {
      this.#tell({ ...live, evaluated: null });
    }
  }

  #heardStep(live: LiveRun): void {
    const now = performance.now();
    if (this.#lastStepAt !== undefined) this.#seconds.push((now - this.#lastStepAt) / 1000);
    this.#lastStepAt = now;
    this.#seconds = this.#seconds.slice(-RECENT_STEPS);
    const secondsPerStep = [...this.#seconds].sort((a, b) => a - b)[this.#seconds.length >> 1] ?? null;
    const batch = this.#recipe?.train.batch ?? 0;
    const imagesPerSecond = secondsPerStep ? batch / secondsPerStep : null;
    const phase = pausingOr(live, 'training');
    this.#tell({ ...live, phase, secondsPerStep, imagesPerSecond, evaluated: null });
  }

  #tell(live: LiveRun): void {
    this.#live = live;
    this.#told(live.runId, live);
  }
}

function pausingOr(live: LiveRun, phase: LiveRun['phase']): LiveRun['phase'] {
  return live.phase === 'pausing' ? 'pausing' : phase;
}
