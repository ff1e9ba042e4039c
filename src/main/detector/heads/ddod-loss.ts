/**
 * DDOD's training loss and its gradient on the head's outputs: assign, weigh the levels, then the three losses.
 * mmdet: `DDODHead.loss_by_feat`. The baseline ATSS(IoU) is the same with plain assignment and level weights of 1.
 */
import type { AnchorGenerator, AnchorGrid } from '../anchors/anchor-grid.ts';
import { type AssignmentOptions, assignImage, type ImageTruth } from '../assigners/assign-image.ts';
import { avgFactorOf, type ImageTargets, positivesPerLevel } from '../assigners/targets.ts';
import type { Value } from '../autograd/tape.ts';
import type { BoxCoder } from '../coders/box-coder.ts';
import type { DecodeGradient } from '../coders/decode-gradient.ts';
import {
  type CounterRule,
  type LevelCounters,
  type LevelWeights,
  updateLevelWeights,
} from '../losses/level-weights.ts';
import { type Tensor, tf } from '../tf.ts';
import type { BoxQuality } from './box-quality.ts';
import { clsLosses } from './cls-loss.ts';
import type { LevelOutput } from './ddod-head.ts';
import { cutLevel, joinLevels } from './level-maps.ts';
import { regLosses } from './reg-loss.ts';

export interface DdodLossConfig {
  readonly anchors: AnchorGenerator;
  readonly coder: BoxCoder;
  readonly decodeGradient: DecodeGradient;
  readonly assignment: AssignmentOptions;
  /** Pyramid supervision: levels with few positives weigh more. */
  readonly levelWeights: boolean;
  /** How far the level weights go from 1 to their full value: 0..1, 1 by default. */
  readonly levelWeightShare?: number;
  readonly rule: CounterRule;
  readonly lossWeights: LossWeights;
  /** What the third branch learns; the IoU where it is left out. */
  readonly quality?: BoxQuality;
}

export interface LossWeights {
  readonly cls: number;
  readonly bbox: number;
  readonly iou: number;
}

export const lossWeights: LossWeights = { cls: 1, bbox: 2, iou: 1 };

/** Each loss per level, weighted as it enters the sum. */
export interface LevelLosses {
  readonly loss_cls: readonly number[];
  readonly loss_bbox: readonly number[];
  readonly loss_iou: readonly number[];
}

export interface DdodLossResult {
  readonly losses: LevelLosses;
  /** The head's outputs with the gradient of the summed loss on each, for `Tape.backward`. */
  readonly seeds: readonly (readonly [Value, Tensor])[];
  readonly clsPositives: Float64Array; // [L], of this step
  readonly regPositives: Float64Array; // [L]
  readonly weights: LevelWeights;
  /** Boxes of the batch, and how many of them no anchor of the cls branch learns. */
  readonly boxes: number;
  readonly boxesWithoutPositive: number;
}

/** Computes loss and gradient of a batch; adds the batch's positives to `counters`. */
export function ddodLoss(
  outputs: readonly LevelOutput[],
  truths: readonly ImageTruth[],
  counters: LevelCounters,
  config: DdodLossConfig,
): DdodLossResult {
  const grid = config.anchors(outputs.map(({ clsLogits }) => sizeOf(clsLogits.tensor)));
  const numClasses = outputs[0]?.clsLogits.tensor.shape[3] ?? 0;
  const clsLogits = joinLevels(tensorsOf(outputs, 'clsLogits'), grid); // [N, A, K]
  const bboxPreds = joinLevels(tensorsOf(outputs, 'bboxPreds'), grid); // [N, A, 4]
  const iouLogits = joinLevels(tensorsOf(outputs, 'iouLogits'), grid); // [N, A, 1]
  const targets = truths.map((truth, n) => {
    const predictions = {
      clsLogits: row(clsLogits, n, grid.numAnchors * numClasses),
      bboxPreds: row(bboxPreds, n, grid.numAnchors * 4),
    };
    return assignImage(grid, config.coder, truth, predictions, config.assignment);
  });
  const clsTargets = targets.map((image) => image.cls);
  const regTargets = targets.map((image) => image.reg);
  const clsPositives = positivesPerLevel(clsTargets);
  const regPositives = positivesPerLevel(regTargets);
  const weights = levelWeightsOf(counters, clsPositives, regPositives, config);
  const slack = config.rule === 'mmdet3' ? float32Epsilon : 0;
  const clsFactor = avgFactorOf(clsTargets) + slack;
  const scales = weights.cls.map((w) => (w * config.lossWeights.cls) / clsFactor);
  const cls = clsLosses(outputs, grid, clsTargets, scales);
  const reg = regLosses({
    ...config,
    grid,
    targets: regTargets,
    bboxPreds,
    iouLogits,
    levelWeights: weights.reg,
    averageFactor: avgFactorOf(regTargets) + slack,
    quality: config.quality ?? 'iou',
  });
  return {
    losses: { loss_cls: cls.losses, loss_bbox: reg.lossBbox, loss_iou: reg.lossIou },
    seeds: outputs.flatMap((output, l) => [
      [output.clsLogits, cls.gradients[l] as Tensor] as const,
      [output.bboxPreds, upload(reg.onBbox, grid, l, output.bboxPreds.tensor)] as const,
      [output.iouLogits, upload(reg.onIou, grid, l, output.iouLogits.tensor)] as const,
    ]),
    clsPositives,
    regPositives,
    weights,
    ...boxesWithoutPositive(truths, targets),
  };
}

/** The sum of all losses of all levels. */
export function totalLoss(losses: LevelLosses): number {
  const { loss_cls, loss_bbox, loss_iou } = losses;
  return [...loss_cls, ...loss_bbox, ...loss_iou].reduce((sum, loss) => sum + loss, 0);
}

const float32Epsilon = 2 ** -23;

function levelWeightsOf(
  counters: LevelCounters,
  clsPositives: Float64Array,
  regPositives: Float64Array,
  config: DdodLossConfig,
): LevelWeights {
  const weights = updateLevelWeights(counters, clsPositives, regPositives, config.rule);
  const share = config.levelWeights ? (config.levelWeightShare ?? 1) : 0;
  if (share === 1) return weights;
  const faded = (values: Float64Array) => values.map((value) => 1 + share * (value - 1));
  return { cls: faded(weights.cls), reg: faded(weights.reg) };
}

function boxesWithoutPositive(truths: readonly ImageTruth[], targets: readonly ImageTargets[]) {
  const boxes = truths.reduce((sum, truth) => sum + truth.gtLabels.length, 0);
  const learnt = targets.reduce((sum, { cls }) => sum + new Set(cls.posGtInds).size, 0);
  return { boxes, boxesWithoutPositive: boxes - learnt };
}

function upload(joined: Float32Array, grid: AnchorGrid, l: number, like: Tensor): Tensor {
  const [images = 0, , , channels = 0] = like.shape;
  return tf.tensor(cutLevel(joined, grid, l, images, channels), like.shape);
}

function tensorsOf(outputs: readonly LevelOutput[], key: keyof LevelOutput): Tensor[] {
  return outputs.map((output) => output[key].tensor);
}

function sizeOf(map: Tensor): { height: number; width: number } {
  const [, height = 0, width = 0] = map.shape;
  return { height, width };
}

function row(joined: Float32Array, n: number, size: number): Float32Array {
  return joined.subarray(n * size, (n + 1) * size);
}
