// Three SGD steps of a whole small detector: losses, gradients, counters and weights after each step.
import { expect, it } from 'vitest';
import { anchorGenerator } from '../../src/main/detector/anchors/anchor-grid.ts';
import { squareAnchors } from '../../src/main/detector/anchors/base-anchors.ts';
import type { ImageTruth } from '../../src/main/detector/assigners/assign-image.ts';
import { ParameterStore, toTorch } from '../../src/main/detector/autograd/parameter-store.ts';
import { deltaXywhGradient } from '../../src/main/detector/coders/decode-gradient.ts';
import { deltaXywh } from '../../src/main/detector/coders/delta-xywh.ts';
import { hashUniform } from '../../src/main/detector/data/hash-uniform.ts';
import { Sgd } from '../../src/main/detector/engine/sgd.ts';
import { computeGradients } from '../../src/main/detector/engine/train-step.ts';
import { type DdodLossConfig, lossWeights, totalLoss } from '../../src/main/detector/heads/ddod-loss.ts';
import { type LevelCounters, newLevelCounters } from '../../src/main/detector/losses/level-weights.ts';
import { Network } from '../../src/main/detector/network.ts';
import { type Tensor, tf } from '../../src/main/detector/tf.ts';
import { describeFixture, expectClose, type Fixture } from './fixture.ts';
import { hashedWeights, networkConfigOf } from './network.ts';
import { type Comparison, expectPath, moveByRounding } from './rounding.ts';

interface Step {
  readonly total: number;
  readonly losses: Readonly<Record<'loss_cls' | 'loss_bbox' | 'loss_iou', readonly number[]>>;
  readonly grad_sum_l2: Readonly<Record<string, readonly [number, number]>>;
  readonly param_sum_l2: Readonly<Record<string, readonly [number, number]>>;
  readonly cls_cum: readonly number[];
  readonly reg_cum: readonly number[];
  readonly img_shape: readonly (readonly [number, number])[];
  readonly batch_shape: readonly [number, number, number];
}

const lossConfig: Omit<DdodLossConfig, 'rule'> = {
  anchors: anchorGenerator(squareAnchors),
  coder: deltaXywh,
  decodeGradient: deltaXywhGradient,
  assignment: { topk: 9, clsAlpha: 0.8, regAlpha: 0.5, costWeight: 1, ignoreIofThresh: 0 },
  levelWeights: true,
  lossWeights,
};

/** The step from which rounding alone flips assignments: what follows is any one of several paths. */
const KINKS_FROM = 2;

const ruleOf = ({ name }: Fixture): DdodLossConfig['rule'] =>
  name.endsWith('mmdet3') ? 'mmdet3' : 'official';

for (const name of ['train_step_official', 'train_step_mmdet3']) {
  describeFixture(name, (fixture) => {
    const steps = fixture.value<Step[]>('steps');
    const training = start(fixture, 0);
    it.each(steps.slice(0, KINKS_FROM).map((step, index) => [index, step] as const))(
      'step %i',
      { timeout: 60_000 },
      (index, step) => {
        const { losses, gradientNorms } = take(training, fixture, index, step);
        checkLosses(fixture, index, step, losses);
        checkCounters(fixture, step, training.counters);
        checkNorms(gradientNorms, step, toleranceOf(fixture, 'grad_l2_rel_per_step', index));
        for (const [key, { actual, expected, tolerance }] of weightsAfter(fixture, index, step, training)) {
          expectClose(actual, expected, tolerance, key);
        }
      },
    );
    it('goes on as the reference does', { timeout: 120_000 }, () => {
      expectPath((from) => followed(fixture, from));
    });
  });
}

/** All steps from start `from`: what is compared of those from `KINKS_FROM` on. */
function followed(fixture: Fixture, from: number): ReadonlyMap<string, Comparison> {
  const training = start(fixture, from);
  return new Map(
    fixture.value<Step[]>('steps').flatMap((step, index) => {
      const { losses } = take(training, fixture, index, step);
      if (index < KINKS_FROM) return [];
      const tolerance = { rel: toleranceOf(fixture, 'loss_rel_per_step', index) };
      const total: Comparison = { actual: [totalLoss(losses)], expected: [step.total], tolerance };
      return [[`total ${index}`, total] as const, ...weightsAfter(fixture, index, step, training)];
    }),
  );
}

function start(fixture: Fixture, from: number) {
  const model = fixture.value<Parameters<typeof networkConfigOf>[0]>('config', 'model');
  const store = new ParameterStore(hashedWeights(fixture, 'train.'));
  const network = new Network(store, networkConfigOf(model));
  moveByRounding(store, from);
  const optimizer = new Sgd({ momentum: 0.9, weightDecay: 1e-4 });
  return { network, optimizer, counters: newLevelCounters(5) };
}

