// Deformable convolution: the native kernels against TensorFlow's ops, gradients against finite differences.
import { describe, expect, test } from 'vitest';
import { Tape } from '../../../../src/main/detector/autograd/tape.ts';
import { conv2d, padAll } from '../../../../src/main/detector/ops/convolution.ts';
import {
  type DeformConvOptions,
  deformConv2d,
  nativeDeformKernels,
} from '../../../../src/main/detector/ops/deform-conv.ts';
import {
  type DeformKernels,
  plainDeformKernels,
} from '../../../../src/main/detector/ops/plain/deform-conv.ts';
import { hasNativeOps, type Tensor, tf } from '../../../../src/main/detector/tf.ts';
import { expectClose } from '../../../golden/fixture.ts';
import { expectGradients, normal } from './gradients.ts';

const forms: [string, DeformKernels | undefined][] = [
  ['native', hasNativeOps ? nativeDeformKernels : undefined],
  ['plain', plainDeformKernels],
];
const same: DeformConvOptions = { stride: 1, pad: 1, dilation: 1, groups: 1, deformGroups: 1 };

interface Case extends Partial<DeformConvOptions> {
  readonly input: number[];
  readonly outputs: number;
  readonly kernel?: [number, number];
  readonly modulated?: boolean;
  readonly spread?: number;
}

const cases: Case[] = [
  { input: [1, 7, 9, 5], outputs: 3 },
  { input: [1, 2, 3, 128], outputs: 16 },
  { input: [1, 1, 1, 8], outputs: 4, modulated: true },
  { input: [3, 9, 8, 6], outputs: 8, groups: 2, deformGroups: 3, modulated: true },
  { input: [2, 10, 11, 48], outputs: 12, stride: [2, 1], pad: [2, 1], kernel: [5, 3], deformGroups: 2 },
  { input: [1, 12, 13, 96], outputs: 4, dilation: 2, pad: 2, groups: 4, spread: 6 },
  { input: [1, 16, 16, 64], outputs: 8, kernel: [1, 1], pad: 0, spread: 0 },
];

/** x, offset, weight and, if modulated, the mask. */
function inputsOf({ input, outputs, kernel = [3, 3], modulated, spread = 1.5, ...options }: Case): Tensor[] {
  const [n = 0, h = 0, w = 0, c = 0] = input;
  const { stride, pad, dilation, groups, deformGroups } = { ...same, ...options };
  const out = (size: number, axis: 0 | 1) => {
    const of = (extent: number | readonly [number, number]) =>
      typeof extent === 'number' ? extent : extent[axis];
    return Math.floor((size + 2 * of(pad) - of(dilation) * (kernel[axis] - 1) - 1) / of(stride)) + 1;
  };
  const taps = kernel[0] * kernel[1] * deformGroups;
  const places = [n, out(h, 0), out(w, 1)];
  const offset = normal([...places, taps * 2], 2, spread);
  const tensors = [normal(input, 1), offset, normal([...kernel, c / groups, outputs], 3, 0.3)];
  return modulated ? [...tensors, normal([...places, taps], 4)] : tensors;
}

function run(kernels: DeformKernels, inputs: Tensor[], options: DeformConvOptions): Tensor[] {
  const tape = new Tape(true);
  const leaves = inputs.map((tensor) => tape.leaf(tensor));
  const [x, offset, weight, mask] = leaves;
  const y = deformConv2d(tape, x!, offset!, weight!, mask, options, kernels);
  const output = tf.keep(tf.clone(y.tensor));
  tape.backward([[y, normal(output.shape, 5)]]);
  return [output, ...leaves.map((leaf) => tape.gradientOf(leaf)!)];
}

for (const config of cases) {
  test.skipIf(!hasNativeOps)(`${JSON.stringify(config)}: native equals plain`, () => {
    const options = { ...same, ...config };
    const inputs = inputsOf(config);
    const expected = run(plainDeformKernels, inputs, options);
    const actual = run(nativeDeformKernels, inputs, options);
    for (const [i, name] of ['y', 'dx', 'doffset', 'dweight', 'dmask']
      .slice(0, inputs.length + 1)
      .entries()) {
      expect(actual[i]!.shape, name).toEqual(expected[i]!.shape);
      expectClose(actual[i]!.dataSync(), expected[i]!.dataSync(), { abs: 2e-4, rel: 1e-5 }, name);
    }
  });
}

for (const [form, kernels] of forms) {
  describe.skipIf(kernels === undefined)(form, () => {
    test('without offsets it is the ordinary convolution', () => {
      const tape = new Tape(false);
      const [x, weight] = [normal([2, 6, 5, 8], 6), normal([3, 3, 8, 4], 7)].map((t) => tape.constant(t));
      const offset = tape.constant(tf.zeros([2, 6, 5, 18]));
      const actual = deformConv2d(tape, x!, offset, weight!, undefined, same, kernels).tensor;
      const expected = conv2d(tape, x!, weight!, { stride: 1, pads: padAll(1) }).tensor;
      expectClose(actual.dataSync(), expected.dataSync(), { abs: 2e-5 });
    });

    test('gradients are the slopes', () => {
      const options = { ...same, deformGroups: 2 };
      const places = [1, 4, 5];
      // A quarter of a pixel off the grid all points are away from the kinks of bilinear sampling.
      const offset = tf.keep(tf.add(tf.mul(tf.round(normal([...places, 36], 9)), 1), 0.25));
      const inputs = [normal([1, 4, 5, 4], 8), offset, normal([3, 3, 4, 2], 10), normal([...places, 18], 11)];
      expectGradients(inputs, (tape, [x, at, weight, mask]) =>
        deformConv2d(tape, x!, at!, weight!, mask, options, kernels),
      );
    });

    test('a point on or beyond one pixel outside gives and takes nothing', () => {
      const tape = new Tape(true);
      const x = tape.leaf(normal([1, 2, 2, 4], 12));
      const weight = tape.leaf(normal([1, 1, 4, 1], 13));
      const outside = [-1, 0, 0, -2, 1, 0, 0, 3];
      const offset = tape.leaf(tf.keep(tf.tensor4d(outside, [1, 2, 2, 2])));
      const y = deformConv2d(tape, x, offset, weight, undefined, { ...same, pad: 0 }, kernels);
      expect([...y.tensor.dataSync()]).toEqual([0, 0, 0, 0]);
      tape.backward([[y, tf.ones([1, 2, 2, 1])]]);
      expect(Math.max(...tf.abs(tape.gradientOf(offset)!).dataSync())).toBe(0);
      expect(Math.max(...tf.abs(tape.gradientOf(x)!).dataSync())).toBe(0);
    });

    test('forward and backward leave no tensor behind', () => {
      const inputs = inputsOf({ input: [2, 4, 5, 8], outputs: 4, modulated: true });
      const dy = normal([2, 4, 5, 4], 14);
      const step = () => {
        const tape = new Tape(true);
        const leaves = inputs.map((tensor) => tape.leaf(tensor));
        const [x, offset, weight, mask] = leaves;
        const y = deformConv2d(tape, x!, offset!, weight!, mask, same, kernels);
        tape.backward([[y, tf.clone(dy)]]);
        for (const leaf of leaves) tape.gradientOf(leaf)?.dispose();
        y.tensor.dispose();
      };
      step();
      const before = tf.memory().numTensors;
      step();
      expect(tf.memory().numTensors).toBe(before);
    });
  });
}
