/** Group normalisation (Wu & He 2018) on the tape, with the ReLU that follows it. */
import type { Tape, Value } from '../autograd/tape.ts';
import { told } from '../op-recorder.ts';
import { attr, hasNativeOps, onGpu, ops, type Tensor } from '../tf.ts';
import {
  type GroupNormKernels,
  type GroupNormOptions,
  type GroupNormOutput,
  plainGroupNormKernels,
} from './plain/group-norm.ts';

/** `x` [N, H, W, C] normalised per image and group of C / groups channels, times `gamma` [C] plus `beta` [C]. */
export function groupNorm(
  tape: Tape,
  x: Value,
  gamma: Value,
  beta: Value,
  options: GroupNormOptions,
  kernels: GroupNormKernels = defaultKernels,
): Value {
  const inputs = [x.tensor, gamma.tensor, beta.tensor] as const;
  const [y, mean, rstd] = told(
    'GroupNorm',
    () => ({ ...options }),
    inputs,
    () => {
      const made = kernels.forward(...inputs, options);
      return [made.y, made.mean, made.rstd];
    },
  ) as [Tensor, Tensor, Tensor];
  const saved = { x: x.tensor, gamma: gamma.tensor, beta: beta.tensor, mean, rstd };
  const output = tape.record(y, [x, gamma, beta], Object.values(saved), (dy) =>
    kernels.gradients(dy, saved, options),
  );
  if (output.slot < 0) {
    mean.dispose();
    rstd.dispose();
  }
  return output;
}

/** The project's own CPU kernels (ops/native/group-norm.cc). */
export const nativeGroupNormKernels: GroupNormKernels = {
  forward(x, gamma, beta, options) {
    const [y, mean, rstd] = ops('DdodGroupNorm', nativeAttributes(options), [x, gamma, beta], 3);
    return { y, mean, rstd } as GroupNormOutput;
  },
  gradients(dy, { x, gamma, beta, mean, rstd }, options) {
    const inputs = [dy, x, gamma, beta, mean, rstd];
    return ops('DdodGroupNormGrad', nativeAttributes(options), inputs, 3) as [Tensor, Tensor, Tensor];
  },
};

const defaultKernels = hasNativeOps && !onGpu ? nativeGroupNormKernels : plainGroupNormKernels;

function nativeAttributes({ groups, epsilon, relu }: GroupNormOptions) {
  return [attr.int('groups', groups), attr.float('epsilon', epsilon), attr.bool('relu', relu)];
}
