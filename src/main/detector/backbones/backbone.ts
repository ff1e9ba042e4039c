/** What a neck needs to know of a backbone. */
import type { Tape, Value } from '../autograd/tape.ts';
import type { Normalisation } from '../data/normalise.ts';

export interface Backbone {
  /** Channels of each feature map that `forward` returns. */
  readonly outChannels: readonly number[];
  /** Pixel statistics the weights were trained with: RGB, 0..255. */
  readonly normalisation: Normalisation;
  /** `x` [N, H, W, 3] normalised, H and W multiples of 32; gives feature maps from fine to coarse, NHWC. */
  forward(tape: Tape, x: Value): Value[];
}
