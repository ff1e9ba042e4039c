// Label assignment of a batch, disentangled: which anchors learn the class, and which learn the box (DDOD, section 3.1).

import type { AnchorGrid } from '../anchors/anchor-grid.ts';
import { validFlags } from '../anchors/valid-extent.ts';
import type { Assignment } from '../assigners/assignment.ts';
import { assignCandidates } from '../assigners/atss.ts';
import { findCandidates, type TieRule } from '../assigners/candidates.ts';
import { type AnchorCost, alignmentCost, iouCost, type Predictions } from '../assigners/cost.ts';
import { withoutIgnored } from '../assigners/ignored.ts';
import type { BoxCoder } from '../coders/box-coder.ts';

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
export interface ImageTruth {
  /** The image's own padded size: anchors beyond it take no part. */
  readonly padHeight: number;
  readonly padWidth: number;
  readonly gtBoxes: Float32Array; // [G, 4] xyxy
  readonly gtLabels: Int32Array; // [G]
  readonly ignoreBoxes: Float32Array; // [I, 4] xyxy
}

export interface ImageAssignment {
  readonly cls: Assignment;
  readonly reg: Assignment;
}

/** Assigns one image's boxes for both branches; `predictions` carry no gradient. */
export function assignImage(
  grid: AnchorGrid,
  coder: BoxCoder,
  truth: ImageTruth,
  predictions: Predictions,
  options: AssignmentOptions,
): ImageAssignment {
  const padShape = { height: truth.padHeight, width: truth.padWidth };
  const valid = withoutIgnored(
    validFlags(grid, padShape),
    grid.boxes,
    truth.ignoreBoxes,
    options.ignoreIofThresh,
  );
  const candidates = findCandidates(grid, valid, truth.gtBoxes, options.topk, options.ties);
  const assign = (cost: AnchorCost) => assignCandidates(grid, valid, truth.gtBoxes, candidates, cost);
  const plain = iouCost(grid.boxes, truth.gtBoxes);
  if (options.costWeight <= 0) {
    const shared = assign(plain);
    return { cls: shared, reg: shared };
  }
  const aware = (alpha: number) =>
    mixed(plain, alignmentCost(coder, grid.boxes, predictions, truth, alpha), options.costWeight);
  return { cls: assign(aware(options.clsAlpha)), reg: assign(aware(options.regAlpha)) };
}

function mixed(plain: AnchorCost, aware: AnchorCost, weight: number): AnchorCost {
  if (weight >= 1) return aware;
  return (a, g) => weight * aware(a, g) + (1 - weight) * plain(a, g);
}
