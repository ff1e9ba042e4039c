/**
 * DDOD's training loss and its gradient on the head's outputs: assign, weigh the levels, then the three losses.
 * mmdet: `DDODHead.loss_by_feat`. The baseline ATSS(IoU) is the same with plain assignment and level weights of 1.
 */
import type { AnchorGenerator, AnchorGrid } from '../anchors/anchor-grid.ts';
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
import {
  type AssignmentOptions,
  assignImage,
  type ImageAssignment,
  type ImageTruth,
} from './assign-batch.ts';
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
  const assignments = truths.map((truth, n) =>
    assignImage(
      grid,
      config.coder,
      truth,
      {
        clsLogits: row(clsLogits, n, grid.numAnchors * numClasses),
        bboxPreds: row(bboxPreds, n, grid.numAnchors * 4),
      },
      config.assignment,
    ),
  );
  const clsPositives = positivesPerLevel(grid, assignments, 'cls');
  const regPositives = positivesPerLevel(grid, assignments, 'reg');
  const weights = levelWeightsOf(counters, clsPositives, regPositives, config);
  const slack = config.rule === 'mmdet3' ? float32Epsilon : 0;
  const cls = clsLosses(outputs, grid, truths, assignments, {
    scales: weights.cls.map(
      (w) => (w * config.lossWeights.cls) / (averageFactor(assignments, 'cls') + slack),
    ),
  });
  const reg = regLosses({
    grid,
    truths,
    assignments,
    bboxPreds,
    iouLogits,
    coder: config.coder,
    decodeGradient: config.decodeGradient,
    lossWeights: config.lossWeights,
    levelWeights: weights.reg,
    averageFactor: averageFactor(assignments, 'reg') + slack,
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
    ...boxesWithoutPositive(truths, assignments),
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

/** Sum over images of max(positives, 1). */
function averageFactor(assignments: readonly ImageAssignment[], branch: 'cls' | 'reg'): number {
  return assignments.reduce(
    (sum, assignment) => sum + Math.max(countPositives(assignment[branch].matchedIdxs), 1),
    0,
  );
}

function countPositives(matchedIdxs: Int32Array): number {
  let count = 0;
  for (const idx of matchedIdxs) if (idx >= 0) count++;
  return count;
}

function positivesPerLevel(
  grid: AnchorGrid,
  assignments: readonly ImageAssignment[],
  branch: 'cls' | 'reg',
): Float64Array {
  return Float64Array.from(grid.levels, ({ start, count }) =>
    assignments.reduce(
      (sum, assignment) =>
        sum + countPositives(assignment[branch].matchedIdxs.subarray(start, start + count)),
      0,
    ),
  );
}

function boxesWithoutPositive(truths: readonly ImageTruth[], assignments: readonly ImageAssignment[]) {
  let boxes = 0;
  let matched = 0;
  truths.forEach((truth, n) => {
    const found = new Set(assignments[n]?.cls.matchedIdxs);
    for (let g = 0; g < truth.gtLabels.length; g++) if (found.has(g)) matched++;
    boxes += truth.gtLabels.length;
  });
  return { boxes, boxesWithoutPositive: boxes - matched };
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
