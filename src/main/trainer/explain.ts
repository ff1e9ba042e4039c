// An image's assignment in plain numbers, for the glass box.
import type { Batch, BatchImage } from '../detector/data/batch.ts';
import {
  boxesWithout,
  cellOf,
  explainImage,
  type ImageExplanation,
  levelWeightsNow,
  predictedIou,
} from '../detector/engine/explain-image.ts';
import type { DdodLossConfig } from '../detector/heads/ddod-loss.ts';
import type { Network } from '../detector/network.ts';
import type { AssignmentFacts, Explained, ExplainedLevel, Positive } from './job-detector.ts';

/** Explains a batch of one image. */
export function explain(network: Network, batch: Batch, config: DdodLossConfig, maps: boolean): Explained {
  const image = batch.images[0];
  if (image === undefined) throw new Error('the batch is empty');
  const explanation = explainImage(network, batch, config);
  const branches = ['cls', 'reg'] as const;
  return {
    scaleX: image.scaleX,
    scaleY: image.scaleY,
    levels: explanation.grid.levels.map((_, level) => levelOf(explanation, level, maps)),
    positives: branches.flatMap((branch) => positivesOf(explanation, image, branch)),
    unlearnt: branches.flatMap((branch) =>
      boxesWithout(explanation, explanation.targets[branch], image, config).map(({ box, aloneHasOne }) => ({
        branch,
        box,
        why: aloneHasOne ? ('crowded' as const) : ('too small' as const),
      })),
    ),
  };
}

/** How the training stood that the model comes from. */
export function assignmentFacts(
  config: DdodLossConfig,
  counters: { readonly cls: readonly number[]; readonly reg: readonly number[] } | null,
): AssignmentFacts {
  const { costWeight } = config.assignment;
  if (counters === null) return { levelWeights: null, costWeight };
  const { cls, reg } = levelWeightsNow(
    { cls: Float64Array.from(counters.cls), reg: Float64Array.from(counters.reg) },
    config,
  );
  return { levelWeights: { cls: [...cls], reg: [...reg] }, costWeight };
}

function levelOf({ grid, predictions }: ImageExplanation, index: number, maps: boolean): ExplainedLevel {
  const level = grid.levels[index];
  if (level === undefined) throw new RangeError(`there is no level ${index}`);
  const { stride, width, height, start, count } = level;
  if (!maps) return { stride, width, height, clsScores: [], iouScores: [] };
  const { numClasses, clsScores, iouScores } = predictions;
  const best = Array.from({ length: count }, (_, i) =>
    round(Math.max(...clsScores.subarray((start + i) * numClasses, (start + i + 1) * numClasses))),
  );
  const quality = [...iouScores.subarray(start, start + count)].map(round);
  return { stride, width, height, clsScores: best, iouScores: quality };
}

function positivesOf(explanation: ImageExplanation, image: BatchImage, branch: 'cls' | 'reg'): Positive[] {
  const { grid, targets, predictions } = explanation;
  const { posInds, posGtInds } = targets[branch];
  return [...posInds].map((anchor, p) => {
    const box = posGtInds[p] ?? 0;
    const label = image.gtLabels[box] ?? 0;
    return {
      branch,
      ...cellOf(grid, anchor),
      box,
      clsScore: round(predictions.clsScores[anchor * predictions.numClasses + label] ?? 0),
      iouScore: round(predictions.iouScores[anchor] ?? 0),
      iou: round(predictedIou(explanation, anchor, image, box)),
    };
  });
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
