/** Depthwise convolution on the tape: one k x k filter for each channel. Feature maps are NHWC. */
import type { Tape, Value } from '../autograd/tape.ts';
import { ints, op, type Tensor } from '../tf.ts';
import { type ConvolutionOptions, convolutionAttributes } from './convolution.ts';

export interface DepthwiseKernels {
  forward(x: Tensor, filters: Tensor, options: ConvolutionOptions): Tensor;
  gradientOfInput(dy: Tensor, x: Tensor, filters: Tensor, options: ConvolutionOptions): Tensor;
  gradientOfFilters(dy: Tensor, x: Tensor, filters: Tensor, options: ConvolutionOptions): Tensor;
}

/** `x` [N, H, W, C] with filters `weight` [k, k, C, 1] gives [N, Ho, Wo, C]; no bias. */
export function depthwiseConv2d(
  tape: Tape,
  x: Value,
  weight: Value,
  options: ConvolutionOptions,
  kernels: DepthwiseKernels = plainDepthwiseKernels,
): Value {
  const y = kernels.forward(x.tensor, weight.tensor, options);
  return tape.record(y, [x, weight], [x.tensor, weight.tensor], (dy) => [
    x.slot < 0 ? undefined : kernels.gradientOfInput(dy, x.tensor, weight.tensor, options),
    weight.slot < 0 ? undefined : kernels.gradientOfFilters(dy, x.tensor, weight.tensor, options),
  ]);
}

/** TensorFlow's own depthwise ops. */
export const plainDepthwiseKernels: DepthwiseKernels = {
  forward: (x, filters, options) => op('DepthwiseConv2dNative', convolutionAttributes(options), [x, filters]),
  gradientOfInput: (dy, x, filters, options) =>
    op('DepthwiseConv2dNativeBackpropInput', convolutionAttributes(options), [ints(x.shape), filters, dy]),
  gradientOfFilters: (dy, x, filters, options) =>
    op('DepthwiseConv2dNativeBackpropFilter', convolutionAttributes(options), [x, ints(filters.shape), dy]),
};
