/** The classification loss of every level with its gradient. */
import type { AnchorGrid, AnchorLevel } from '../anchors/anchor-grid.ts';
import type { ClsTargets } from '../assigners/targets.ts';
import { type FocalTargets, sigmoidFocalLoss } from '../losses/focal.ts';
import { type Tensor, tf } from '../tf.ts';
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
  targets: readonly ClsTargets[],
  scales: Float64Array,
): ClsLosses {
  const losses: number[] = [];
  const gradients = outputs.map(({ clsLogits: { tensor } }, l) => {
    const scale = scales[l] ?? 0;
    const numClasses = tensor.shape[3] ?? 0;
    return tf.tidy(() => {
      const flat = tf.reshape(tensor, [-1, numClasses]);
      const { sum, gradient } = sigmoidFocalLoss(flat, levelTargets(levelOf(grid, l), targets, numClasses));
      losses.push((sum.dataSync<'float32'>()[0] ?? Number.NaN) * scale);
      return tf.reshape(tf.mul(gradient, scale), tensor.shape);
    });
  });
  return { losses, gradients };
}

/** What the anchors of one level learn, image after image. */
function levelTargets(
  { start, count }: AnchorLevel,
  targets: readonly ClsTargets[],
  numClasses: number,
): FocalTargets {
  const weights = new Float32Array(targets.length * count);
  const positives: number[] = [];
  targets.forEach(({ labels, labelWeights }, n) => {
    weights.set(labelWeights.subarray(start, start + count), n * count);
    labels.subarray(start, start + count).forEach((label, i) => {
      if (label < numClasses) positives.push((n * count + i) * numClasses + label);
    });
  });
  return { positives: Int32Array.from(positives), weights };
}