/** One update. */
function take(
  { network, optimizer, counters }: ReturnType<typeof start>,
  fixture: Fixture,
  index: number,
  step: Step,
) {
  const pixels = imagesOf(fixture, index, step);
  const truths = truthsOf(fixture, index, step);
  const config = { ...lossConfig, rule: ruleOf(fixture) };
  const { result, gradients } = computeGradients(network, pixels, truths, counters, config);
  pixels.dispose();
  const gradientNorms = new Map(gradients.map(({ parameter, gradient }) => [parameter.name, norm(gradient)]));
  optimizer.step(gradients, 0.01);
  return { gradientNorms, losses: result.losses };
}

/** A tolerance of one step; none where the fixture has none. */
function toleranceOf(fixture: Fixture, key: string, index: number): number {
  return fixture.value<number | null>('tolerances', key, index) ?? Number.POSITIVE_INFINITY;
}

function checkLosses(fixture: Fixture, index: number, step: Step, losses: Step['losses']): void {
  const rel = toleranceOf(fixture, 'loss_rel_per_step', index);
  expectClose([totalLoss(losses)], [step.total], { rel }, 'total');
  for (const key of ['loss_cls', 'loss_bbox', 'loss_iou'] as const) {
    expectClose(losses[key], step.losses[key], { rel: rel * 4, abs: 1e-6 }, key);
  }
}

function checkCounters(fixture: Fixture, step: Step, counters: LevelCounters): void {
  expect([...counters.cls]).toEqual(step.cls_cum);
  if (ruleOf(fixture) === 'official') expect([...counters.reg]).toEqual(step.reg_cum);
}

/** Norms of all weights after a step, and the weights that the fixture holds whole. */
function weightsAfter(
  fixture: Fixture,
  index: number,
  step: Step,
  { network: { store } }: ReturnType<typeof start>,
): [string, Comparison][] {
  // by the third step rounding alone moves weights as far as the fixture's own noise trial says
  const noise =
    index < KINKS_FROM ? 0 : fixture.value<number>('config', 'sensitivity', 'final_param_abs_change');
  const norms = Object.entries(step.param_sum_l2).map(([name, [, l2]]): [string, Comparison] => {
    const tolerance = { rel: toleranceOf(fixture, 'param_l2_rel_after_step', index), abs: noise };
    return [`norm of ${name}`, { actual: [norm(store.get(name)!.tensor)], expected: [l2], tolerance }];
  });
  const whole = fixture.names(`step${index}.param.`).map((key): [string, Comparison] => {
    const { layout, tensor } = store.get(key.replace(`step${index}.param.`, ''))!;
    const tolerance = { abs: toleranceOf(fixture, 'param_abs_after_step', index) };
    const expected = fixture.tensor(key).data as Float32Array;
    return [key, { actual: toTorch(layout, tensor).data, expected, tolerance }];
  });
  return [...norms, ...whole];
}

function checkNorms(found: ReadonlyMap<string, number>, step: Step, rel: number): void {
  expect([...found.keys()].sort()).toEqual(Object.keys(step.grad_sum_l2).sort());
  if (!Number.isFinite(rel)) return;
  for (const [name, [, l2]] of Object.entries(step.grad_sum_l2)) {
    expectClose([found.get(name)!], [l2], { rel, abs: 1e-9 }, `gradient of ${name}`);
  }
}

function norm(tensor: Tensor): number {
  const values = tensor.dataSync();
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}

/** Blocks of 8 x 8 equal values from the hash, cropped, normalised; the second image zeroed outside its own shape. */
function imagesOf(
  fixture: Fixture,
  index: number,
  { batch_shape: [count, height, width], img_shape }: Step,
): Tensor {
  const { mean, std } = fixture.value<{ mean: number[]; std: number[] }>(
    'config',
    'model',
    'data_preprocessor',
  );
  const [rows, columns] = [Math.ceil(height / 8), Math.ceil(width / 8)];
  const pixels = new Float32Array(count * height * width * 3);
  for (let n = 0; n < count; n++) {
    const blocks = hashUniform(`train.img.${index}.${n}`, 3 * rows * columns);
    const [shownHeight, shownWidth] = img_shape[n]!;
    for (let y = 0; y < shownHeight; y++) {
      for (let x = 0; x < shownWidth; x++) {
        for (let c = 0; c < 3; c++) {
          const u = blocks[(c * rows + (y >> 3)) * columns + (x >> 3)]!;
          pixels[((n * height + y) * width + x) * 3 + c] = (Math.floor(u * 256) - mean[c]!) / std[c]!;
        }
      }
    }
  }
  return tf.tensor4d(pixels, [count, height, width, 3]);
}

function truthsOf(fixture: Fixture, index: number, step: Step): ImageTruth[] {
  return step.img_shape.map(([height, width], n) => ({
    padHeight: Math.ceil(height / 32) * 32,
    padWidth: Math.ceil(width / 32) * 32,
    gtBoxes: fixture.tensor(`step${index}.gt_bboxes.${n}`).data as Float32Array,
    gtLabels: Int32Array.from(fixture.tensor(`step${index}.gt_labels.${n}`).numbers()),
    ignoreBoxes: new Float32Array(0),
  }));
}
