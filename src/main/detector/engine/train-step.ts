/** One training step: forward, loss and backward of one or more batches, then one update of the weights. */
import type { ImageTruth } from '../assigners/assign-image.ts';
import type { ParameterGradient } from '../autograd/tape.ts';
import { Tape } from '../autograd/tape.ts';
import type { Batch } from '../data/batch.ts';
import type { LoadedBatch } from '../data/loader.ts';
import { Diverged } from '../diverged.ts';
import { type DdodLossConfig, type DdodLossResult, ddodLoss, totalLoss } from '../heads/ddod-loss.ts';
import type { LevelCounters } from '../losses/level-weights.ts';
import type { Network } from '../network.ts';
import { type Tensor, tf } from '../tf.ts';

export interface BatchGradients {
  readonly result: Omit<DdodLossResult, 'seeds'>;
  readonly gradients: ParameterGradient[];
}

/** Forward, loss and backward of a batch. `pixels` [N, H, W, 3] stays with the caller; so do the gradients. */
export function computeGradients(
  network: Network,
  pixels: Tensor,
  truths: readonly ImageTruth[],
  counters: LevelCounters,
  config: DdodLossConfig,
): BatchGradients {
  const tape = new Tape(true);
  let made: BatchGradients | undefined;
  try {
    tf.tidy(() => {
      const outputs = network.forward(tape, tf.keep(pixels));
      const { seeds, ...result } = ddodLoss(outputs, truths, counters, config);
      made = { result, gradients: tape.backward(seeds) };
    });
  } catch (error) {
    // memory may have run out: what is held would keep the next try from succeeding
    tape.dispose();
    throw error;
  }
  if (made === undefined) throw new Error('the step made nothing');
  return made;
}

/** The same from a loader's batch. */
export function batchGradients(
  network: Network,
  batch: Batch,
  counters: LevelCounters,
  config: DdodLossConfig,
): BatchGradients {
  const pixels = tf.tensor4d(batch.pixels, [batch.images.length, batch.height, batch.width, 3]);
  try {
    return computeGradients(network, pixels, batch.images, counters, config);
  } finally {
    pixels.dispose();
  }
}

/** Frees gradients that no update will use. */
export function disposeGradients(parts: readonly BatchGradients[]): void {
  for (const { gradients } of parts) for (const { gradient } of gradients) gradient.dispose();
}

/** The mean of the gradients of several batches, weight by weight; frees what it was given. */
export function meanGradients(parts: readonly ParameterGradient[][]): ParameterGradient[] {
  const [first = [], ...others] = parts;
  if (others.length === 0) return first;
  const lists = new Map(first.map(({ parameter, gradient }) => [parameter, [gradient]]));
  for (const { parameter, gradient } of others.flat()) {
    const list = lists.get(parameter);
    if (list === undefined) lists.set(parameter, [gradient]);
    else list.push(gradient);
  }
  return [...lists].map(([parameter, list]) => {
    const gradient = tf.keep(tf.tidy(() => tf.div(tf.addN(list), parts.length)));
    for (const part of list) part.dispose();
    return { parameter, gradient };
  });
}

/** Throws Diverged, which names the images, where a loss or the gradients are no numbers. */
export function assertFinite(
  parts: readonly BatchGradients[],
  gradNorm: number,
  batches: readonly LoadedBatch[],
): void {
  const losses = parts.map(({ result }) => totalLoss(result.losses));
  const broken = losses.findIndex((loss) => !Number.isFinite(loss));
  if (Number.isFinite(gradNorm) && broken < 0) return;
  const blamed = broken < 0 ? batches : batches.slice(broken, broken + 1);
  const paths = blamed.flatMap((batch) => batch.images.map((image) => image.path));
  const what = broken < 0 ? `length of the gradients became ${gradNorm}` : `loss became ${losses[broken]}`;
  throw new Diverged(
    `The ${what} on the images ${paths.join(', ')}.`,
    'Check their boxes, or lower the learning rate.',
  );
}
