// Where a training stands, put together from what its process says: for windows that come and go.
import { totalmem } from 'node:os';
import type { LiveRun } from '../../shared/contract.ts';
import type { Run } from '../../shared/model.ts';
import { type Recipe, recipeSchema } from '../../shared/recipe.ts';
import type { TrainingEvent } from '../trainer/job.ts';

/** Steps that the speed is the median of. */
const RECENT_STEPS = 15;

/** Bytes that there are, or that programs here are allowed where that is less. */
function machineMemory(): number {
  const allowed = process.constrainedMemory();
  return allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
}

export class LiveState {
  #live: LiveRun;
  #recipe: Recipe;
  #stepsPerEpoch = 0;
  #lastStepAt: number | undefined;
  #seconds: number[] = [];
  #evaluationBegan: number | undefined;
  #evaluationSeconds = 0;

  /** `parts`: those each batch is computed in since memory ran out; `finished`: the epochs behind it. */
  constructor(run: Run, parts = 1, finished = 0) {
    this.#recipe = recipeSchema.parse(run.recipe);
    const { epochs, batch } = this.#recipe.train;
    this.#live = {
      runId: run.id,
      phase: 'starting',
      step: 0,
      steps: 0,
      epoch: Math.min(finished + 1, epochs),
      epochs,
      secondsPerStep: null,
      imagesPerSecond: null,
      secondsLeft: null,
      evaluated: null,
      batch,
      parts,
      memoryMB: null,
      memoryPeakMB: null,
      memoryTotalMB: machineMemory() / 1e6,
      AP: null,
      AP50: null,
      told: null,
    };
  }

  get live(): LiveRun {
    return this.#live;
  }

  /** The user asked for an end; said until it comes. */
  ask(phase: 'pausing' | 'stopping'): LiveRun {
    return this.#set({ phase });
  }

  /** An end that was asked for is taken back. */
  goOn(): LiveRun {
    if (this.#live.phase !== 'stopping') return this.#live;
    return this.#set({ phase: this.#live.evaluated ? 'evaluating' : 'training' });
  }

  /** Takes an event in; answers with the new state, or with nothing where it changes none. */
  hear(event: TrainingEvent): LiveRun | undefined {
    switch (event.type) {
      case 'started':
        return this.#started(event.fromStep, event.stepsPerEpoch);
      case 'probing':
        return this.#set({ phase: this.#unlessAsked('probing') });
      case 'probed':
        this.#recipe = event.recipe;
        return this.#set({ batch: event.recipe.train.batch, phase: this.#unlessAsked('starting') });
      case 'step':
        return this.#stepped(event);
      case 'evaluating':
        this.#evaluationBegan ??= performance.now();
        // the time since the last step is not a step's any more
        this.#lastStepAt = undefined;
        return this.#set({
          phase: this.#unlessAsked('evaluating'),
          evaluated: { done: event.done, of: event.of },
        });
      case 'evaluation':
        return this.#evaluated(event.metrics);
      case 'out of memory':
        return this.#set({ parts: event.parts, ...this.#told('warning', event.text) });
      case 'log':
        return this.#set(this.#told(event.level, event.text));
      default:
        return undefined;
    }
  }

  #started(fromStep: number, stepsPerEpoch: number): LiveRun {
    this.#stepsPerEpoch = stepsPerEpoch;
    return this.#set({ step: fromStep, steps: stepsPerEpoch * this.#live.epochs });
  }

  #stepped({ step, epoch, metrics }: Extract<TrainingEvent, { type: 'step' }>): LiveRun {
    const now = performance.now();
    if (this.#lastStepAt !== undefined) this.#seconds.push((now - this.#lastStepAt) / 1000);
    this.#lastStepAt = now;
    this.#seconds = this.#seconds.slice(-RECENT_STEPS);
    const secondsPerStep = [...this.#seconds].sort((a, b) => a - b)[this.#seconds.length >> 1] ?? null;
    const { batch, accumulate } = this.#recipe.train;
    return this.#set({
      step,
      epoch,
      phase: this.#unlessAsked('training'),
      secondsPerStep,
      imagesPerSecond: secondsPerStep ? (batch * accumulate) / secondsPerStep : null,
      secondsLeft: secondsPerStep === null ? null : this.#left(step, epoch, secondsPerStep),
      evaluated: null,
      memoryMB: metrics.memory_mb ?? null,
      memoryPeakMB: metrics.memory_peak_mb ?? null,
    });
  }

  /** Seconds of the steps that remain, and of the evaluations between them once one was timed. */
  #left(step: number, epoch: number, secondsPerStep: number): number {
    const { epochs, evalEvery } = this.#recipe.train;
    const steps = this.#stepsPerEpoch * epochs - step;
    const evaluations = Math.ceil(epochs / evalEvery) - Math.floor((epoch - 1) / evalEvery);
    return steps * secondsPerStep + evaluations * this.#evaluationSeconds;
  }

  #evaluated(metrics: Readonly<Record<string, number>>): LiveRun {
    if (this.#evaluationBegan !== undefined) {
      this.#evaluationSeconds = (performance.now() - this.#evaluationBegan) / 1000;
    }
    this.#evaluationBegan = undefined;
    return this.#set({ evaluated: null, AP: metrics.AP ?? null, AP50: metrics.AP50 ?? null });
  }

  #told(level: string, line: string): Pick<LiveRun, 'told'> {
    return { told: { level, line, at: Date.now() } };
  }

  #unlessAsked(phase: LiveRun['phase']): LiveRun['phase'] {
    const now = this.#live.phase;
    return now === 'pausing' || now === 'stopping' ? now : phase;
  }

  #set(change: Partial<LiveRun>): LiveRun {
    this.#live = { ...this.#live, ...change };
    return this.#live;
  }
}
