// What a training step says of itself, under the names that the curves keep.

import type { DdodLossResult, LevelLosses } from '../heads/ddod-loss.ts';
import { totalLoss } from '../heads/ddod-loss.ts';

export interface StepFacts {
  readonly lr: number;
  readonly gradNorm: number;
  readonly images: number;
  readonly seconds: number;
}

/** The finest pyramid level is P3. */
const firstLevel = 3;

/** Losses are means over the step's batches; positives are sums. */
export function stepMetrics(
  results: readonly Omit<DdodLossResult, 'seeds'>[],
  facts: StepFacts,
): Record<string, number> {
  const mean = (pick: (losses: LevelLosses) => number) =>
    results.reduce((sum, result) => sum + pick(result.losses), 0) / results.length;
  const metrics: Record<string, number> = {
    loss: mean(totalLoss),
    loss_cls: mean((losses) => sumOf(losses.loss_cls)),
    loss_bbox: mean((losses) => sumOf(losses.loss_bbox)),
    loss_iou: mean((losses) => sumOf(losses.loss_iou)),
    lr: facts.lr,
    grad_norm: facts.gradNorm,
    images_per_second: facts.images / facts.seconds,
    memory_mb: process.memoryUsage.rss() / 1e6,
    // told in kilobytes of 1024
    memory_peak_mb: (process.resourceUsage().maxRSS * 1024) / 1e6,
    boxes: results.reduce((sum, result) => sum + result.boxes, 0),
    boxes_without_positive: results.reduce((sum, result) => sum + result.boxesWithoutPositive, 0),
  };
  results[0]?.clsPositives.forEach((_, level) => {
    const total = (key: 'clsPositives' | 'regPositives') =>
      results.reduce((sum, result) => sum + (result[key][level] ?? 0), 0);
    metrics[`cls_pos.P${firstLevel + level}`] = total('clsPositives');
    metrics[`reg_pos.P${firstLevel + level}`] = total('regPositives');
  });
  return metrics;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
