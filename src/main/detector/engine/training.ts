/** Training from batches to checkpoints: the loop that every recipe runs, and the state that resumes it faithfully. */
import { setImmediate } from 'node:timers/promises';
import type { Recipe } from '../../../shared/recipe.ts';
import type { Parameter } from '../autograd/parameter.ts';
import type { LoadedBatch, Loader } from '../data/loader.ts';
import type { SamplerState } from '../data/sampler.ts';
import { samplerStart } from '../data/sampler.ts';
import type { DdodLossConfig } from '../heads/ddod-loss.ts';
import { type LevelCounters, newLevelCounters } from '../losses/level-weights.ts';
import { type Network, strides } from '../network.ts';
import { lossConfigOf } from '../network-config.ts';
import { isOutOfMemory } from '../out-of-memory.ts';
import { groupSteps } from './grouped-batches.ts';
import { splitBatch } from './memory.ts';
import { learningRate } from './schedule.ts';
import { clipFactor, gradientNorm, Sgd } from './sgd.ts';
import { stepMetrics } from './step-metrics.ts';
import {
  assertFinite,
  type BatchGradients,
  batchGradients,
  disposeGradients,
  meanGradients,
} from './train-step.ts';
import { WeightAverage } from './weight-average.ts';

/** What a faithful resume needs besides tensors. */
export interface TrainingState {
  /** Updates made. */
  readonly step: number;
  readonly sampler: SamplerState;
  readonly counters: { readonly cls: readonly number[]; readonly reg: readonly number[] };
  readonly averageUpdates: number;
  /** Best AP so far, and the evaluations since. */
  readonly bestAP: number | null;
  readonly staleEvaluations: number;
  /** Parts each batch is computed in since memory ran out; 1 in checkpoints that do not say. */
  readonly parts?: number;
  /** A pause came before the evaluation at the end of the epoch was over: it is what comes first. */
  readonly owesEvaluation?: boolean;
}

export type Metrics = Readonly<Record<string, number>>;

export interface TrainingHooks {
  /** After each update; `epoch` counts from 1. */
  onStep(step: number, epoch: number, metrics: Metrics): void;
  /**
   * Evaluates the weights as they stand: AP, AP50, ... Undefined where there is nothing to evaluate on. Throws the signal's
   * reason where that is aborted before.
   */
  evaluate(signal: AbortSignal): Promise<Metrics | undefined>;
  onEvaluation(step: number, epoch: number, metrics: Metrics): void;
  /** Memory ran out: from the step under way on, each batch is computed in `parts` parts. */
  onOutOfMemory?(step: number, parts: number): void;
  /** Writes a checkpoint of the training as it stands. */
  saveCheckpoint(kind: 'best' | 'last' | 'pause', epoch: number, metrics: Metrics): void;
}

export type TrainingEnd = 'done' | 'paused' | 'stopped' | 'stopped early';

/** How a training is asked to end: with a checkpoint after the step under way, or after the epoch, as long as that is wanted. */
export interface TrainingSignals {
  readonly pause: AbortSignal;
  readonly stop?: { readonly aborted: boolean };
}

/** Milliseconds after which a long epoch saves a checkpoint on its way. */
const saveInterval = 5 * 60_000;

export class Training {
  readonly network: Network;
  readonly optimizer: Sgd;
  readonly average: WeightAverage | undefined;
  readonly #recipe: Recipe;
  #counters: LevelCounters;
  #step = 0;
  #sampler: SamplerState = samplerStart;
  #bestAP: number | null = null;
  #staleEvaluations = 0;
  #savedAt = Date.now();
  #parts = 1;
  #owesEvaluation = false;

  constructor(network: Network, recipe: Recipe) {
    this.network = network;
    this.#recipe = recipe;
    const { momentum, weightDecay, ema, offsetLr } = recipe.train;
    const lrFactor = ({ name }: Parameter) => (name.includes('.conv_offset.') ? offsetLr : 1);
    this.optimizer = new Sgd({ momentum, weightDecay, lrFactor });
    this.average = ema === null ? undefined : new WeightAverage(network.store.trainable(), ema);
    this.#counters = newLevelCounters(strides.length);
  }

