/** The glass box: for one image, which anchors learn what by the assigner that trains, and what both branches say there. */
import type { AnchorGrid } from '../anchors/anchor-grid.ts';
import { assignImage } from '../assigners/assign-image.ts';
import type { ImageTargets, Positives } from '../assigners/targets.ts';
import { Tape } from '../autograd/tape.ts';
import { iouAt } from '../coders/overlaps.ts';
import type { Batch, BatchImage } from '../data/batch.ts';
import type { LevelOutput } from '../heads/ddod-head.ts';
import type { DdodLossConfig } from '../heads/ddod-loss.ts';
import { joinLevels } from '../heads/level-maps.ts';
import { type LevelCounters, type LevelWeights, reweightFactors } from '../losses/level-weights.ts';
import type { Network } from '../network.ts';
import { tf } from '../tf.ts';

/** Everything said of one image; anchors are indices into `grid`, boxes indices into its labels. */
export interface ImageExplanation {
  readonly grid: AnchorGrid;
  readonly targets: ImageTargets;
  readonly predictions: Predicted;
}

export interface Predicted {
  readonly numClasses: number;
  readonly clsScores: Float32Array; // [A, K]
  readonly iouScores: Float32Array; // [A]
  /** Decoded, network-input pixels: [A, 4] xyxy */
  readonly boxes: Float32Array;
}

/** One forward pass and the assignment of a batch of one image, as training would make it. No tensor outlives the call. */
export function explainImage(network: Network, batch: Batch, config: DdodLossConfig): ImageExplanation {
  const image = batch.images[0];
  if (image === undefined) throw new Error('the batch is empty');
  const { grid, clsLogits, bboxPreds, iouLogits } = forward(network, batch, config);
  const predictions = { clsLogits, bboxPreds };
  const targets = assignImage(grid, config.coder, image, predictions, config.assignment);
  const boxes = new Float32Array(grid.numAnchors * 4);
  for (let a = 0; a < grid.numAnchors; a++) config.coder.decodeAt(grid.boxes, a, bboxPreds, a, boxes, a * 4);
  const numClasses = clsLogits.length / grid.numAnchors;
  const said = { numClasses, clsScores: clsLogits.map(sigmoid), iouScores: iouLogits.map(sigmoid), boxes };
  return { grid, targets, predictions: said };
}

/** Boxes of an image that no anchor among `positives` learns, each with whether it would have one were it alone. */
export function boxesWithout(
  { grid }: ImageExplanation,
  positives: Positives,
  image: BatchImage,
  config: DdodLossConfig,
): { readonly box: number; readonly aloneHasOne: boolean }[] {
  const learnt = new Set(positives.posGtInds);
  const missed = [...image.gtLabels.keys()].filter((box) => !learnt.has(box));
  return missed.map((box) => ({ box, aloneHasOne: hasPositiveAlone(grid, image, box, config) }));
}

/** By the anchors alone, whatever is predicted. */
function hasPositiveAlone(grid: AnchorGrid, image: BatchImage, box: number, config: DdodLossConfig): boolean {
  const gtBoxes = image.gtBoxes.slice(box * 4, box * 4 + 4);
  const truth = { ...image, gtBoxes, gtLabels: new Int32Array(1) };
  const nothing = { clsLogits: new Float32Array(grid.numAnchors), bboxPreds: new Float32Array(0) };
  const plain = { ...config.assignment, costWeight: 0 };
  return assignImage(grid, config.coder, truth, nothing, plain).cls.numPos > 0;
}

/** The weights of the levels as the counters of a training stand, without a step more. */
export function levelWeightsNow(counters: LevelCounters, config: DdodLossConfig): LevelWeights {
  const share = config.levelWeights ? (config.levelWeightShare ?? 1) : 0;
  const faded = (counts: Float64Array) => reweightFactors(counts).map((weight) => 1 + share * (weight - 1));
  return { cls: faded(counters.cls), reg: faded(config.rule === 'mmdet3' ? counters.cls : counters.reg) };
}

/** Level of an anchor, and its cell there. */
export function cellOf(
  grid: AnchorGrid,
  anchor: number,
): { readonly level: number; readonly column: number; readonly row: number } {
  const level = grid.levels.findIndex(({ start, count }) => anchor < start + count);
  const { start = 0, width = 1, anchorsPerCell = 1 } = grid.levels[level] ?? {};
  const cell = Math.floor((anchor - start) / anchorsPerCell);
  return { level, column: cell % width, row: Math.floor(cell / width) };
}

/** IoU of what is predicted at an anchor with a labelled box. */
export function predictedIou(
  { predictions }: ImageExplanation,
  anchor: number,
  image: BatchImage,
  box: number,
) {
  return iouAt(predictions.boxes, anchor, image.gtBoxes, box);
}

interface HeadValues {
  readonly grid: AnchorGrid;
  readonly clsLogits: Float32Array; // [A, K]
  readonly bboxPreds: Float32Array; // [A, 4]
  readonly iouLogits: Float32Array; // [A]
}

function forward(network: Network, batch: Batch, config: DdodLossConfig): HeadValues {
  let values: HeadValues | undefined;
  tf.tidy(() => {
    const pixels = tf.tensor4d(batch.pixels, [batch.images.length, batch.height, batch.width, 3]);
    const outputs = network.forward(new Tape(false), pixels);
    const grid = config.anchors(outputs.map(sizeOf));
    const joined = (key: keyof LevelOutput) =>
      joinLevels(
        outputs.map((output) => output[key].tensor),
        grid,
      );
    const [clsLogits, bboxPreds] = [joined('clsLogits'), joined('bboxPreds')];
    values = { grid, clsLogits, bboxPreds, iouLogits: joined('iouLogits') };
  });
  if (values === undefined) throw new Error('the forward pass gave nothing');
  return values;
}

function sizeOf({ clsLogits }: LevelOutput): { height: number; width: number } {
  const [, height = 0, width = 0] = clsLogits.tensor.shape;
  return { height, width };
}

function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}
