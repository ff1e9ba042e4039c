// The first five SGD steps of the reference run on real images: documented initial weights, ImageNet backbone, one fixed batch.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anchorGenerator } from '../../src/main/detector/anchors/anchor-grid.ts';
import { squareAnchors } from '../../src/main/detector/anchors/base-anchors.ts';
import type { ImageTruth } from '../../src/main/detector/assigners/assign-image.ts';
import { ParameterStore, toTorch } from '../../src/main/detector/autograd/parameter-store.ts';
import { readCheckpointFile } from '../../src/main/detector/checkpoints/checkpoint-file.ts';
import { initialWeights } from '../../src/main/detector/checkpoints/initial-weights.ts';
import { loadWeights } from '../../src/main/detector/checkpoints/load-weights.ts';
import { deltaXywhGradient } from '../../src/main/detector/coders/decode-gradient.ts';
import { deltaXywh } from '../../src/main/detector/coders/delta-xywh.ts';
import { clipFactor, gradientNorm, Sgd } from '../../src/main/detector/engine/sgd.ts';
import { computeGradients } from '../../src/main/detector/engine/train-step.ts';
import { type DdodLossConfig, lossWeights, totalLoss } from '../../src/main/detector/heads/ddod-loss.ts';
import { type LevelCounters, newLevelCounters } from '../../src/main/detector/losses/level-weights.ts';
import { Network } from '../../src/main/detector/network.ts';
import { type Tensor, tf } from '../../src/main/detector/tf.ts';
import { describeFixture, expectClose, type Fixture } from './fixture.ts';
import { liteNetworkConfig } from './network.ts';
import { type Comparison, expectPath, moveByRounding } from './rounding.ts';

interface Iteration {
  readonly it: number;
  readonly lr: number;
  readonly total: number;
  readonly per_level: Readonly<Record<'loss_cls' | 'loss_bbox' | 'loss_iou', readonly number[]>>;
  readonly grad_norm: number;
  readonly cls_cum: readonly number[];
  readonly reg_cum: readonly number[];
  readonly grad_l2?: Readonly<Record<string, number>>;
}

interface Recipe {
  readonly image: { readonly mean: number; readonly std: number; readonly pad_divisor: number };
  readonly head: { readonly num_classes: number; readonly feat_channels: number; readonly topk?: number };
  readonly train: {
    readonly momentum: number;
    readonly weight_decay: number;
    readonly clip_l2: number;
    readonly seed: number;
  };
}

/** How far rounding alone moved the reference's own numbers: the floor of every tolerance here. */
interface Sensitivity {
  readonly loss_rel: readonly number[];
  readonly grad_norm_rel: readonly number[];
  readonly param_abs: number;
  readonly counters_changed: readonly boolean[];
}

type Compared = readonly [key: string, comparison: Comparison];

const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'ddod-studio');
const backboneFile = join(cache, 'weights', 'efficientnet-lite0-57934424.pth');

const config: DdodLossConfig = {
  anchors: anchorGenerator(squareAnchors),
  coder: deltaXywh,
  decodeGradient: deltaXywhGradient,
  assignment: { topk: 9, clsAlpha: 0.8, regAlpha: 0.5, costWeight: 1, ignoreIofThresh: 0, ties: 'torch' },
  levelWeights: true,
  rule: 'official',
  lossWeights,
};

