/** Bias and the activation that follows it, on the tape; keeps its output alone. */
import type { Tape, Value } from '../autograd/tape.ts';
import { attr, op, ops, type Tensor, tf, useNativeOps } from '../tf.ts';

export type Activation = 'none' | 'relu' | 'relu6';

export interface BiasActivationKernels {
  forward(x: Tensor, bias: Tensor, activation: Activation): Tensor;
  /** Gradients of x and bias; `y` is the output, not read without an activation. */
  gradients(dy: Tensor, y: Tensor, activation: Activation): [Tensor, Tensor];
}

/** `x` [N, H, W, C] plus `bias` [C], then `max(., 0)` (relu) or that capped at 6 (relu6). */
export function biasActivation(
  tape: Tape,
  x: Value,
  bias: Value,
  activation: Activation,
  kernels: BiasActivationKernels = defaultKernels(),
): Value {
  const y = kernels.forward(x.tensor, bias.tensor, activation);
  const saved = activation === 'none' ? [] : [y];
  return tape.record(y, [x, bias], saved, (dy) => kernels.gradients(dy, y, activation));
}

const format = attr.text('data_format', 'NHWC');

/** TensorFlow's own ops: where the native kernels are absent or on a GPU, and the tests' second opinion. */
export const plainBiasActivationKernels: BiasActivationKernels = {
  forward(x, bias, activation) {
    const z = op('BiasAdd', [attr.float32(), format], [x, bias]);
    if (activation === 'none') return z;
    const y = op(activation === 'relu' ? 'Relu' : 'Relu6', [attr.float32()], [z]);
    z.dispose();
    return y;
  },
  gradients(dy, y, activation) {
    const dz =
      activation === 'none'
        ? tf.clone(dy)
        : op(activation === 'relu' ? 'ReluGrad' : 'Relu6Grad', [attr.float32()], [dy, y]);
    return [dz, op('BiasAddGrad', [attr.float32(), format], [dz])];
  },
};

/** How the native ops number them. */
export const activationCodes = { none: 0, relu: 1, relu6: 2 } as const satisfies Record<Activation, number>;

/** The project's own CPU kernels (ops/native/bias-activation.cc). */
export const nativeBiasActivationKernels: BiasActivationKernels = {
  forward: (x, bias, activation) =>
    op('DdodBiasActivation', [attr.int('activation', activationCodes[activation])], [x, bias]),
  gradients(dy, y, activation) {
    const attributes = [attr.int('activation', activationCodes[activation])];
    const linear = activation === 'none';
    const [dz, dbias] = ops('DdodBiasActivationGrad', attributes, [dy, linear ? dy : y], 2) as [
      Tensor,
      Tensor,
    ];
    return [linear ? tf.clone(dy) : dz, dbias];
  },
};

function defaultKernels(): BiasActivationKernels {
  return useNativeOps() ? nativeBiasActivationKernels : plainBiasActivationKernels;
}
