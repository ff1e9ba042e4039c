/**
 * Group normalisation in TensorFlow's own ops: where the native kernels are absent or on a GPU, and their second
 * opinion in tests. Feature maps are seen as [N, H * W, groups, C / groups].
 */
import { type Tensor, tf } from '../../tf.ts';

export interface GroupNormOptions {
  readonly groups: number;
  readonly epsilon: number;
  /** `max(y, 0)` at the end. */
  readonly relu: boolean;
}

export interface GroupNormOutput {
  readonly y: Tensor;
  readonly mean: Tensor; // [N, groups]
  readonly rstd: Tensor; // [N, groups]
}

/** What the forward pass read and found. */
export interface GroupNormSaved {
  readonly x: Tensor;
  readonly gamma: Tensor;
  readonly beta: Tensor;
  readonly mean: Tensor;
  readonly rstd: Tensor;
}

export interface GroupNormKernels {
  forward(x: Tensor, gamma: Tensor, beta: Tensor, options: GroupNormOptions): GroupNormOutput;
  /** Gradients of x, gamma and beta. */
  gradients(dy: Tensor, saved: GroupNormSaved, options: GroupNormOptions): [Tensor, Tensor, Tensor];
}

export const plainGroupNormKernels: GroupNormKernels = {
  forward: (x, gamma, beta, options) =>
    tf.tidy(() => {
      const { mean, variance } = tf.moments(grouped(x, options), [1, 3], true);
      const rstd = tf.rsqrt(tf.add(variance, options.epsilon));
      const z = tf.add(tf.mul(normalised(x, mean, rstd, options), gamma), beta);
      const statistics = [x.shape[0] ?? 0, options.groups];
      return {
        y: options.relu ? tf.relu(z) : z,
        mean: tf.reshape(mean, statistics),
        rstd: tf.reshape(rstd, statistics),
      };
    }),
  gradients: (dy, saved, options) => tf.tidy(() => gradients(dy, saved, options)),
};

function gradients(dy: Tensor, saved: GroupNormSaved, options: GroupNormOptions): [Tensor, Tensor, Tensor] {
  const { x, gamma, beta } = saved;
  const statistics = [x.shape[0] ?? 0, 1, options.groups, 1];
  const rstd = tf.reshape(saved.rstd, statistics);
  const unit = normalised(x, tf.reshape(saved.mean, statistics), rstd, options);
  const dz = options.relu
    ? tf.mul(dy, tf.cast(tf.greater(tf.add(tf.mul(unit, gamma), beta), 0), 'float32'))
    : dy;
  const dunit = grouped(tf.mul(dz, gamma), options);
  const groupedUnit = grouped(unit, options);
  const drift = tf.add(
    tf.mean(dunit, [1, 3], true),
    tf.mul(groupedUnit, tf.mean(tf.mul(dunit, groupedUnit), [1, 3], true)),
  );
  return [
    tf.reshape(tf.mul(tf.sub(dunit, drift), rstd), x.shape),
    tf.sum(tf.mul(dz, unit), [0, 1, 2]),
    tf.sum(dz, [0, 1, 2]),
  ];
}

function grouped(x: Tensor, { groups }: GroupNormOptions): Tensor {
  const [n = 0, h = 0, w = 0, c = 0] = x.shape;
  return tf.reshape(x, [n, h * w, groups, c / groups]);
}

function normalised(x: Tensor, mean: Tensor, rstd: Tensor, options: GroupNormOptions): Tensor {
  return tf.reshape(tf.mul(tf.sub(grouped(x, options), mean), rstd), x.shape);
}
