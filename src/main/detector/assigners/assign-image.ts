// Label assignment of an image, disentangled: which anchors learn the class, and which learn the box (DDOD, section 3.1).

import type { AnchorGrid } from '../anchors/anchor-grid.ts';
import { validFlags } from '../anchors/valid-extent.ts';
import type { BoxCoder } from '../coders/box-coder.ts';
import { assignCandidates } from './atss.ts';
import { findCandidates, type TieRule } from './candidates.ts';
import { type AnchorCost, alignmentCost, type GroundTruth, iouCost, type Predictions } from './cost.ts';
import { withoutIgnored } from './ignored.ts';
import { clsTargets, type ImageTargets, regTargets } from './targets.ts';

export interface AssignmentOptions {
  /** Candidates per level of each box. */
  readonly topk: number;
  /** Weight of the IoU against the class score in the cost: nearer 1 trusts the box more. */
  readonly clsAlpha: number;
  readonly regAlpha: number;
  /**
   * How much the predictions have a say: 1 is DDOD's cost-aware assignment, 0 plain ATSS with one assignment for
   * both branches, in between a weighted mean of the two costs.
   */
  readonly costWeight: number;
  /** Part of an anchor inside an ignored region above which it is left out. */
  readonly ignoreIofThresh: number;
  /** Between equally distant candidates; the lowest index where it is left out. */
  readonly ties?: TieRule;
}

/** The labels of one image, in network-input pixels. */
export interface ImageTruth extends GroundTruth {
  /** The image's own padded size, not the batch's: anchors beyond it take no part. */
  readonly padHeight: number;
  readonly padWidth: number;
  readonly ignoreBoxes: Float32Array; // [I, 4] xyxy
}

/** Targets of both branches for one image, from what the network predicts now (values only, no gradient). */
export function assignImage(
  grid: AnchorGrid,
  coder: BoxCoder,
  truth: ImageTruth,
  predictions: Predictions,
  options: AssignmentOptions,
): ImageTargets {
  const { gtBoxes, gtLabels } = truth;
  const valid = takingPart(grid, truth, options.ignoreIofThresh);
  const candidates = findCandidates(grid, valid, gtBoxes, options.topk, options.ties);
  const assign = (cost: AnchorCost) => assignCandidates(grid, valid, gtBoxes, candidates, cost);
  const plain = iouCost(grid.boxes, gtBoxes);
  const aware = (alpha: number) =>
    mixed(plain, alignmentCost(coder, grid.boxes, predictions, truth, alpha), options.costWeight);
  const shared = options.costWeight <= 0 ? assign(plain) : undefined;
  const numClasses = predictions.clsLogits.length / grid.numAnchors;
  return {
    cls: clsTargets(grid, shared ?? assign(aware(options.clsAlpha)), gtLabels, numClasses),
    reg: regTargets(grid, shared ?? assign(aware(options.regAlpha)), gtBoxes),
  };
}

/** 1 for the anchors of an image that are neither in the batch's padding nor in an ignored region: [A]. */
function takingPart(grid: AnchorGrid, truth: ImageTruth, ignoreIofThresh: number): Uint8Array {
  const padShape = { height: truth.padHeight, width: truth.padWidth };
  return withoutIgnored(validFlags(grid, padShape), grid.boxes, truth.ignoreBoxes, ignoreIofThresh);
}

function mixed(plain: AnchorCost, aware: AnchorCost, weight: number): AnchorCost {
  if (weight >= 1) return aware;
  return (a, g) => weight * aware(a, g) + (1 - weight) * plain(a, g);
}
