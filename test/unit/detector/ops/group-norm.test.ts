// Group norm: both forms against float64 arithmetic, native against plain, gradients against finite differences.
import { describe, expect, test } from 'vitest';
import { Tape } from '../../../../src/main/detector/autograd/tape.ts';
import { groupNorm, nativeGroupNormKernels } from '../../../../src/main/detector/ops/group-norm.ts';
import {
  type GroupNormKernels,
  type GroupNormOptions,
  plainGroupNormKernels,
} from '../../../../src/main/detector/ops/plain/group-norm.ts';
import { hasNativeOps, type Tensor, tf } from '../../../../src/main/detector/tf.ts';
import { expectClose } from '../../../golden/fixture.ts';
import { expectGradients, normal } from './gradients.ts';

const forms: [string, GroupNormKernels | undefined][] = [
  ['native', hasNativeOps ? nativeGroupNormKernels : undefined],
  ['plain', plainGroupNormKernels],
];
const shapes: [shape: number[], groups: number][] = [
  [[2, 5, 7, 8], 4],
  [[1, 2, 3, 128], 32],
  [[3, 13, 17, 6], 3],
  [[2, 40, 33, 20], 5],
  [[1, 1, 1, 24], 2],
];

function inputsOf(shape: number[]): Tensor[] {
  const channels = shape[3]!;
  const x = tf.keep(tf.add(normal(shape, 1, 2), 5));
  return [x, normal([channels], 2), normal([channels], 3)];
}

function run(kernels: GroupNormKernels, inputs: Tensor[], options: GroupNormOptions): Tensor[] {
  const tape = new Tape(true);
  const leaves = inputs.map((tensor) => tape.leaf(tensor));
  const y = groupNorm(tape, leaves[0]!, leaves[1]!, leaves[2]!, options, kernels);
  const output = tf.keep(tf.clone(y.tensor));
  tape.backward([[y, normal(output.shape, 4)]]);
  return [output, ...leaves.map((leaf) => tape.gradientOf(leaf)!)];
}

for (const relu of [true, false]) {
  for (const [shape, groups] of shapes) {
    test.skipIf(!hasNativeOps)(`[${shape}] in ${groups}, relu ${relu}: native equals plain`, () => {
      const options = { groups, epsilon: 1e-5, relu };
      const inputs = inputsOf(shape);
      const expected = run(plainGroupNormKernels, inputs, options);
      const actual = run(nativeGroupNormKernels, inputs, options);
      for (const [i, name] of ['y', 'dx', 'dgamma', 'dbeta'].entries()) {
        expect(actual[i]!.shape, name).toEqual(expected[i]!.shape);
        expectClose(actual[i]!.dataSync(), expected[i]!.dataSync(), { abs: 3e-4, rel: 1e-4 }, name);
      }
    });
  }
}

/** Mean and standard deviation of each group of one image, in float64. */
function statistics(x: ArrayLike<number>, channels: number, groups: number) {
  const size = channels / groups;
  return Array.from({ length: groups }, (_, group) => {
    const values = Array.from(x).filter((_, i) => Math.floor((i % channels) / size) === group);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
    return { mean, deviation: Math.sqrt(variance) };
  });
}

for (const [form, kernels] of forms) {
  describe.skipIf(kernels === undefined)(form, () => {
    test('agrees with float64 to 1e-5, also where the mean is large', () => {
      const x = tf.add(normal([1, 64, 48, 8], 5), tf.mul(tf.range(0, 8), 10));
      const options = { groups: 4, epsilon: 0, relu: false };
      const { mean, rstd } = kernels!.forward(x, tf.ones([8]), tf.zeros([8]), options);
      const expected = statistics(x.dataSync(), 8, 4);
      const [means, inverses] = [mean.dataSync(), rstd.dataSync()];
      expectClose(
        means,
        expected.map((group) => group.mean),
        { rel: 1e-5 },
        'mean',
      );
      expectClose(
        inverses,
        expected.map((group) => 1 / group.deviation),
        { rel: 1e-5 },
        'rstd',
      );
    });

    test('gradients are the slopes', () => {
      const inputs = [normal([2, 3, 4, 6], 6), normal([6], 7), normal([6], 8)];
      const options = { groups: 3, epsilon: 1e-5, relu: false };
      expectGradients(inputs, (tape, [x, gamma, beta]) =>
        groupNorm(tape, x!, gamma!, beta!, options, kernels),
      );
    });

    test('forward and backward leave no tensor behind', () => {
      const inputs = inputsOf([2, 4, 5, 8]);
      const options = { groups: 4, epsilon: 1e-5, relu: true };
      const step = (recording: boolean) => {
        const tape = new Tape(recording);
        const leaves = inputs.map((tensor) => tape.leaf(tensor));
        const y = groupNorm(tape, leaves[0]!, leaves[1]!, leaves[2]!, options, kernels);
        if (recording) tape.backward([[y, tf.ones([2, 4, 5, 8])]]);
        for (const leaf of leaves) tape.gradientOf(leaf)?.dispose();
        y.tensor.dispose();
      };
      step(true);
      const before = tf.memory().numTensors;
      step(true);
      step(false);
      expect(tf.memory().numTensors).toBe(before);
    });
  });
}
