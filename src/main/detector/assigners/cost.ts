// What ATSS thresholds: how well an anchor, or what the network predicts there, fits a box.

import type { BoxCoder } from '../coders/box-coder.ts';
import { iouAt } from '../coders/overlaps.ts';

/** Fit of anchor `a` for box `g`, 0..1, higher is better. */
export type AnchorCost = (a: number, g: number) => number;

export interface Predictions {
  /** [A, K] */
  readonly clsLogits: Float32Array;
  /** [A, 4], as the coder reads them */
  readonly bboxPreds: Float32Array;
}

export interface GroundTruth {
  /** [G, 4] xyxy in network-input pixels */
  readonly gtBoxes: Float32Array;
  /** [G], 0..K-1 */
  readonly gtLabels: Int32Array;
}

/** Plain ATSS: IoU of the anchor itself with the box. */
export function iouCost(anchors: Float32Array, gtBoxes: Float32Array): AnchorCost {
  return (a, g) => iouAt(anchors, a, gtBoxes, g);
}

/**
 * Cost-aware ATSS: sigmoid(class logit)^(1 - alpha) * IoU(decoded prediction, box)^alpha. Predictions are decoded
 * without clipping, and only where a cost is asked for.
 */
export function alignmentCost(
  coder: BoxCoder,
  anchors: Float32Array,
  predictions: Predictions,
  truth: GroundTruth,
  alpha: number,
): AnchorCost {
  const numClasses = (predictions.clsLogits.length * 4) / anchors.length;
  const decoded = new Float32Array(4);
  return (a, g) => {
    coder.decodeAt(anchors, a, predictions.bboxPreds, a, decoded, 0);
    const iou = iouAt(decoded, 0, truth.gtBoxes, g);
    if (iou === 0) return 0;
    const logit = predictions.clsLogits[a * numClasses + (truth.gtLabels[g] as number)] as number;
    return (1 / (1 + Math.exp(-logit))) ** (1 - alpha) * iou ** alpha;
  };
}
