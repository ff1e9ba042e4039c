// The batch size that memory allows, found before a training starts by steps on the worst case it can meet.
import type { Recipe } from '../../shared/recipe.ts';
import { paddedSide } from '../detector/data/batch.ts';
import { keepRatioSize } from '../detector/data/resize.ts';
import { type WorstCase, worstBatch } from '../detector/engine/memory.ts';
import { batchGradients, disposeGradients } from '../detector/engine/train-step.ts';
import { newLevelCounters } from '../detector/losses/level-weights.ts';
import { type Network, strides } from '../detector/network.ts';
import { lossConfigOf } from '../detector/network-config.ts';
import { isOutOfMemory } from '../detector/out-of-memory.ts';
import { onGpu } from '../detector/tf.ts';
import { freeMB } from './free-memory.ts';
import type { JobImage } from './job.ts';

/** More images a step than this do not help a fine-tuning of some hundred images. */
const LARGEST = 16;
/** Part of the free memory that a training may plan with; the rest is for the image cache and other programs. */
const PLANNED = 0.6;
const PAD = 32;

export interface Probe {
  readonly batch: number;
  /** Megabytes that one more image a step takes in the worst case; null where it was not measured. */
  readonly perImageMB: number | null;
}

/** The largest power of two of images a step that fits, tried out on the worst case. */
export function probeBatch(network: Network, recipe: Recipe, images: readonly JobImage[]): Probe {
  const worst = worstCase(recipe, images);
  // four steps an epoch at least, or the schedule has nothing to work with
  const most = Math.min(LARGEST, Math.max(1, Math.floor(images.length / 4)));
  const attempt = (batch: number) => tryStep(network, recipe, worst, batch);
  if (onGpu) return { batch: largestThatRuns(powersUpTo(most).reverse(), attempt), perImageMB: null };
  if (!attempt(1)) return { batch: 1, perImageMB: null };
  const alone = peakMB();
  if (most < 2 || !attempt(2)) return { batch: 1, perImageMB: null };
  const perImageMB = peakMB() - alone;
  const now = process.memoryUsage.rss() / 1e6;
  const room = freeMB() * PLANNED + now;
  const fits = powersUpTo(most).filter((batch) => alone + perImageMB * (batch - 1) <= room);
  return { batch: largestThatRuns(fits.reverse(), attempt), perImageMB };
}

/** The largest scale, the tallest and the widest image on it, the most boxes: one batch may meet all of these. */
export function worstCase(recipe: Recipe, images: readonly JobImage[]): WorstCase {
  const sizes = images.flatMap(({ width, height }) =>
    recipe.input.scales.map((scale) => keepRatioSize({ width, height }, scale)),
  );
  const largest = (sides: readonly number[]) =>
    paddedSide(
      sides.reduce((most, side) => Math.max(most, side), PAD),
      PAD,
    );
  return {
    width: largest(sizes.map(({ width }) => width)),
    height: largest(sizes.map(({ height }) => height)),
    boxes: images.reduce((most, { labels }) => Math.max(most, labels.length), 0),
  };
}

function powersUpTo(most: number): number[] {
  const powers: number[] = [];
  for (let batch = 1; batch <= most; batch *= 2) powers.push(batch);
  return powers;
}

function largestThatRuns(falling: readonly number[], runs: (batch: number) => boolean): number {
  return falling.find((batch) => batch === 1 || runs(batch)) ?? 1;
}

/** One step whose gradients are thrown away; false where memory ran out. */
function tryStep(network: Network, recipe: Recipe, worst: WorstCase, batch: number): boolean {
  // the late part of a training, when DDOD's own assignment is at work, needs the most
  const config = lossConfigOf(recipe, 1);
  try {
    disposeGradients([
      batchGradients(network, worstBatch(worst, batch), newLevelCounters(strides.length), config),
    ]);
    return true;
  } catch (error) {
    if (!isOutOfMemory(error)) throw error;
    return false;
  }
}

/** The most this process ever held. */
function peakMB(): number {
  return process.resourceUsage().maxRSS / 1e3;
}
