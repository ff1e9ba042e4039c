// DDOD's first disentanglement: one image, two assignments over the same candidates, one per branch.

import type { AnchorGrid, FeatureSize } from '../anchors/anchor-grid.ts';
import { validFlags } from '../anchors/valid-extent.ts';
import type { BoxCoder } from '../coders/box-coder.ts';
import { assignAtss, assignCandidates, DEFAULT_TOPK } from './atss.ts';
import { findCandidates } from './candidates.ts';
import { alignmentCost, type GroundTruth, iouCost, type Predictions } from './cost.ts';
import { withoutIgnored } from './ignored.ts';
import { clsTargets, type ImageTargets, regTargets, sharedTargets } from './targets.ts';

export interface ImageTruth extends GroundTruth {
  /** the image's own padded size in pixels, not the batch's */
  readonly padShape: FeatureSize;
  /** regions not to learn from: [I, 4] xyxy in network-input pixels */
  readonly ignoreBoxes?: Float32Array;
}

export interface AtssOptions {
  readonly numClasses: number;
  readonly topk?: number;
  /** part of an anchor inside an ignored region above which it is left out; 0 switches the rule off */
  readonly ignoreIofThresh?: number;
}

export interface DdodOptions extends AtssOptions {
  readonly coder: BoxCoder;
  readonly clsAlpha?: number;
  readonly regAlpha?: number;
}

export const DEFAULT_CLS_ALPHA = 0.8;
export const DEFAULT_REG_ALPHA = 0.5;

/** Targets of DDOD for one image, from what the network predicts now (values only, no gradient). */
export function assignDdod(
  grid: AnchorGrid,
  truth: ImageTruth,
  predictions: Predictions,
  options: DdodOptions,
): ImageTargets {
  const { gtBoxes, gtLabels } = truth;
  const { coder, clsAlpha = DEFAULT_CLS_ALPHA, regAlpha = DEFAULT_REG_ALPHA } = options;
  const valid = takingPart(grid, truth, options.ignoreIofThresh);
  const candidates = findCandidates(grid, valid, gtBoxes, options.topk ?? DEFAULT_TOPK);
  const assign = (alpha: number) =>
    assignCandidates(
      grid,
      valid,
      gtBoxes,
      candidates,
      alignmentCost(coder, grid.boxes, predictions, truth, alpha),
    );
  return {
    cls: clsTargets(grid, assign(clsAlpha), gtLabels, options.numClasses),
    reg: regTargets(grid, assign(regAlpha), gtBoxes),
  };
}

/** Targets of plain ATSS for one image: one assignment by the anchors' own IoU teaches both branches. */
export function assignAtssImage(grid: AnchorGrid, truth: ImageTruth, options: AtssOptions): ImageTargets {
  const valid = takingPart(grid, truth, options.ignoreIofThresh);
  const cost = iouCost(grid.boxes, truth.gtBoxes);
  const assignment = assignAtss(grid, valid, truth.gtBoxes, cost, options.topk);
  return sharedTargets(grid, assignment, truth, options.numClasses);
}

/** 1 for the anchors of an image that are neither in the batch's padding nor in an ignored region: [A]. */
export function takingPart(grid: AnchorGrid, truth: ImageTruth, ignoreIofThresh?: number): Uint8Array {
  return withoutIgnored(validFlags(grid, truth.padShape), grid.boxes, truth.ignoreBoxes, ignoreIofThresh);
}
