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
    afterAll(() => {
      training.optimizer.dispose();
      training.network.dispose();
      training.pixels.dispose();
    });

    it('starts from the documented weights', () => {
      for (const key of fixture.names('init.')) {
        const { data } = weightOf(training.network, key.replace('init.', ''));
        expectClose(data, fixture.tensor(key).data, { abs: 1e-8, rel: 1e-6 }, key);
      }
    });

    const iterations = fixture.value<Iteration[]>('steps', variant, 'iterations');
    const sensitivity = fixture.value<Sensitivity>('config', 'sensitivity', variant);
    const flipsFrom = sensitivity.counters_changed.indexOf(true);
    const flipped = (index: number) => flipsFrom >= 0 && index >= flipsFrom;
    // once the reference's own assignments flip by rounding, any step may be as far off as its worst one
    const limit = (key: 'loss_rel' | 'grad_norm_rel', index: number) => {
      const noise = flipped(index) ? Math.max(...sensitivity[key]) : (sensitivity[key][index] ?? 0);
      return Math.max(fixture.value<number>('tolerances', key, index), noise);
    };
    it.each(iterations.map((iteration) => [iteration.it, iteration] as const))(
      'step %i',
      (index, expected) => {
        const { losses, norm, gradientNorms, counters } = takeStep(
          training,
          expected.lr,
          recipe.train.clip_l2,
        );
        const lossRel = limit('loss_rel', index);
        expectClose([totalLoss(losses)], [expected.total], { rel: lossRel }, 'total');
        checkCounters(counters, expected, flipped(index));
        // a level's share is as exact as the whole
        const share = { abs: lossRel * expected.total };
        for (const key of ['loss_cls', 'loss_bbox', 'loss_iou'] as const) {
          expectClose(losses[key], expected.per_level[key], share, key);
        }
        const normRel = limit('grad_norm_rel', index);
        expectClose([norm], [expected.grad_norm], { rel: normRel }, 'gradient norm');
        if (expected.grad_l2 && !flipped(index)) checkGradients(gradientNorms, expected.grad_l2, normRel);
      },
    );

    it('ends at the reference weights', () => {
      // two references that start a rounding apart end `param_abs` apart
      const tolerance = { rel: fixture.tolerance('param_l2_rel_after_5'), abs: sensitivity.param_abs };
      const norms = fixture.value<Record<string, [number, number]>>('steps', variant, 'param_sum_l2_after_5');
      for (const [name, [, l2]] of Object.entries(norms)) {
        expectClose([l2Of(weightOf(training.network, name).data)], [l2], tolerance, `norm of ${name}`);
      }
      for (const key of fixture.names(`${variant}.after5.`)) {
        const { data } = weightOf(training.network, key.replace(`${variant}.after5.`, ''));
        expectClose(data, fixture.tensor(key).data, tolerance, key);
      }
    });
  });
});

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

/** One update; what is compared is told before any comparison can fail, so that a fault does not hide the next step. */
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
function checkCounters(counters: LevelCounters, expected: Iteration, flips: boolean): void {
  const tolerance = flips ? { rel: 0.01, abs: 2 } : {};
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
