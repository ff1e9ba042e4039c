// Deformable convolution against mmcv's kernels: every case of the fixture, through each form that is present.
import { expect, test } from 'vitest';
import { Tape, type Value } from '../../src/main/detector/autograd/tape.ts';
import { biasActivation } from '../../src/main/detector/ops/bias-activation.ts';
import { conv2d, padAll } from '../../src/main/detector/ops/convolution.ts';
import { deformConv2d, nativeDeformKernels } from '../../src/main/detector/ops/deform-conv.ts';
import { plainDeformKernels } from '../../src/main/detector/ops/plain/deform-conv.ts';
import { hasNativeOps, type Tensor, tf } from '../../src/main/detector/tf.ts';
import { describeFixture, expectClose, type Fixture } from './fixture.ts';

const forms = [
  ['native', hasNativeOps ? nativeDeformKernels : undefined],
  ['plain', plainDeformKernels],
] as const;

interface Case {
  readonly stride: [number, number];
  readonly padding: [number, number];
  readonly dilation: [number, number];
  readonly groups: number;
  readonly deform_groups: number;
}

/** NCHW as NHWC, OIHW as HWIO. */
function load(fixture: Fixture, name: string): Tensor {
  const { shape, data } = fixture.tensor(name);
  const tensor = tf.tensor(data as Float32Array, [...shape]);
  if (shape.length !== 4) return tf.keep(tensor);
  return tf.keep(tf.transpose(tensor, name.endsWith('weight') ? [2, 3, 1, 0] : [0, 2, 3, 1]));
}

function check(fixture: Fixture, name: string, actual: Tensor): void {
  const expected = fixture.tensor(name);
  const order = name.endsWith('weight') ? [3, 2, 0, 1] : [0, 3, 1, 2];
  const turned = expected.shape.length === 4 ? tf.transpose(actual, order) : actual;
  expect(turned.shape, name).toEqual(expected.shape);
  const abs = fixture.tolerance(name.includes('grad') ? 'grad_abs' : 'out_abs');
  const rel = name.includes('grad') ? fixture.tolerance('grad_rel') : 0;
  expectClose(turned.dataSync(), expected.data as Float32Array, { abs, rel }, name);
}

describeFixture('dcn', (fixture) => {
  const cases = Object.entries(fixture.value<Record<string, object>>('cases'));
  for (const [form, kernels] of forms) {
    for (const [name] of cases.filter(([, config]) => 'kernel' in config)) {
      test.skipIf(kernels === undefined)(`${name}, ${form}`, () => {
        const config = fixture.value<Case>('cases', name);
        const tape = new Tape(true);
        const leaf = (part: string) => tape.leaf(load(fixture, `${name}.${part}`));
        const has = (part: string) => fixture.has(`${name}.${part}`);
        const inputs: Record<string, Value> = Object.fromEntries(
          ['input', 'offset', 'weight', 'mask', 'bias'].filter(has).map((part) => [part, leaf(part)]),
        );
        const { input, offset, weight, mask, bias } = inputs;
        const { stride, padding: pad, dilation, groups, deform_groups: deformGroups } = config;
        const options = { stride, pad, dilation, groups, deformGroups };
        const plain = deformConv2d(tape, input!, offset!, weight!, mask, options, kernels);
        const y = bias === undefined ? plain : biasActivation(tape, plain, bias, 'none');
        check(fixture, `${name}.out`, y.tensor);
        tape.backward([[y, load(fixture, `${name}.dout`)]]);
        for (const [part, value] of Object.entries(inputs)) {
          check(fixture, `${name}.grad.${part}`, tape.gradientOf(value)!);
        }
      });
    }

    for (const name of ['pack_v1', 'pack_v2']) {
      test.skipIf(kernels === undefined)(`${name}, ${form}`, () => {
        const tape = new Tape(true);
        const input = tape.leaf(load(fixture, `${name}.input`));
        const leaves = fixture
          .names(`${name}.param.`)
          .map((key) => [key.slice(`${name}.param.`.length), tape.leaf(load(fixture, key))] as const);
        const y = pack(tape, input, Object.fromEntries(leaves), kernels!);
        check(fixture, `${name}.out`, y.tensor);
        tape.backward([[y, load(fixture, `${name}.dout`)]]);
        check(fixture, `${name}.grad.input`, tape.gradientOf(input)!);
        for (const [key, value] of leaves) {
          check(fixture, `${name}.grad.param.${key}`, tape.gradientOf(value)!);
        }
      });
    }
  }
});

/** The module: its own convolution gives the offsets and, in the second version, the mask's logits. */
function pack(
  tape: Tape,
  x: Value,
  parameters: Record<string, Value>,
  kernels: typeof plainDeformKernels,
): Value {
  const same = { stride: 1, pads: padAll(1) };
  const conv = conv2d(tape, x, parameters['conv_offset.weight']!, same);
  const made = biasActivation(tape, conv, parameters['conv_offset.bias']!, 'none');
  const modulated = made.tensor.shape[3] === 27;
  const offset = modulated ? channels(tape, made, 0, 18) : made;
  const mask = modulated ? sigmoid(tape, channels(tape, made, 18, 9)) : undefined;
  const options = { stride: 1, pad: 1, dilation: 1, groups: 1, deformGroups: 1 };
  const y = deformConv2d(tape, x, offset, parameters.weight!, mask, options, kernels);
  return parameters.bias === undefined ? y : biasActivation(tape, y, parameters.bias, 'none');
}

function channels(tape: Tape, x: Value, begin: number, size: number): Value {
  const total = x.tensor.shape[3]!;
  const y = tf.slice(x.tensor, [0, 0, 0, begin], [-1, -1, -1, size]);
  const around: [number, number][] = [
    [0, 0],
    [0, 0],
    [0, 0],
    [begin, total - begin - size],
  ];
  return tape.record(y, [x], [], (dy) => [tf.pad(dy, around)]);
}

function sigmoid(tape: Tape, x: Value): Value {
  const y = tf.sigmoid(x.tensor);
  return tape.record(y, [x], [y], (dy) => [tf.mul(dy, tf.mul(y, tf.sub(1, y)))]);
}
