// Our gradients of a convolution against TensorFlow's backward ops.
import { expect, test } from 'vitest';
import { convolutionAttributes, type Pads } from '../../../../src/main/detector/ops/convolution.ts';
import { filterGradient, inputGradient } from '../../../../src/main/detector/ops/convolution-gradients.ts';
import { hasNativeOps, ints, onGpu, op, tf } from '../../../../src/main/detector/tf.ts';
import { expectClose } from '../../../golden/fixture.ts';
import { normal } from './gradients.ts';

/** Sums of up to 4500 products in float32. */
const tolerance = { abs: 5e-4, rel: 1e-5 };

interface Case {
  readonly input: [number, number, number, number];
  readonly outputs: number;
  readonly kernel: [number, number];
  readonly stride: number;
  readonly pads: Pads;
}

const cases: Case[] = [
  { input: [1, 5, 7, 3], outputs: 5, kernel: [3, 3], stride: 1, pads: [1, 1, 1, 1] },
  { input: [2, 2, 3, 128], outputs: 18, kernel: [3, 3], stride: 1, pads: [1, 1, 1, 1] },
  { input: [1, 1, 400, 7], outputs: 33, kernel: [1, 1], stride: 1, pads: [0, 0, 0, 0] },
  { input: [1, 9, 500, 6], outputs: 16, kernel: [3, 3], stride: 1, pads: [1, 1, 1, 1] },
  { input: [2, 9, 8, 13], outputs: 20, kernel: [3, 3], stride: 2, pads: [1, 1, 1, 1] },
  { input: [2, 8, 10, 13], outputs: 40, kernel: [3, 5], stride: 2, pads: [0, 1, 1, 2] },
  { input: [2, 13, 11, 9], outputs: 17, kernel: [1, 1], stride: 2, pads: [0, 0, 0, 0] },
  { input: [1, 6, 7, 4], outputs: 3, kernel: [5, 3], stride: 1, pads: [0, 2, 1, 0] },
  { input: [1, 4, 4, 3], outputs: 4, kernel: [1, 1], stride: 1, pads: [1, 1, 1, 1] },
];

for (const config of cases) {
  const { input, outputs, kernel, stride, pads } = config;
  const attributes = convolutionAttributes({ stride, pads });
  const filterShape = [...kernel, input[3], outputs];
  const x = normal(input, 1);
  const filters = normal(filterShape, 2);
  const dy = normal(op('Conv2D', attributes, [x, filters]).shape, 3);

  test.skipIf(!hasNativeOps)(`filters: ${JSON.stringify(config)}`, () => {
    const expected = op('Conv2DBackpropFilter', attributes, [x, ints(filterShape), dy]);
    const actual = filterGradient(dy, x, kernel, { stride, pads });
    expect(actual?.shape).toEqual(filterShape);
    expectClose(actual!.dataSync(), expected.dataSync(), tolerance);
  });

  test(`input: ${JSON.stringify(config)}`, () => {
    const actual = inputGradient(dy, filters, { stride, pads });
    const ours = !onGpu && stride === 1 && Math.max(...pads) < Math.min(...kernel);
    expect(actual !== undefined).toBe(ours);
    if (actual === undefined) return;
    const expected = op('Conv2DBackpropInput', attributes, [ints(input), filters, dy]);
    expect(actual.shape).toEqual(input);
    expectClose(actual.dataSync(), expected.dataSync(), tolerance);
  });
}

test('gradients leave no tensor behind but themselves', () => {
  const [x, filters] = [normal([1, 5, 5, 4], 4), normal([3, 3, 4, 6], 5)];
  const dy = normal([1, 5, 5, 6], 6);
  const window = { stride: 1, pads: [1, 1, 1, 1] } as const;
  const before = tf.memory().numTensors;
  inputGradient(dy, filters, window)?.dispose();
  filterGradient(dy, x, [3, 3], window)?.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
