/**
 * Batch norm with frozen statistics, folded into the convolution before it: the same function and the same gradients
 * for weight and affine, while no feature map is stored or touched for it.
 */
import type { Tape, Value } from '../autograd/tape.ts';
import { type Tensor, tf } from '../tf.ts';

/** Affine (`weight`, `bias`) and running statistics of a batch norm over C channels. */
export interface FrozenNorm {
  readonly weight: Value; // [C]
  readonly bias: Value; // [C]
  readonly mean: Tensor; // [C]
  readonly variance: Tensor; // [C]
  readonly epsilon: number;
}

export interface FoldedConvolution {
  readonly weight: Value;
  readonly bias: Value; // [C]
}

/**
 * The filters and bias of the one convolution that does what `filters` followed by `norm` does. `channelAxis` is the
 * filters' output channel: 3 for HWIO, 2 for depthwise HWC1.
 */
export function foldNorm(
  tape: Tape,
  filters: Value,
  norm: FrozenNorm,
  channelAxis: 2 | 3,
): FoldedConvolution {
  return tape.scope(() => {
    const inverse = tf.rsqrt(tf.add(norm.variance, norm.epsilon)); // [C]
    return {
      weight: scaleFilters(tape, filters, norm.weight, inverse, channelAxis),
      bias: shiftedBias(tape, norm, inverse),
    };
  });
}

/** filters * gamma * inverse, along the output channels. */
function scaleFilters(tape: Tape, filters: Value, gamma: Value, inverse: Tensor, channelAxis: 2 | 3): Value {
  const broadcast = channelAxis === 3 ? [-1] : [-1, 1];
  const axes = channelAxis === 3 ? [0, 1, 2] : [0, 1, 3];
  const factor = tf.reshape(tf.mul(gamma.tensor, inverse), broadcast);
  const folded = tf.mul(filters.tensor, factor);
  return tape.record(folded, [filters, gamma], [factor, inverse], (dw) => [
    tf.mul(dw, factor),
    tf.mul(tf.sum(tf.mul(filters.tensor, dw), axes), inverse),
  ]);
}

/** beta - mean * gamma * inverse. */
function shiftedBias(tape: Tape, norm: FrozenNorm, inverse: Tensor): Value {
  const shift = tf.mul(norm.mean, inverse); // [C]
  const bias = tf.sub(norm.bias.tensor, tf.mul(shift, norm.weight.tensor));
  return tape.record(bias, [norm.weight, norm.bias], [shift], (db) => [
    tf.neg(tf.mul(db, shift)),
    tf.clone(db),
  ]);
}
