/** The classification loss of every level with its gradient. */
import type { AnchorGrid, AnchorLevel } from '../anchors/anchor-grid.ts';
import { IGNORED } from '../assigners/assignment.ts';
import { type FocalTargets, sigmoidFocalLoss } from '../losses/focal.ts';
import { type Tensor, tf } from '../tf.ts';
import type { ImageAssignment, ImageTruth } from './assign-batch.ts';
import type { LevelOutput } from './ddod-head.ts';
import { levelOf } from './level-maps.ts';

export interface ClsLosses {
  readonly losses: number[]; // [L]
  readonly gradients: Tensor[]; // [N, H, W, K] a level
}

/** `scales` [L] multiply each level's summed focal loss: level weight over average factor. */
export function clsLosses(
  outputs: readonly LevelOutput[],
  grid: AnchorGrid,
  truths: readonly ImageTruth[],
  assignments: readonly ImageAssignment[],
  { scales }: { readonly scales: Float64Array },
): ClsLosses {
  const losses: number[] = [];
  const gradients = outputs.map(({ clsLogits: { tensor } }, l) => {
    const scale = scales[l] ?? 0;
    const numClasses = tensor.shape[3] ?? 0;
    return tf.tidy(() => {
      const flat = tf.reshape(tensor, [-1, numClasses]);
      const targets = levelTargets(levelOf(grid, l), truths, assignments, numClasses);
      const { sum, gradient } = sigmoidFocalLoss(flat, targets);
      losses.push((sum.dataSync<'float32'>()[0] ?? Number.NaN) * scale);
      return tf.reshape(tf.mul(gradient, scale), tensor.shape);
    });
  });
  return { losses, gradients };
}

/** What the anchors of one level learn, image after image. */
function levelTargets(
  { start, count }: AnchorLevel,
  truths: readonly ImageTruth[],
  assignments: readonly ImageAssignment[],
  numClasses: number,
): FocalTargets {
  const weights = new Float32Array(assignments.length * count);
  const positives: number[] = [];
  assignments.forEach(({ cls }, n) => {
    const labels = truths[n]?.gtLabels;
    for (let i = 0; i < count; i++) {
      const matched = cls.matchedIdxs[start + i] ?? IGNORED;
      const at = n * count + i;
      weights[at] = matched === IGNORED ? 0 : 1;
      if (matched >= 0) positives.push(at * numClasses + (labels?.[matched] ?? 0));
    }
  });
  return { positives: Int32Array.from(positives), weights };
}
