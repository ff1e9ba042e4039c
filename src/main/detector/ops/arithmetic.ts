/** Sums, products and resampling of feature maps on the tape. */
import type { Tape, Value } from '../autograd/tape.ts';
import { attr, ints, op, tf } from '../tf.ts';

/** Element-wise sum of two equal shapes. */
export function add(tape: Tape, a: Value, b: Value): Value {
  const y = op('AddV2', [attr.float32()], [a.tensor, b.tensor]);
  return tape.record(y, [a, b], [], (dy) => [tf.clone(dy), tf.clone(dy)]);
}

/** `max(x, 0)`; keeps its output alone. */
export function relu(tape: Tape, x: Value): Value {
  const y = op('Relu', [attr.float32()], [x.tensor]);
  return tape.record(y, [x], [y], (dy) => [op('ReluGrad', [attr.float32()], [dy, y])]);
}

/** `x` times the one learnable number `factor` (shape [] or [1]). */
export function scale(tape: Tape, x: Value, factor: Value): Value {
  const y = tf.mul(x.tensor, factor.tensor);
  return tape.record(y, [x, factor], [x.tensor], (dy) => [
    tf.mul(dy, factor.tensor),
    tf.reshape(tf.sum(tf.mul(dy, x.tensor)), factor.tensor.shape),
  ]);
}

/** Nearest-neighbour resampling of [N, H, W, C] to `height` x `width`, as the FPN's top-down path does it. */
export function upsampleNearest(tape: Tape, x: Value, height: number, width: number): Value {
  const attributes = [
    attr.float32(),
    attr.bool('align_corners', false),
    attr.bool('half_pixel_centers', false),
  ];
  const y = op('ResizeNearestNeighbor', attributes, [x.tensor, ints([height, width])]);
  const [, inHeight = 0, inWidth = 0] = x.tensor.shape;
  return tape.record(y, [x], [], (dy) => [
    op('ResizeNearestNeighborGrad', attributes, [dy, ints([inHeight, inWidth])]),
  ]);
}

/** Max pooling 3x3, stride 2, one pixel of padding: the ResNet stem's. */
export function maxPool3x3(tape: Tape, x: Value): Value {
  const attributes = [
    attr.float32(),
    attr.ints('ksize', [1, 3, 3, 1]),
    attr.ints('strides', [1, 2, 2, 1]),
    attr.text('padding', 'EXPLICIT'),
    attr.ints('explicit_paddings', [0, 0, 1, 1, 1, 1, 0, 0]),
    attr.text('data_format', 'NHWC'),
  ];
  const y = op('MaxPool', attributes, [x.tensor]);
  return tape.record(y, [x], [x.tensor, y], (dy) => [op('MaxPoolGrad', attributes, [x.tensor, y, dy])]);
}
