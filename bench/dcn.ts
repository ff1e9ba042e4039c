/**
 * Times deformable convolution, forward and backward, in turns against the ordinary convolution of the same size, the
 * plain form in TensorFlow's ops and, where DDOD_PYTHON names a Python with torchvision, torchvision's. Prints JSON:
 * medians in milliseconds, and ratios of the others' times to ours (above 1: ours is faster).
 */
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Tape, type Value } from '../src/main/detector/autograd/tape.ts';
import { conv2d, padAll } from '../src/main/detector/ops/convolution.ts';
import { deformConv2d, nativeDeformKernels } from '../src/main/detector/ops/deform-conv.ts';
import { plainDeformKernels } from '../src/main/detector/ops/plain/deform-conv.ts';
import { hasNativeOps, type Tensor, tf } from '../src/main/detector/tf.ts';

type Size = readonly [n: number, c: number, h: number, w: number];
type Forward = (tape: Tape, x: Value, offset: Value, weight: Value) => Value;
interface Times {
  readonly forward: number;
  readonly backward: number;
}

const runs = Number(process.env.RUNS ?? 7);
const sizes: Size[] = [
  [2, 256, 64, 64],
  [8, 128, 32, 40],
];
const deformable = { stride: 1, pad: 1, dilation: 1, groups: 1, deformGroups: 1 };

const forms: Record<string, Forward> = {
  convolution: (tape, x, _, weight) => conv2d(tape, x, weight, { stride: 1, pads: padAll(1) }),
  plain: (tape, x, offset, weight) =>
    deformConv2d(tape, x, offset, weight, undefined, deformable, plainDeformKernels),
  ...(hasNativeOps && {
    native: (tape, x, offset, weight) =>
      deformConv2d(tape, x, offset, weight, undefined, deformable, nativeDeformKernels),
  }),
};

function timeOnce(form: Forward, inputs: readonly Tensor[], dy: Tensor): Times {
  const tape = new Tape(true);
  const leaves = inputs.map((tensor) => tape.leaf(tensor));
  const [x, offset, weight] = leaves as [Value, Value, Value];
  const begin = performance.now();
  const y = form(tape, x, offset, weight);
  const middle = performance.now();
  tape.backward([[y, tf.clone(dy)]]);
  const end = performance.now();
  for (const leaf of leaves) tape.gradientOf(leaf)?.dispose();
  y.tensor.dispose();
  return { forward: middle - begin, backward: end - middle };
}

/** One warm-up, then all forms in turns, so that a busy machine slows them alike. */
function measure([n, c, h, w]: Size): Record<string, Times> {
  const shapes = [
    [n, h, w, c],
    [n, h, w, 18],
    [3, 3, c, c],
  ];
  const inputs = shapes.map((shape, i) => tf.keep(tf.randomNormal(shape, 0, 1, 'float32', i + 1)));
  const dy = tf.keep(tf.randomNormal([n, h, w, c]));
  const found = Object.keys(forms).map((name): [string, Times[]] => [name, []]);
  for (let run = 0; run <= runs; run++) {
    for (const [name, times] of found) {
      const once = timeOnce(forms[name] as Forward, inputs, dy);
      if (run > 0) times.push(once);
    }
  }
  for (const tensor of [...inputs, dy]) tensor.dispose();
  return Object.fromEntries(found.map(([name, times]) => [name, medians(times)]));
}

function medians(times: readonly Times[]): Times {
  const middle = (values: number[]) =>
    values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
  return { forward: middle(times.map((t) => t.forward)), backward: middle(times.map((t) => t.backward)) };
}

interface Peer {
  readonly version: object;
  readonly cases: Record<string, Times>;
}

function torchvision(): Peer | undefined {
  const python = process.env.DDOD_PYTHON;
  if (python === undefined) return undefined;
  const script = fileURLToPath(new URL('peers/dcn.py', import.meta.url));
  const args = [script, String(runs), ...sizes.map((size) => size.join('x'))];
  return JSON.parse(execFileSync(python, args, { encoding: 'utf8' })) as Peer;
}

function ratios(times: Record<string, Times>): object {
  const own = times.native ?? times.plain;
  if (own === undefined) return {};
  const others = Object.entries(times).filter(([, time]) => time !== own);
  const against = others.map(([name, { forward, backward }]) => [
    name,
    { forward: round(forward / own.forward), backward: round(backward / own.backward) },
  ]);
  return Object.fromEntries(against);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

const peer = torchvision();
const cases = sizes.map((size) => {
  const name = size.join('x');
  const other = peer?.cases[name];
  const times = { ...measure(size), ...(other && { torchvision: other }) };
  return { case: `${name} -> ${size[1]}, 3x3`, milliseconds: times, ratios: ratios(times) };
});
const machine = { cpu: cpus()[0]?.model, cores: cpus().length, nativeOps: hasNativeOps };
console.log(JSON.stringify({ machine, runs, peer: peer?.version ?? null, cases }, null, 2));
