/** Convolution on the tape. Feature maps are NHWC, filters HWIO. */
import type { Tape, Value } from '../autograd/tape.ts';
import { attr, ints, op, type Tensor } from '../tf.ts';
import { filterGradient, inputGradient } from './convolution-gradients.ts';

/** Zeros added around a feature map, in pixels. */
export type Pads = readonly [top: number, bottom: number, left: number, right: number];

export interface ConvolutionOptions {
  readonly stride: number;
  readonly pads: Pads;
}

/** The same padding on all four sides. */
export function padAll(pixels: number): Pads {
  return [pixels, pixels, pixels, pixels];
}

/** TensorFlow's SAME padding for sizes that the stride divides: the odd pixel goes to the bottom and right. */
export function padSame(kernel: number, stride: number): Pads {
  const total = kernel - stride;
  const before = Math.floor(total / 2);
  return [before, total - before, before, total - before];
}

/** Attributes shared by a convolution and its two gradients. */
export function convolutionAttributes(options: ConvolutionOptions) {
  const [top, bottom, left, right] = options.pads;
  const padded = top + bottom + left + right > 0;
  return [
    attr.float32(),
    attr.ints('strides', [1, options.stride, options.stride, 1]),
    attr.text('padding', padded ? 'EXPLICIT' : 'VALID'),
    attr.ints('explicit_paddings', padded ? [0, 0, top, bottom, left, right, 0, 0] : []),
    attr.text('data_format', 'NHWC'),
    attr.ints('dilations', [1, 1, 1, 1]),
  ];
}

/** `x` [N, H, W, I] with filters `weight` [kh, kw, I, O] gives [N, Ho, Wo, O]; no bias. */
export function conv2d(tape: Tape, x: Value, weight: Value, options: ConvolutionOptions): Value {
  const attributes = convolutionAttributes(options);
  const y = op('Conv2D', attributes, [x.tensor, weight.tensor]);
  const inputShape = x.tensor.shape;
  const filterShape = weight.tensor.shape;
  const [kernelHeight = 1, kernelWidth = 1] = filterShape;
  const saved: Tensor[] = [];
  if (weight.slot >= 0) saved.push(x.tensor);
  if (x.slot >= 0) saved.push(weight.tensor);
  return tape.record(y, [x, weight], saved, (dy) => [
    x.slot < 0
      ? undefined
      : (inputGradient(dy, weight.tensor, options) ??
        op('Conv2DBackpropInput', attributes, [ints(inputShape), weight.tensor, dy])),
    weight.slot < 0
      ? undefined
      : (filterGradient(dy, x.tensor, [kernelHeight, kernelWidth], options) ??
        op('Conv2DBackpropFilter', attributes, [x.tensor, ints(filterShape), dy])),
  ]);
}