describeFixture('train_step_lite0', (fixture) => {
  if (!existsSync(backboneFile)) {
    describe.skip(`${backboneFile} is absent: run the set-up`, () => undefined);
    return;
  }
  const recipe = fixture.value<Recipe>('config', 'recipe');
  describe.each(Object.keys(fixture.value<object>('config', 'variants')))('%s', (variant) => {
    let training: ReturnType<typeof startTraining>;
    beforeAll(() => {
      training = startTraining(fixture, recipe);
    });
    afterAll(() => end(training));

    it('starts from the documented weights', () => {
      for (const key of fixture.names('init.')) {
        const { data } = weightOf(training.network, key.replace('init.', ''));
        expectClose(data, fixture.tensor(key).data, { abs: 1e-8, rel: 1e-6 }, key);
      }
    });

    const iterations = fixture.value<Iteration[]>('steps', variant, 'iterations');
    const sensitivity = fixture.value<Sensitivity>('config', 'sensitivity', variant);
    const flips = sensitivity.counters_changed.indexOf(true);
    const sharp = flips < 0 ? iterations : iterations.slice(0, flips);
    // rounding is the floor; once it flips the reference's own assignments, any step may be as far off as its worst one
    const limit = (key: 'loss_rel' | 'grad_norm_rel', index: number) => {
      const noise = sharp[index] ? (sensitivity[key][index] ?? 0) : Math.max(...sensitivity[key]);
      return Math.max(fixture.value<number>('tolerances', key, index), noise);
    };
    it.each(sharp.map((iteration) => [iteration.it, iteration] as const))('step %i', (index, expected) => {
      const taken = takeStep(training, expected.lr, recipe.train.clip_l2);
      const normRel = limit('grad_norm_rel', index);
      expectAll(comparisons(taken, expected, limit('loss_rel', index), normRel));
      expect([...training.counters.cls]).toEqual(expected.cls_cum);
      expect([...training.counters.reg]).toEqual(expected.reg_cum);
      if (expected.grad_l2) checkGradients(taken.gradientNorms, expected.grad_l2, normRel);
    });

    if (flips < 0) {
      it('ends at the reference weights', () => {
        expectAll(endWeights(fixture, variant, training.network, sensitivity));
      });
      return;
    }

    it('goes on and ends as the reference does', { timeout: 240_000 }, () => {
      expectPath((from) => {
        const nearby = startTraining(fixture, recipe);
        moveByRounding(nearby.network.store, from);
        const measured = iterations.flatMap((expected, index) => {
          const taken = takeStep(nearby, expected.lr, recipe.train.clip_l2);
          if (index < flips) return [];
          checkFlipped(nearby.counters, expected);
          return comparisons(taken, expected, limit('loss_rel', index), limit('grad_norm_rel', index));
        });
        const ends = endWeights(fixture, variant, nearby.network, sensitivity);
        end(nearby);
        return new Map([...measured, ...ends]);
      });
    });
  });
});

function expectAll(comparisons: readonly Compared[]): void {
  for (const [key, { actual, expected, tolerance }] of comparisons)
    expectClose(actual, expected, tolerance, key);
}

/** The losses of a step and its gradients' norm beside the reference's. */
function comparisons(
  { losses, norm }: ReturnType<typeof takeStep>,
  expected: Iteration,
  lossRel: number,
  normRel: number,
): Compared[] {
  const { it: step, total, per_level: perLevel, grad_norm: gradNorm } = expected;
  // a level's share is as exact as the whole
  const share = { abs: lossRel * total };
  const levels = (['loss_cls', 'loss_bbox', 'loss_iou'] as const).map((key): Compared => {
    return [`${key} ${step}`, { actual: losses[key], expected: perLevel[key], tolerance: share }];
  });
  const whole = { actual: [totalLoss(losses)], expected: [total], tolerance: { rel: lossRel } };
  const gradient = { actual: [norm], expected: [gradNorm], tolerance: { rel: normRel } };
  return [[`total ${step}`, whole], ...levels, [`gradient norm ${step}`, gradient]];
}

/** Two references that start a rounding apart end `param_abs` apart. */
function endWeights(
  fixture: Fixture,
  variant: string,
  network: Network,
  { param_abs: abs }: Sensitivity,
): Compared[] {
  const tolerance = { rel: fixture.tolerance('param_l2_rel_after_5'), abs };
  const norms = fixture.value<Record<string, [number, number]>>('steps', variant, 'param_sum_l2_after_5');
  const prefix = `${variant}.after5.`;
  return [
    ...Object.entries(norms).map(([name, [, l2]]): Compared => {
      const actual = [l2Of(weightOf(network, name).data)];
      return [`norm of ${name}`, { actual, expected: [l2], tolerance }];
    }),
    ...fixture.names(prefix).map((key): Compared => {
      const { data } = weightOf(network, key.replace(prefix, ''));
      return [key, { actual: data, expected: fixture.tensor(key).data as Float32Array, tolerance }];
    }),
  ];
}

