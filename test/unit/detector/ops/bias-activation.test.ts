// Bias and activation: the native kernel against TensorFlow's ops, gradients against finite differences.
import { expect, test } from 'vitest';
import { Tape } from '../../../../src/main/detector/autograd/tape.ts';
import {
  type Activation,
  type BiasActivationKernels,
  biasActivation,
  nativeBiasActivationKernels,
  plainBiasActivationKernels,
} from '../../../../src/main/detector/ops/bias-activation.ts';
import { hasNativeOps, type Tensor, tf } from '../../../../src/main/detector/tf.ts';
import { expectClose } from '../../../golden/fixture.ts';
import { expectGradients, normal } from './gradients.ts';

const forms: [string, BiasActivationKernels | undefined][] = [
  ['native', hasNativeOps ? nativeBiasActivationKernels : undefined],
  ['plain', plainBiasActivationKernels],
];
const activations: Activation[] = ['none', 'relu', 'relu6'];
const shapes = [
  [2, 5, 7, 8],
  [3, 13, 17, 3],
  [1, 1, 1, 18],
  [2, 33, 40, 40],
  [1, 90, 70, 16],
];

function run(kernels: BiasActivationKernels, activation: Activation, inputs: Tensor[]): Tensor[] {
  const tape = new Tape(true);
  const [x, bias] = inputs.map((tensor) => tape.leaf(tensor));
  const y = biasActivation(tape, x!, bias!, activation, kernels);
  const output = tf.keep(tf.clone(y.tensor));
  tape.backward([[y, normal(output.shape, 3)]]);
  return [output, tape.gradientOf(x!)!, tape.gradientOf(bias!)!];
}

for (const activation of activations) {
  for (const shape of shapes) {
    test.skipIf(!hasNativeOps)(`[${shape}] ${activation}: native equals TensorFlow's`, () => {
      const inputs = [normal(shape, 1, 4), normal([shape[3]!], 2)];
      const expected = run(plainBiasActivationKernels, activation, inputs);
      const actual = run(nativeBiasActivationKernels, activation, inputs);
      for (const [i, abs] of [0, 0, 2e-4].entries()) {
        expect(actual[i]!.shape).toEqual(expected[i]!.shape);
        expectClose(actual[i]!.dataSync(), expected[i]!.dataSync(), { abs, rel: i < 2 ? 0 : 1e-5 });
      }
    });
  }
}

for (const [form, kernels] of forms) {
  test.skipIf(kernels === undefined)(`${form}: cuts at 0 and 6, and passes gradients only between`, () => {
    const x = tf.keep(tf.tensor4d([-9, -1, 0, 1, 5, 7], [1, 1, 3, 2]));
    const y = (activation: Activation) => kernels!.forward(x, tf.tensor1d([1, 1]), activation);
    expect([...y('none').dataSync()]).toEqual([-8, 0, 1, 2, 6, 8]);
    expect([...y('relu').dataSync()]).toEqual([0, 0, 1, 2, 6, 8]);
    expect([...y('relu6').dataSync()]).toEqual([0, 0, 1, 2, 6, 6]);
    const [dx, dbias] = kernels!.gradients(tf.onesLike(x), y('relu6'), 'relu6');
    expect([...dx.dataSync()]).toEqual([0, 0, 1, 1, 0, 0]);
    expect([...dbias.dataSync()]).toEqual([1, 1]);
  });

  test.skipIf(kernels === undefined)(`${form}: what is not a number stays visible`, () => {
    const x = tf.tensor4d([Number.NaN, 1], [1, 1, 1, 2]);
    for (const activation of activations) {
      expect(kernels!.forward(x, tf.zeros([2]), activation).dataSync()[0]).toBeNaN();
    }
  });

  test.skipIf(kernels === undefined)(`${form}: gradients are the slopes`, () => {
    expectGradients([normal([2, 3, 4, 5], 4), normal([5], 5)], (tape, [x, bias]) =>
      biasActivation(tape, x!, bias!, 'none', kernels),
    );
  });

  test.skipIf(kernels === undefined)(`${form}: forward and backward leave no tensor behind`, () => {
    const inputs = [normal([2, 3, 4, 5], 6), normal([5], 7)];
    const step = () => {
      for (const activation of activations) {
        const tape = new Tape(true);
        const [x, bias] = inputs.map((tensor) => tape.leaf(tensor));
        const y = tape.scope(() => biasActivation(tape, x!, bias!, activation, kernels));
        tape.backward([[y, tf.ones([2, 3, 4, 5])]]);
        for (const leaf of [x!, bias!]) tape.gradientOf(leaf)?.dispose();
        y.tensor.dispose();
      }
    };
    step();
    const before = tf.memory().numTensors;
    step();
    expect(tf.memory().numTensors).toBe(before);
  });
}
