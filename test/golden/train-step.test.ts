// Three SGD steps of a whole small detector: losses, gradients, counters and weights after each step.
import { expect, it } from 'vitest';
import { anchorGenerator } from '../../src/main/detector/anchors/anchor-grid.ts';
import { squareAnchors } from '../../src/main/detector/anchors/base-anchors.ts';
import type { ImageTruth } from '../../src/main/detector/assigners/assign-image.ts';
import { ParameterStore, toTorch } from '../../src/main/detector/autograd/parameter-store.ts';
import type { ParameterGradient } from '../../src/main/detector/autograd/tape.ts';
import { deltaXywhGradient } from '../../src/main/detector/coders/decode-gradient.ts';
import { deltaXywh } from '../../src/main/detector/coders/delta-xywh.ts';
import { hashUniform } from '../../src/main/detector/data/hash-uniform.ts';
import { Sgd } from '../../src/main/detector/engine/sgd.ts';
import { computeGradients } from '../../src/main/detector/engine/train-step.ts';
import { type DdodLossConfig, lossWeights, totalLoss } from '../../src/main/detector/heads/ddod-loss.ts';
import { newLevelCounters } from '../../src/main/detector/losses/level-weights.ts';
import { Network } from '../../src/main/detector/network.ts';
import { type Tensor, tf } from '../../src/main/detector/tf.ts';
import { describeFixture, expectClose, type Fixture } from './fixture.ts';
import { hashedWeights, networkConfigOf } from './network.ts';

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

for (const name of ['train_step_official', 'train_step_mmdet3']) {
  const rule = name.endsWith('mmdet3') ? 'mmdet3' : 'official';
  describeFixture(name, (fixture) => {
    const steps = fixture.value<Step[]>('steps');
    const model = fixture.value<Parameters<typeof networkConfigOf>[0]>('config', 'model');
    const network = new Network(new ParameterStore(hashedWeights(fixture, 'train.')), networkConfigOf(model));
    const optimizer = new Sgd({ momentum: 0.9, weightDecay: 1e-4 });
    const counters = newLevelCounters(5);
    const config: DdodLossConfig = {
      anchors: anchorGenerator(squareAnchors),
      coder: deltaXywh,
      decodeGradient: deltaXywhGradient,
      assignment: { topk: 9, clsAlpha: 0.8, regAlpha: 0.5, costWeight: 1, ignoreIofThresh: 0 },
      levelWeights: true,
      rule,
      lossWeights,
    };
    it.each(steps.map((step, index) => [index, step] as const))(
      'step %i',
      { timeout: 60_000 },
      (index, step) => {
        const at = (key: string) =>
          fixture.value<number | null>('tolerances', key, index) ?? Number.POSITIVE_INFINITY;
        const pixels = imagesOf(fixture, index, step);
        const { result, gradients } = computeGradients(
          network,
          pixels,
          truthsOf(fixture, index, step),
          counters,
          config,
        );
        pixels.dispose();
        expectClose([totalLoss(result.losses)], [step.total], { rel: at('loss_rel_per_step') }, 'total');
        if (index < 2) {
          for (const key of ['loss_cls', 'loss_bbox', 'loss_iou'] as const) {
            expectClose(
              result.losses[key],
              step.losses[key],
              { rel: at('loss_rel_per_step') * 4, abs: 1e-6 },
              key,
            );
          }
          expect([...counters.cls]).toEqual(step.cls_cum);
          if (rule === 'official') expect([...counters.reg]).toEqual(step.reg_cum);
        }
        checkNorms(gradients, step, at('grad_l2_rel_per_step'));
        optimizer.step(gradients, 0.01);
        // by the third step rounding alone moves weights as far as the fixture's own noise trial says
        const noise =
          index < 2 ? 0 : fixture.value<number>('config', 'sensitivity', 'final_param_abs_change');
        for (const [weight, [, l2]] of Object.entries(step.param_sum_l2)) {
          const tolerance = { rel: at('param_l2_rel_after_step'), abs: noise };
          expectClose([norm(network.store.get(weight)!.tensor)], [l2], tolerance, weight);
        }
        for (const key of fixture.names(`step${index}.param.`)) {
          const parameter = network.store.get(key.replace(`step${index}.param.`, ''))!;
          const { data } = toTorch(parameter.layout, parameter.tensor);
          expectClose(data, fixture.tensor(key).data, { abs: at('param_abs_after_step') }, key);
        }
      },
    );
  });
}

function checkNorms(gradients: readonly ParameterGradient[], step: Step, rel: number): void {
  const names = Object.keys(step.grad_sum_l2);
  const found = new Map(gradients.map(({ parameter, gradient }) => [parameter.name, gradient]));
  expect([...found.keys()].sort()).toEqual(names.sort());
  for (const name of names) {
    const [, l2] = step.grad_sum_l2[name]!;
    if (Number.isFinite(rel))
      expectClose([norm(found.get(name)!)], [l2], { rel, abs: 1e-9 }, `gradient of ${name}`);
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