function startTraining(fixture: Fixture, { image, head, train }: Recipe) {
  const store = new ParameterStore(initialWeights('reference', train.seed));
  const channels = head.feat_channels;
  const network = new Network(store, liteNetworkConfig({ numClasses: head.num_classes, channels }));
  const { missing } = loadWeights(store, readCheckpointFile(backboneFile).tensors, {
    file: backboneFile,
    partial: true,
  });
  expect(missing.filter((name) => name.startsWith('backbone.'))).toEqual([]);
  const { pixels, height, width } = batchPixels(fixture, image);
  return {
    network,
    pixels,
    truths: truthsOf(fixture, pixels.shape[0]!, height, width),
    optimizer: new Sgd({ momentum: train.momentum, weightDecay: train.weight_decay }),
    counters: newLevelCounters(5),
  };
}

function end({ optimizer, network, pixels }: ReturnType<typeof startTraining>): void {
  optimizer.dispose();
  network.dispose();
  pixels.dispose();
}

/** [N, H, W, 3] of the fixture's images, normalised, then padded with zeros. */
function batchPixels(fixture: Fixture, { mean, std, pad_divisor: divisor }: Recipe['image']) {
  const { shape, data } = fixture.tensor('images_u8');
  const [, , rows = 0, columns = 0] = shape;
  const height = Math.ceil(rows / divisor) * divisor;
  const width = Math.ceil(columns / divisor) * divisor;
  const pixels: Tensor = tf.tidy(() => {
    const levels = tf.tensor(Float32Array.from(data as Uint8Array), [...shape]);
    const nhwc = tf.transpose(tf.div(tf.sub(levels, mean), std), [0, 2, 3, 1]);
    return tf.pad(nhwc, [
      [0, 0],
      [0, height - rows],
      [0, width - columns],
      [0, 0],
    ]);
  });
  return { pixels, height, width };
}

function truthsOf(fixture: Fixture, images: number, padHeight: number, padWidth: number): ImageTruth[] {
  return Array.from({ length: images }, (_, n) => ({
    padHeight,
    padWidth,
    gtBoxes: fixture.tensor(`gt_bboxes.${n}`).data as Float32Array,
    gtLabels: Int32Array.from(fixture.tensor(`gt_labels.${n}`).numbers()),
    ignoreBoxes: new Float32Array(0),
  }));
}

/** One update. */
function takeStep(training: ReturnType<typeof startTraining>, lr: number, clip: number) {
  const { network, pixels, truths, counters, optimizer } = training;
  const { result, gradients } = computeGradients(network, pixels, truths, counters, config);
  const norm = gradientNorm(gradients);
  const gradientNorms = new Map(
    gradients.map(({ parameter, gradient }) => [parameter.name, l2Of(gradient.dataSync<'float32'>())]),
  );
  optimizer.step(gradients, lr, clipFactor(norm, clip));
  return { losses: result.losses, norm, gradientNorms, counters };
}

/** Where rounding alone changes an assignment in the reference, ours may differ by an anchor in a hundred. */
function checkFlipped(counters: LevelCounters, expected: Iteration): void {
  const tolerance = { rel: 0.01, abs: 2 };
  expectClose(counters.cls, expected.cls_cum, tolerance, 'cls counter');
  expectClose(counters.reg, expected.reg_cum, tolerance, 'reg counter');
}

/** Single gradients sum terms that cancel: noise of 2e-7 on the weights moves some by 0.3 %, the norm of all by 4e-5. */
function checkGradients(
  found: ReadonlyMap<string, number>,
  expected: Readonly<Record<string, number>>,
  normRel: number,
): void {
  expect([...found.keys()].sort()).toEqual(Object.keys(expected).sort());
  const tolerance = { rel: Math.max(0.005, 2.5 * normRel), abs: 1e-9 };
  for (const [name, norm] of Object.entries(expected)) {
    expectClose([found.get(name) ?? Number.NaN], [norm], tolerance, `gradient of ${name}`);
  }
}

function weightOf(network: Network, name: string) {
  const { layout, tensor } = network.store.get(name)!;
  return toTorch(layout, tensor);
}

function l2Of(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
