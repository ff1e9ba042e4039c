/**
 * Gradients of a convolution by ways that beat TensorFlow's own backward ops on a CPU: the input's as a convolution of
 * the gradient with the filters turned round, the filters' by a kernel without patches (ops/native/filter-gradient.cc).
 */
import { attr, hasNativeOps, onGpu, op, type Tensor, tf } from '../tf.ts';

/** Stride and zeros around the input, as the forward convolution had them. */
export interface ConvolutionWindow {
  readonly stride: number;
  readonly pads: readonly [top: number, bottom: number, left: number, right: number];
}

/**
 * The gradient [N, H, W, I] of the input from `dy` [N, Ho, Wo, O] and `filters` [kh, kw, I, O]; undefined where
 * TensorFlow's own op is to be used: on a GPU, for strides, for padding wider than the filter.
 */
export function inputGradient(dy: Tensor, filters: Tensor, window: ConvolutionWindow): Tensor | undefined {
  const [kh = 0, kw = 0, inputs = 0, outputs = 0] = filters.shape;
  const [top, bottom, left, right] = window.pads;
  const outer = [kh - 1 - top, kh - 1 - bottom, kw - 1 - left, kw - 1 - right];
  if (onGpu || window.stride !== 1 || outer.some((pad) => pad < 0)) return undefined;
  return tf.tidy(() => {
    if (kh * kw === 1 && outer.every((pad) => pad === 0)) {
      const rows = matmulTransposed(tf.reshape(dy, [-1, outputs]), tf.reshape(filters, [inputs, outputs]));
      return tf.reshape(rows, [...dy.shape.slice(0, 3), inputs]);
    }
    const turned = tf.transpose(tf.reverse(filters, [0, 1]), [0, 1, 3, 2]);
    return op('Conv2D', attributes(outer), [dy, turned]);
  });
}

/** The gradient of filters [kh, kw, I, O] from `x` and `dy`; undefined without the native kernel. */
export function filterGradient(
  dy: Tensor,
  x: Tensor,
  kernel: readonly [height: number, width: number],
  { stride, pads }: ConvolutionWindow,
): Tensor | undefined {
  if (!hasNativeOps || onGpu) return undefined;
  const window = [attr.ints('kernel', kernel), attr.int('stride', stride), attr.ints('pads', pads)];
  return op('DdodConvFilterGrad', window, [x, dy]);
}

function matmulTransposed(a: Tensor, b: Tensor): Tensor {
  const transposes = [attr.bool('transpose_a', false), attr.bool('transpose_b', true)];
  return op('MatMul', [...transposes, attr.float32()], [a, b]);
}

function attributes([top = 0, bottom = 0, left = 0, right = 0]: readonly number[]) {
  return [
    attr.float32(),
    attr.ints('strides', [1, 1, 1, 1]),
    attr.text('padding', 'EXPLICIT'),
    attr.ints('explicit_paddings', [0, 0, top, bottom, left, right, 0, 0]),
    attr.text('data_format', 'NHWC'),
    attr.ints('dilations', [1, 1, 1, 1]),
  ];
}
