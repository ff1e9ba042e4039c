/** Depthwise convolution on the tape: one k x k filter for each channel. Feature maps are NHWC. */
import type { Tape, Value } from '../autograd/tape.ts';
import { attr, ints, op, ops, type Tensor, tf, useNativeOps } from '../tf.ts';
import {
  type Activation,
  activationCodes,
  type BiasActivationKernels,
  plainBiasActivationKernels,
} from './bias-activation.ts';
import { type ConvolutionOptions, convolutionAttributes } from './convolution.ts';

export interface DepthwiseOptions extends ConvolutionOptions {
  readonly activation: Activation;
}

/** What the forward pass read and found. */
export interface DepthwiseSaved {
  readonly x: Tensor;
  readonly filters: Tensor;
  readonly y: Tensor;
}

export interface DepthwiseKernels {
  forward(x: Tensor, filters: Tensor, bias: Tensor, options: DepthwiseOptions): Tensor;
  /** Gradients of x, filters and bias. */
  gradients(dy: Tensor, saved: DepthwiseSaved, options: DepthwiseOptions): [Tensor, Tensor, Tensor];
}

/** `x` [N, H, W, C] with filters `weight` [k, k, C, 1] gives [N, Ho, Wo, C]; no bias. */
export function depthwiseConv2d(tape: Tape, x: Value, weight: Value, options: ConvolutionOptions): Value {
  const bias = tf.zeros([weight.tensor.shape[2] ?? 0]);
  const y = depthwiseConvBias(tape, x, weight, tape.constant(bias), { ...options, activation: 'none' });
  bias.dispose();
  return y;
}

/** `depthwiseConv2d`, then `bias` [C] and the activation, in one pass over the feature map. */
export function depthwiseConvBias(
  tape: Tape,
  x: Value,
  weight: Value,
  bias: Value,
  options: DepthwiseOptions,
  kernels: DepthwiseKernels = kernelsFor(weight.tensor, options),
): Value {
  const y = kernels.forward(x.tensor, weight.tensor, bias.tensor, options);
  const inputs = { x: x.tensor, filters: weight.tensor };
  const linear = options.activation === 'none';
  const saved = linear ? [x.tensor, weight.tensor] : [x.tensor, weight.tensor, y];
  return tape.record(y, [x, weight, bias], saved, (dy) =>
    kernels.gradients(dy, { ...inputs, y: linear ? dy : y }, options),
  );
}

/** TensorFlow's own depthwise ops, for any filter, with the bias and activation of `after`. */
export function plainDepthwiseKernels(
  after: BiasActivationKernels = plainBiasActivationKernels,
): DepthwiseKernels {
  return {
    forward: (x, filters, bias, options) =>
      tf.tidy(() => {
        const z = op('DepthwiseConv2dNative', convolutionAttributes(options), [x, filters]);
        return after.forward(z, bias, options.activation);
      }),
    gradients(dy, { x, filters, y }, options) {
      const attributes = convolutionAttributes(options);
      const [dz, dbias] = after.gradients(dy, y, options.activation);
      return [
        op('DepthwiseConv2dNativeBackpropInput', attributes, [ints(x.shape), filters, dz]),
        op('DepthwiseConv2dNativeBackpropFilter', attributes, [x, ints(filters.shape), dz]),
        dbias,
      ];
    },
  };
}

/** The project's own CPU kernels (ops/native/depthwise-conv.cc): filters 3 x 3 and 5 x 5, strides 1 and 2. */
export const nativeDepthwiseKernels: DepthwiseKernels = {
  forward: (x, filters, bias, options) => op('DdodDepthwise', nativeAttributes(options), [x, filters, bias]),
  gradients: (dy, { x, filters, y }, options) =>
    ops('DdodDepthwiseGrad', nativeAttributes(options), [dy, y, x, filters], 3) as [Tensor, Tensor, Tensor],
};

function nativeAttributes({ stride, pads, activation }: DepthwiseOptions) {
  return [
    attr.int('stride', stride),
    attr.ints('pads', pads),
    attr.int('activation', activationCodes[activation]),
  ];
}

const fallback = plainDepthwiseKernels();

function kernelsFor(filters: Tensor, { stride }: ConvolutionOptions): DepthwiseKernels {
  const [height = 0, width = 0] = filters.shape;
  const known = height === width && (height === 3 || height === 5) && (stride === 1 || stride === 2);
  return useNativeOps() && known ? nativeDepthwiseKernels : fallback;
}
