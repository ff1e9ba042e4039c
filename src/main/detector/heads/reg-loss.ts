// The box loss and the quality-branch loss (IoU or centerness) over the reg positives, with their gradients. Positives are few, so this runs
// in plain arrays and double precision.

import type { AnchorGrid } from '../anchors/anchor-grid.ts';
import type { RegTargets } from '../assigners/targets.ts';
import type { BoxCoder } from '../coders/box-coder.ts';
import type { DecodeGradient } from '../coders/decode-gradient.ts';
import { iouAt } from '../coders/overlaps.ts';
import { binaryCrossEntropy, binaryCrossEntropyGradient } from '../losses/binary-cross-entropy.ts';
import { giouLoss } from '../losses/giou.ts';
import { type BoxQuality, centernessAt } from './box-quality.ts';

export interface RegInputs {
  readonly grid: AnchorGrid;
  readonly targets: readonly RegTargets[];
  readonly bboxPreds: Float32Array; // [N, A, 4]
  readonly iouLogits: Float32Array; // [N, A]
  readonly coder: BoxCoder;
  readonly decodeGradient: DecodeGradient;
  readonly lossWeights: { readonly bbox: number; readonly iou: number };
  /** Weight of each level's losses: [L]. */
  readonly levelWeights: Float64Array;
  /** What the summed losses are divided by; centerness brings its own for the box loss. */
  readonly averageFactor: number;
  /** With centerness the box loss is a mean weighted by it, as in ATSS. */
  readonly quality: BoxQuality;
}

export interface RegLosses {
  readonly lossBbox: number[]; // [L]
  readonly lossIou: number[]; // [L]
  readonly onBbox: Float32Array; // [N, A, 4]
  readonly onIou: Float32Array; // [N, A]
}

export function regLosses(inputs: RegInputs): RegLosses {
  const { grid, bboxPreds, iouLogits } = inputs;
  const result: RegLosses = {
    lossBbox: grid.levels.map(() => 0),
    lossIou: grid.levels.map(() => 0),
    onBbox: new Float32Array(bboxPreds.length),
    onIou: new Float32Array(iouLogits.length),
  };
  const positives = positivesOf(inputs);
  const addLosses = positiveLoss(inputs, result, boxFactor(inputs, positives));
  for (const positive of positives) addLosses(positive);
  return result;
}

interface Positive {
  readonly image: number;
  readonly level: number;
  readonly anchor: number;
  readonly gtBox: Float32Array; // [4] xyxy
  /** Of its anchor in its box, where that is what the quality branch learns. */
  readonly centerness: number | undefined;
}

function positivesOf({ grid, targets, quality }: RegInputs): Positive[] {
  return targets.flatMap(({ posInds, posBoxes, numPosPerLevel }, image) => {
    // positives come by anchor, so level after level
    const levels = [...numPosPerLevel].flatMap((count, level) => new Array<number>(count).fill(level));
    return levels.map((level, p) => {
      const anchor = posInds[p] as number;
      const gtBox = posBoxes.subarray(p * 4, p * 4 + 4);
      const centerness = quality === 'centerness' ? centernessAt(grid.boxes, anchor, gtBox, 0) : undefined;
      return { image, level, anchor, gtBox, centerness };
    });
  });
}

/** What the box loss is divided by: with centerness its sum over the batch, at least 1. */
function boxFactor({ quality, averageFactor }: RegInputs, positives: readonly Positive[]): number {
  if (quality === 'iou') return averageFactor;
  return Math.max(
    1,
    positives.reduce((sum, { centerness = 0 }) => sum + centerness, 0),
  );
}

/** Adds one positive anchor's losses and gradients to `result`. */
function positiveLoss(inputs: RegInputs, result: RegLosses, bboxFactor: number) {
  const { grid, coder, decodeGradient, bboxPreds, iouLogits, lossWeights } = inputs;
  const box = new Float32Array(4);
  const onBox = new Float64Array(4);
  return ({ image, level, anchor, gtBox, centerness }: Positive): void => {
    const at = image * grid.numAnchors + anchor;
    const weight = inputs.levelWeights[level] ?? 0;
    coder.decodeAt(grid.boxes, anchor, bboxPreds, at, box, 0);

    const bboxScale = (weight * lossWeights.bbox * (centerness ?? 1)) / bboxFactor;
    const loss = giouLoss(box, gtBox, onBox);
    for (let c = 0; c < 4; c++) onBox[c] = (onBox[c] as number) * bboxScale;
    decodeGradient(grid.boxes, anchor, bboxPreds, at, onBox, result.onBbox, at * 4);
    result.lossBbox[level] = (result.lossBbox[level] ?? 0) + loss * bboxScale;

    // an IoU follows the prediction, but no gradient flows through it
    const target = centerness ?? iouAt(box, 0, gtBox, 0);
    const logit = iouLogits[at] as number;
    const iouScale = (weight * lossWeights.iou) / inputs.averageFactor;
    result.onIou[at] = binaryCrossEntropyGradient(logit, target) * iouScale;
    result.lossIou[level] = (result.lossIou[level] ?? 0) + binaryCrossEntropy(logit, target) * iouScale;
  };
}
