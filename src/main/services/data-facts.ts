// What the labels are like, as far as the choice of a recipe depends on it.
import type { JobImage } from '../trainer/job.ts';
import type { OpenProject } from './projects.ts';
import type { LabelledImage } from './snapshots.ts';
import { currentImages } from './training-job.ts';

export interface DataFacts {
  readonly train: readonly LabelledImage[];
  readonly val: readonly LabelledImage[];
  readonly trainJob: readonly JobImage[];
  readonly boxes: number;
  readonly classes: readonly { readonly name: string; readonly boxes: number }[];
  /** Median of the longer sides of the training images; 0 without any. */
  readonly longSide: number;
  /** Nine of ten boxes have a root of their area of at least this, in pixels; 0 without any. */
  readonly smallSide: number;
}

/** Reads the labels as they are now. */
export function dataFacts(project: OpenProject): DataFacts {
  const { classes, train, val, trainJob } = currentImages(project);
  const counts = new Map<number, number>();
  for (const { labels } of trainJob)
    for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const sides = trainJob.flatMap(({ boxes }) =>
    Array.from({ length: boxes.length / 4 }, (_, box) => {
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxes.slice(box * 4, box * 4 + 4);
      return Math.sqrt((x2 - x1) * (y2 - y1));
    }),
  );
  return {
    train,
    val,
    trainJob,
    boxes: sides.length,
    classes: classes.map(({ name }, index) => ({ name, boxes: counts.get(index) ?? 0 })),
    longSide: quantile(
      train.map(({ width, height }) => Math.max(width, height)),
      0.5,
    ),
    smallSide: quantile(sides, 0.1),
  };
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}
