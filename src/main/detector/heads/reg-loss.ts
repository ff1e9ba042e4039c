// The box loss and the IoU-branch loss over the reg positives, with their gradients. Positives are few, so this runs
// in plain arrays and double precision.

import type { AnchorGrid } from '../anchors/anchor-grid.ts';
import type { BoxCoder } from '../coders/box-coder.ts';
import type { DecodeGradient } from '../coders/decode-gradient.ts';
import { iouAt } from '../coders/overlaps.ts';
import { binaryCrossEntropy, binaryCrossEntropyGradient } from '../losses/binary-cross-entropy.ts';
import { giouLoss } from '../losses/giou.ts';
import type { ImageAssignment, ImageTruth } from './assign-batch.ts';

export interface RegInputs {
  readonly grid: AnchorGrid;
  readonly truths: readonly ImageTruth[];
  readonly assignments: readonly ImageAssignment[];
  readonly bboxPreds: Float32Array; // [N, A, 4]
  readonly iouLogits: Float32Array; // [N, A]
  readonly coder: BoxCoder;
  readonly decodeGradient: DecodeGradient;
  readonly lossWeights: { readonly bbox: number; readonly iou: number };
  /** Level weight over average factor: [L]. */
  readonly scales: Float64Array;
}

export interface RegLosses {
  readonly lossBbox: number[]; // [L]
  readonly lossIou: number[]; // [L]
  readonly onBbox: Float32Array; // [N, A, 4]
  readonly onIou: Float32Array; // [N, A]
}

export function regLosses(inputs: RegInputs): RegLosses {
  const { grid, assignments, bboxPreds, iouLogits } = inputs;
  const result: RegLosses = {
    lossBbox: grid.levels.map(() => 0),
    lossIou: grid.levels.map(() => 0),
    onBbox: new Float32Array(bboxPreds.length),
    onIou: new Float32Array(iouLogits.length),
  };
  const positive = positiveLoss(inputs, result);
  assignments.forEach(({ reg }, n) => {
    grid.levels.forEach(({ start, count }, l) => {
      for (let a = start; a < start + count; a++) {
        const matched = reg.matchedIdxs[a] ?? -1;
        if (matched >= 0) positive(n, a, matched, l);
      }
    });
  });
  return result;
}

/** Adds one positive anchor's losses and gradients to `result`. */
function positiveLoss(inputs: RegInputs, result: RegLosses) {
  const { grid, coder, decodeGradient, bboxPreds, iouLogits, lossWeights, scales, truths } = inputs;
  const box = new Float32Array(4);
  const onBox = new Float64Array(4);
  return (n: number, a: number, g: number, l: number): void => {
    const at = n * grid.numAnchors + a;
    const gtBoxes = truths[n]?.gtBoxes ?? new Float32Array(0);
    const scale = scales[l] ?? 0;
    coder.decodeAt(grid.boxes, a, bboxPreds, at, box, 0);

    const bboxScale = scale * lossWeights.bbox;
    const loss = giouLoss(box, gtBoxes.subarray(g * 4, g * 4 + 4), onBox);
    for (let c = 0; c < 4; c++) onBox[c] = (onBox[c] as number) * bboxScale;
    decodeGradient(grid.boxes, a, bboxPreds, at, onBox, result.onBbox, at * 4);
    result.lossBbox[l] = (result.lossBbox[l] ?? 0) + loss * bboxScale;

    // the target follows the prediction, but no gradient flows through it
    const target = iouAt(box, 0, gtBoxes, g);
    const logit = iouLogits[at] as number;
    const iouScale = scale * lossWeights.iou;
    result.onIou[at] = binaryCrossEntropyGradient(logit, target) * iouScale;
    result.lossIou[l] = (result.lossIou[l] ?? 0) + binaryCrossEntropy(logit, target) * iouScale;
  };
}
