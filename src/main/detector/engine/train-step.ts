/** One training step: forward, loss, backward, update. */

import type { ParameterGradient } from '../autograd/tape.ts';
import { Tape } from '../autograd/tape.ts';
import type { ImageTruth } from '../heads/assign-batch.ts';
import { type DdodLossConfig, type DdodLossResult, ddodLoss, totalLoss } from '../heads/ddod-loss.ts';
import type { LevelCounters } from '../losses/level-weights.ts';
import type { Network } from '../network.ts';
import { type Tensor, tf } from '../tf.ts';
import { clipFactor, gradientNorm, type Sgd } from './sgd.ts';

export interface StepResult extends Omit<DdodLossResult, 'seeds'> {
  /** Sum of all losses of all levels. */
  readonly loss: number;
  /** L2 norm of all gradients before the clip. */
  readonly gradNorm: number;
}

/** Forward, loss and backward of a batch. `pixels` [N, H, W, 3] stays with the caller; so do the gradients. */
export function computeGradients(
  network: Network,
  pixels: Tensor,
  truths: readonly ImageTruth[],
  counters: LevelCounters,
  config: DdodLossConfig,
): { readonly result: DdodLossResult; readonly gradients: ParameterGradient[] } {
  const tape = new Tape(true);
  let made: { result: DdodLossResult; gradients: ParameterGradient[] } | undefined;
  tf.tidy(() => {
    const outputs = network.forward(tape, tf.keep(pixels));
    const result = ddodLoss(outputs, truths, counters, config);
    made = { result, gradients: tape.backward(result.seeds) };
  });
  if (made === undefined) throw new Error('the step made nothing');
  return made;
}

/** A whole step on one batch. A loss or gradient that is not finite leaves the weights as they are. */
export function trainStep(
  network: Network,
  optimizer: Sgd,
  pixels: Tensor,
  truths: readonly ImageTruth[],
  counters: LevelCounters,
  config: DdodLossConfig,
  update: { readonly lr: number; readonly clip: number | null },
): StepResult {
  const { result, gradients } = computeGradients(network, pixels, truths, counters, config);
  const loss = totalLoss(result.losses);
  const gradNorm = gradientNorm(gradients);
  if (Number.isFinite(loss) && Number.isFinite(gradNorm)) {
    optimizer.step(gradients, update.lr, clipFactor(gradNorm, update.clip));
  } else {
    for (const { gradient } of gradients) gradient.dispose();
  }
  const { seeds: _, ...rest } = result;
  return { ...rest, loss, gradNorm };
}
