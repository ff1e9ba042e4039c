/** Sigmoid focal loss (Lin et al. 2017) over a whole level at once, with its gradient in closed form. */
import { attr, ints, op, type Tensor, tf } from '../tf.ts';

export interface FocalOptions {
  readonly alpha: number;
  readonly gamma: number;
}

export const focalDefaults: FocalOptions = { alpha: 0.25, gamma: 2 };

export interface FocalTargets {
  /** Flat indices into [M, K] of the (anchor, class) pairs that are positive. */
  readonly positives: Int32Array;
  /** Weight of each anchor, 0 where it is outside the image or ignored: [M]. */
  readonly weights: Float32Array;
}

export interface FocalResult {
  /** Sum over all anchors and classes, not divided by anything: a scalar tensor. */
  readonly sum: Tensor;
  /** Gradient of the sum on the logits: [M, K]. */
  readonly gradient: Tensor;
}

/**
 * `logits` [M, K]. With s = -1 at positives and 1 elsewhere and p = sigmoid(s * logit), every element's loss is
 * a * p^gamma * softplus(s * logit), where a is alpha at positives and 1 - alpha elsewhere.
 */
export function sigmoidFocalLoss(
  logits: Tensor,
  targets: FocalTargets,
  options = focalDefaults,
): FocalResult {
  const { alpha, gamma } = options;
  return tf.tidy(() => {
    const hot = oneHot(targets.positives, logits.shape);
    const sign = tf.sub(1, tf.mul(hot, 2));
    const weight = tf.add(1 - alpha, tf.mul(hot, 2 * alpha - 1));
    const weighted = tf.mul(weight, tf.tensor2d(targets.weights, [targets.weights.length, 1]));
    const signed = tf.mul(logits, sign);
    const p = op('Sigmoid', [attr.float32()], [signed]);
    const softplus = op('Softplus', [attr.float32()], [signed]);
    const power = gamma === 2 ? tf.square(p) : tf.pow(p, gamma);
    const modulated = tf.mul(weighted, power);
    const slope = tf.add(p, tf.mul(tf.mul(tf.sub(1, p), softplus), gamma));
    return {
      sum: tf.sum(tf.mul(modulated, softplus)),
      gradient: tf.mul(tf.mul(modulated, sign), slope),
    };
  });
}

/** 1 at the flat indices `positives`, 0 elsewhere. */
function oneHot(positives: Int32Array, shape: readonly number[]): Tensor {
  const size = shape.reduce((product, side) => product * side, 1);
  const attributes = [attr.float32(), attr.int32('Tindices')];
  const indices = tf.tensor2d(positives, [positives.length, 1], 'int32');
  const flat = op('ScatterNd', attributes, [indices, tf.ones([positives.length]), ints([size])]);
  return tf.reshape(flat, [...shape]);
}