  get state(): TrainingState {
    return {
      step: this.#step,
      sampler: this.#sampler,
      counters: { cls: [...this.#counters.cls], reg: [...this.#counters.reg] },
      averageUpdates: this.average?.updates ?? 0,
      bestAP: this.#bestAP,
      staleEvaluations: this.#staleEvaluations,
      parts: this.#parts,
      owesEvaluation: this.#owesEvaluation,
    };
  }

  /** Parts that each batch is computed in, one after the other, so that less memory is needed at a time. */
  get parts(): number {
    return this.#parts;
  }

  set parts(count: number) {
    this.#parts = count;
  }

  /** Evaluations without progress count from here on: the training was made longer. */
  beginPatience(): void {
    this.#staleEvaluations = 0;
  }

  /** Goes on from a checkpoint's state; its tensors are set by the caller. */
  restore(state: TrainingState): void {
    this.#step = state.step;
    this.#sampler = state.sampler;
    this.#counters = {
      cls: Float64Array.from(state.counters.cls),
      reg: Float64Array.from(state.counters.reg),
    };
    this.average?.restoreUpdates(state.averageUpdates);
    this.#bestAP = state.bestAP;
    this.#staleEvaluations = state.staleEvaluations;
    this.#parts = state.parts ?? 1;
    this.#owesEvaluation = state.owesEvaluation ?? false;
  }

  /** Trains until the recipe's epochs are done, it stops improving, or a signal is aborted (a checkpoint is saved). */
  async run(loader: Loader, hooks: TrainingHooks, signals: TrainingSignals): Promise<TrainingEnd> {
    const { pause } = signals;
    try {
      return await this.#train(loader, hooks, signals);
    } catch (error) {
      if (!pause.aborted || error !== pause.reason) throw error;
      const { epoch } = this.#sampler;
      this.#save('pause', this.#owesEvaluation ? epoch : epoch + 1, hooks, {});
      return 'paused';
    }
  }

  /** As `run`; throws the reason of a pause. */
  async #train(loader: Loader, hooks: TrainingHooks, signals: TrainingSignals): Promise<TrainingEnd> {
    const { epochs, accumulate } = this.#recipe.train;
    const owed = this.#owesEvaluation ? await this.#endEpoch(this.#sampler.epoch, hooks, signals) : undefined;
    if (owed !== undefined) return owed;
    if (this.#sampler.epoch >= epochs) return 'done';
    for await (const batches of groupSteps(loader.batches(this.#sampler, signals.pause), accumulate)) {
      const cut = await this.#endCutEpoch(batches, hooks, signals);
      if (cut !== undefined) return cut;
      this.#update(batches, loader.batchesPerEpoch, hooks);
      const end = await this.#afterUpdate(hooks, signals);
      if (end !== undefined) return end;
      // with every image in memory nothing else lets messages in
      await setImmediate();
      signals.pause.throwIfAborted();
    }
    return 'done';
  }

  /** Ends an epoch whose last images could not be read, so that its last batch never came. */
  async #endCutEpoch(
    batches: readonly LoadedBatch[],
    hooks: TrainingHooks,
    signals: TrainingSignals,
  ): Promise<TrainingEnd | undefined> {
    const epoch = batches[0]?.epoch ?? 0;
    if (epoch <= this.#sampler.epoch) return undefined;
    this.#sampler = { epoch, position: 0 };
    return this.#endEpoch(epoch, hooks, signals);
  }

  async #afterUpdate(hooks: TrainingHooks, signals: TrainingSignals): Promise<TrainingEnd | undefined> {
    const { epoch, position } = this.#sampler;
    if (position === 0) return this.#endEpoch(epoch, hooks, signals);
    if (Date.now() - this.#savedAt > saveInterval) this.#save('last', epoch + 1, hooks, {});
    return undefined;
  }

  dispose(): void {
    this.optimizer.dispose();
    this.average?.dispose();
  }

  #update(batches: readonly LoadedBatch[], batchesPerEpoch: number, hooks: TrainingHooks): void {
    const { train } = this.#recipe;
    const stepsPerEpoch = Math.ceil(batchesPerEpoch / train.accumulate);
    const began = performance.now();
    const progress = this.#step / (train.epochs * stepsPerEpoch);
    const config = lossConfigOf(this.#recipe, progress);
    const parts = this.#gradientsOf(batches, config, hooks);
    const gradients = meanGradients(parts.map((part) => part.gradients));
    const gradNorm = gradientNorm(gradients);
    assertFinite(parts, gradNorm, batches);
    const lr = learningRate(this.#step, { ...train, baseLr: train.lr, stepsPerEpoch });
    this.optimizer.step(gradients, lr, clipFactor(gradNorm, train.clip));
    this.average?.update();
    this.#step += 1;
    const last = batches.at(-1);
    if (last !== undefined) this.#sampler = last.next;
    const images = batches.reduce((sum, batch) => sum + batch.images.length, 0);
    const seconds = (performance.now() - began) / 1000;
    const epoch = (last?.epoch ?? 0) + 1;
    hooks.onStep(
      this.#step,
      epoch,
      stepMetrics(
        parts.map((part) => part.result),
        { lr, gradNorm, images, seconds },
      ),
    );
  }

  /** The gradients of each batch, or of its parts; where memory runs out, of more and smaller parts. */
  #gradientsOf(
    batches: readonly LoadedBatch[],
    config: DdodLossConfig,
    hooks: TrainingHooks,
  ): BatchGradients[] {
    const { cls, reg } = this.#counters;
    for (;;) {
      const counters = { cls: cls.slice(), reg: reg.slice() };
      const pieces = batches.flatMap((batch) => splitBatch(batch, this.#parts));
      const made: BatchGradients[] = [];
      try {
        for (const piece of pieces) made.push(batchGradients(this.network, piece, counters, config));
        this.#counters = counters;
        return made;
      } catch (error) {
        disposeGradients(made);
        const isWhole = pieces.some(({ images }) => images.length > 1);
        if (!isWhole || !isOutOfMemory(error)) throw error;
        this.#parts *= 2;
        hooks.onOutOfMemory?.(this.#step, this.#parts);
      }
    }
  }

  async #endEpoch(
    epoch: number,
    hooks: TrainingHooks,
    { pause, stop }: TrainingSignals,
  ): Promise<TrainingEnd | undefined> {
    const { epochs, evalEvery, earlyStop } = this.#recipe.train;
    const finished = epoch >= epochs;
    const due = finished || stop?.aborted === true || epoch % evalEvery === 0 || this.#owesEvaluation;
    const metrics = due ? await this.#evaluate(epoch, hooks, pause) : {};
    this.#save('last', epoch, hooks, metrics);
    if (finished) return 'done';
    // asked for during the evaluation, it ends here too
    if (stop?.aborted) return 'stopped';
    const isStale = due && earlyStop !== null && this.#staleEvaluations >= earlyStop;
    return isStale ? 'stopped early' : undefined;
  }

  async #evaluate(epoch: number, hooks: TrainingHooks, pause: AbortSignal): Promise<Metrics> {
    this.#owesEvaluation = true;
    const evaluate = () => hooks.evaluate(pause);
    const metrics = await (this.average?.inPlace(evaluate) ?? evaluate());
    this.#owesEvaluation = false;
    if (metrics === undefined) return {};
    hooks.onEvaluation(this.#step, epoch, metrics);
    const ap = metrics.AP ?? 0;
    if (this.#bestAP !== null && ap <= this.#bestAP) {
      this.#staleEvaluations += 1;
      return metrics;
    }
    this.#bestAP = ap;
    this.#staleEvaluations = 0;
    this.#save('best', epoch, hooks, metrics);
    return metrics;
  }

  #save(kind: 'best' | 'last' | 'pause', epoch: number, hooks: TrainingHooks, metrics: Metrics): void {
    hooks.saveCheckpoint(kind, epoch, metrics);
    this.#savedAt = Date.now();
  }
}
