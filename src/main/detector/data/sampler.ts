// Which images form the next batch. A function of seed, epoch and position alone, so that a run resumes where it was.

import { hashUniform, hashUniformAt } from './hash-uniform.ts';
import { Rng } from './rng.ts';

/**
 * `random`: shuffled anew each epoch from the seed. `reference`: the documented order of the PyTorch reference run.
 * `sequential`: as listed, for evaluation.
 */
export type SampleOrder = 'random' | 'reference' | 'sequential';

/** Where a run stands: `position` samples of `epoch` (both from 0) are behind it. */
export interface SamplerState {
  readonly epoch: number;
  readonly position: number;
}

export interface SamplerBatch {
  readonly epoch: number;
  /** Indices into the list of samples. */
  readonly indices: readonly number[];
  /** The state once this batch is done. */
  readonly next: SamplerState;
}

export interface SamplerConfig {
  readonly order: SampleOrder;
  readonly seed: number;
  readonly batchSize: number;
}

export const samplerStart: SamplerState = { epoch: 0, position: 0 };

export class Sampler {
  readonly #indices: Int32Array;
  readonly #config: SamplerConfig;
  #cached: { epoch: number; order: Int32Array } | undefined;

  /** Draws from `indices`, positions in the list of samples, ascending. The last batch of an epoch may be short. */
  constructor(indices: Int32Array, config: SamplerConfig) {
    this.#indices = indices;
    this.#config = config;
  }

  get samplesPerEpoch(): number {
    return this.#indices.length;
  }

  get batchesPerEpoch(): number {
    return Math.ceil(this.#indices.length / this.#config.batchSize);
  }

  /** The batch that follows `state`. Throws a RangeError where there are no samples. */
  take(state: SamplerState): SamplerBatch {
    const count = this.#indices.length;
    if (count === 0) throw new RangeError('there are no samples to draw from');
    const { epoch, position } = state.position < count ? state : { epoch: state.epoch + 1, position: 0 };
    const end = Math.min(position + this.#config.batchSize, count);
    const next = end < count ? { epoch, position: end } : { epoch: epoch + 1, position: 0 };
    return { epoch, indices: [...this.order(epoch).subarray(position, end)], next };
  }

  /** All samples in the order of `epoch`. */
  order(epoch: number): Int32Array {
    if (this.#cached?.epoch !== epoch) {
      this.#cached = { epoch, order: epochOrder(this.#indices, epoch, this.#config) };
    }
    return this.#cached.order;
  }
}

function epochOrder(indices: Int32Array, epoch: number, { order, seed }: SamplerConfig): Int32Array {
  if (order === 'sequential') return indices.slice();
  if (order === 'random') return Rng.seeded(seed, 'order', epoch).shuffle(indices.slice());
  const u = hashUniform(`bccd.s${seed}.shuffle.${epoch}`, lengthToReach(indices));
  return indices.slice().sort((a, b) => (u[a] as number) - (u[b] as number) || a - b);
}

/** Whether the reference run flips sample `index` in `epoch`. */
export function referenceFlip(seed: number, epoch: number, index: number, probability: number): boolean {
  return hashUniformAt(`bccd.s${seed}.flip.${epoch}`, index) < probability;
}

function lengthToReach(indices: Int32Array): number {
  return indices.reduce((most, index) => Math.max(most, index + 1), 0);
}
