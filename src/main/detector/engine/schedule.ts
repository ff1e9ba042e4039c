// Learning rate of each step: linear warm-up, then steps or a cosine.

export interface Warmup {
  readonly iterations: number;
  /** Part of the base rate that the first step has. */
  readonly ratio: number;
}

export type Decay =
  | {
      readonly kind: 'step' /** Finished epochs after which the rate falls. */;
      readonly milestones: readonly number[];
      readonly gamma: number;
    }
  | { readonly kind: 'cosine' /** Part of the base rate left at the end. */; readonly finalRatio: number };

export interface ScheduleOptions {
  readonly baseLr: number;
  readonly warmup: Warmup;
  readonly decay: Decay;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
}

/** The learning rate of step `iteration`, counted from 0. mmcv's linear warm-up multiplies the decayed rate. */
export function learningRate(iteration: number, options: ScheduleOptions): number {
  const { warmup } = options;
  const regular = options.baseLr * decayFactor(iteration, options);
  if (iteration >= warmup.iterations) return regular;
  return regular * (1 - (1 - iteration / warmup.iterations) * (1 - warmup.ratio));
}

function decayFactor(iteration: number, { decay, epochs, stepsPerEpoch }: ScheduleOptions): number {
  if (decay.kind === 'step') {
    const epoch = Math.floor(iteration / stepsPerEpoch);
    return decay.gamma ** decay.milestones.filter((milestone) => epoch >= milestone).length;
  }
  const progress = Math.min(1, iteration / Math.max(1, epochs * stepsPerEpoch));
  return decay.finalRatio + (1 - decay.finalRatio) * 0.5 * (1 + Math.cos(Math.PI * progress));
}
