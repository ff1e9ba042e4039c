// Depthwise convolution: the native kernel against TensorFlow's, and its gradients against finite differences.
import { expect, test } from 'vitest';
import { Tape } from '../../../../src/main/detector/autograd/tape.ts';
import type { Activation } from '../../../../src/main/detector/ops/bias-activation.ts';
import {
  type DepthwiseKernels,
  type DepthwiseOptions,
  depthwiseConv2d,
  depthwiseConvBias,
  nativeDepthwiseKernels,
  plainDepthwiseKernels,
} from '../../../../src/main/detector/ops/depthwise-conv.ts';
import { hasNativeOps, type Tensor, tf } from '../../../../src/main/detector/tf.ts';
import { expectClose } from '../../../golden/fixture.ts';
import { expectGradients, normal } from './gradients.ts';

const plain = plainDepthwiseKernels();

const cases: [shape: number[], kernel: number, stride: number, pads: [number, number, number, number]][] = [
  [[1, 5, 7, 3], 3, 1, [1, 1, 1, 1]],
  [[2, 9, 8, 20], 5, 1, [2, 2, 2, 2]],
  [[2, 8, 10, 16], 3, 2, [0, 1, 0, 1]],
  [[3, 8, 10, 40], 5, 2, [1, 2, 1, 2]],
  [[1, 2, 3, 16], 5, 1, [2, 2, 2, 2]],
  [[1, 1, 1, 4], 3, 1, [1, 1, 1, 1]],
  [[2, 9, 11, 18], 3, 2, [1, 1, 1, 1]],
  [[1, 7, 7, 33], 5, 2, [0, 0, 0, 0]],
];

function run(kernels: DepthwiseKernels, inputs: Tensor[], dy: Tensor, options: DepthwiseOptions): Tensor[] {
  const tape = new Tape(true);
  const [x, weight, bias] = inputs.map((tensor) => tape.leaf(tensor));
  const y = depthwiseConvBias(tape, x!, weight!, bias!, options, kernels);
  const output = tf.keep(tf.clone(y.tensor));
  tape.backward([[y, tf.clone(dy)]]);
  return [output, ...[x, weight, bias].map((value) => tape.gradientOf(value!)!)];
}

for (const activation of ['none', 'relu', 'relu6'] satisfies Activation[]) {
  for (const [shape, kernel, stride, pads] of cases) {
    const title = `[${shape}] ${kernel}x${kernel} stride ${stride} ${activation}: native equals TensorFlow's`;
    test.skipIf(!hasNativeOps)(title, () => {
      const options = { stride, pads, activation };
      const channels = shape[3]!;
      const inputs = [normal(shape, 1, 3), normal([kernel, kernel, channels, 1], 2), normal([channels], 3)];
      const y = plain.forward(inputs[0]!, inputs[1]!, inputs[2]!, options);
      const dy = normal(y.shape, 4);
      const expected = run(plain, inputs, dy, options);
      const actual = run(nativeDepthwiseKernels, inputs, dy, options);
      for (const [i, name] of ['y', 'dx', 'dweight', 'dbias'].entries()) {
        expect(actual[i]!.shape, name).toEqual(expected[i]!.shape);
        expectClose(actual[i]!.dataSync(), expected[i]!.dataSync(), { abs: 2e-4, rel: 1e-5 }, name);
      }
    });
  }
}

for (const [form, kernels] of [
  ['native', hasNativeOps ? nativeDepthwiseKernels : undefined],
  ['plain', plain],
] as const) {
  test.skipIf(kernels === undefined)(`gradients are the slopes, ${form}`, () => {
    const options = { stride: 2, pads: [1, 2, 1, 2], activation: 'none' } as const;
    const inputs = [normal([2, 4, 6, 3], 5), normal([5, 5, 3, 1], 6), normal([3], 7)];
    expectGradients(inputs, (tape, [x, weight, bias]) =>
      depthwiseConvBias(tape, x!, weight!, bias!, options, kernels!),
    );
  });
}

test('a filter of a size without a native kernel still convolves', () => {
  const inputs = [normal([1, 9, 9, 2], 8), normal([7, 7, 2, 1], 9)];
  expectGradients(inputs, (tape, [x, weight]) =>
    depthwiseConv2d(tape, x!, weight!, { stride: 1, pads: [3, 3, 3, 3] }),
  );
});

test('forward and backward leave no tensor behind', () => {
  const inputs = [normal([1, 6, 6, 8], 10), normal([3, 3, 8, 1], 11), normal([8], 12)];
  const dy = normal([1, 6, 6, 8], 13);
  const options = { stride: 1, pads: [1, 1, 1, 1], activation: 'relu6' } as const;
  const step = () => {
    const tape = new Tape(true);
    const [x, weight, bias] = inputs.map((tensor) => tape.leaf(tensor));
    const y = depthwiseConvBias(tape, x!, weight!, bias!, options);
    tape.backward([[y, tf.clone(dy)]]);
    for (const value of [x, weight, bias]) tape.gradientOf(value!)?.dispose();
  };
  step();
  const before = tf.memory().numTensors;
  step();
  expect(tf.memory().numTensors).toBe(before);
});
