// An assignment as a loss wants it: labels and weights for every anchor, boxes for the positives.

import { type AnchorGrid, countPerLevel } from '../anchors/anchor-grid.ts';
import { type Assignment, IGNORED } from './assignment.ts';

/** Positives of one image in ascending anchor order. */
export interface Positives {
  /** anchor index of each positive: [P] */
  readonly posInds: Int32Array;
  /** box index of each positive: [P] */
  readonly posGtInds: Int32Array;
  readonly numPos: number;
  /** [L] */
  readonly numPosPerLevel: Int32Array;
}

export interface ClsTargets extends Positives {
  /** class of each anchor, numClasses for background and ignored: [A] */
  readonly labels: Int32Array;
  /** 1 where the anchor counts in the loss, 0 where ignored: [A] */
  readonly labelWeights: Float32Array;
}

export interface RegTargets extends Positives {
  /** the box each positive must predict: [P, 4] xyxy in network-input pixels */
  readonly posBoxes: Float32Array;
  /** cost, IoU or centerness by which each positive was matched: [P] */
  readonly posCosts: Float32Array;
}

/** Targets of both branches of one image. */
export interface ImageTargets {
  readonly cls: ClsTargets;
  readonly reg: RegTargets;
}

/** The positives of an assignment. */
export function positivesOf(grid: AnchorGrid, assignment: Assignment): Positives {
  const { matchedIdxs } = assignment;
  const inds: number[] = [];
  for (let a = 0; a < matchedIdxs.length; a++) if ((matchedIdxs[a] as number) >= 0) inds.push(a);
  const posInds = Int32Array.from(inds);
  return {
    posInds,
    posGtInds: posInds.map((a) => matchedIdxs[a] as number),
    numPos: posInds.length,
    numPosPerLevel: countPerLevel(grid, posInds),
  };
}

/** Targets of the classification branch. `gtLabels` [G]: 0..numClasses - 1. */
export function clsTargets(
  grid: AnchorGrid,
  assignment: Assignment,
  gtLabels: Int32Array,
  numClasses: number,
): ClsTargets {
  const { matchedIdxs } = assignment;
  const positives = positivesOf(grid, assignment);
  const labels = new Int32Array(matchedIdxs.length).fill(numClasses);
  const labelWeights = new Float32Array(matchedIdxs.length);
  for (let a = 0; a < matchedIdxs.length; a++) labelWeights[a] = matchedIdxs[a] === IGNORED ? 0 : 1;
  positives.posInds.forEach((a, i) => {
    labels[a] = gtLabels[positives.posGtInds[i] as number] as number;
  });
  return { ...positives, labels, labelWeights };
}

/** Targets of the regression branch, positives alone. */
export function regTargets(grid: AnchorGrid, assignment: Assignment, gtBoxes: Float32Array): RegTargets {
  const positives = positivesOf(grid, assignment);
  const posBoxes = new Float32Array(positives.numPos * 4);
  positives.posGtInds.forEach((g, i) => {
    posBoxes.set(gtBoxes.subarray(g * 4, g * 4 + 4), i * 4);
  });
  const posCosts = Float32Array.from(positives.posInds, (a) => assignment.maxCost[a] as number);
  return { ...positives, posBoxes, posCosts };
}

/** Positives of a batch as the losses divide by them: each image counts at least 1. */
export function avgFactorOf(images: readonly Positives[]): number {
  return images.reduce((sum, { numPos }) => sum + Math.max(numPos, 1), 0);
}

/** Positives of a batch per level, [L], for the level counters. */
export function positivesPerLevel(images: readonly Positives[]): Float64Array {
  const total = new Float64Array(images[0]?.numPosPerLevel.length ?? 0);
  for (const { numPosPerLevel } of images) {
    numPosPerLevel.forEach((n, l) => {
      total[l] = (total[l] ?? 0) + n;
    });
  }
  return total;
}
