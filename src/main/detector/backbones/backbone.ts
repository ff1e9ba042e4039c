/** What a neck needs to know of a backbone. */
import type { Tape, Value } from '../autograd/tape.ts';

export interface Backbone {
  /** Channels of each feature map that `forward` returns. */
  readonly outChannels: readonly number[];
  /** Pixel statistics the weights were trained with: RGB, 0..255. */
  readonly normalisation: Normalisation;
  /** `x` [N, H, W, 3] normalised, H and W multiples of 32; gives feature maps from fine to coarse, NHWC. */
  forward(tape: Tape, x: Value): Value[];
}

export interface Normalisation {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

export const imageNet: Normalisation = { mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] };

/** Every channel to about -1..1: the TensorFlow models' habit. */
export const centred: Normalisation = { mean: [127, 127, 127], std: [128, 128, 128] };
