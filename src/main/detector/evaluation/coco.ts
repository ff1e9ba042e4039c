// COCO detection metrics of boxes, number for number those of pycocotools' COCOeval.
import { areaRanges, type ClassMatches, iouThresholds, matchClass } from './coco-matching.ts';
import { type EvaluationInput, rowsByClass } from './rows.ts';

export const cocoMetricNames = [
  'AP',
  'AP50',
  'AP75',
  'APs',
  'APm',
  'APl',
  'AR1',
  'AR10',
  'AR100',
  'ARs',
  'ARm',
  'ARl',
] as const;

export type CocoMetrics = Record<(typeof cocoMetricNames)[number], number>;

export interface PrecisionRecall {
  /** [101] precision at recall 0, .01, ... 1; all -1 for a class without a labelled box */
  readonly precision: Float64Array;
  /** [101] the score that reaches this recall; 0 where it is never reached */
  readonly scores: Float64Array;
}

export interface CocoResult {
  /** 0 to 1; -1 where there is no box to find. */
  readonly metrics: CocoMetrics;
  readonly perClass: readonly { readonly AP: number; readonly AP50: number; readonly AR100: number }[];
  /** Per class, at IoU .5, boxes of all sizes. */
  readonly curves: readonly PrecisionRecall[];
}

/** Per class; the indices of `precision` and `recall` are size range, then IoU threshold. -1: no box to find. */
interface ClassScores {
  readonly precision: readonly number[][];
  readonly recall: readonly number[][];
  readonly recallOf1: readonly number[];
  readonly recallOf10: readonly number[];
  readonly curve: PrecisionRecall;
}

const recallPoints = Float64Array.from({ length: 101 }, (_, r) => (r === 100 ? 1 : r * 0.01));

/**
 * The twelve COCO numbers of detections against labelled boxes, AP per class and curves.
 * Rows may come in any order; among equal scores the earlier image, then the earlier row goes first.
 * @throws RangeError for an image or class out of range
 */
export function evaluateCoco(input: EvaluationInput): CocoResult {
  const { numImages, numClasses, gt, dt } = input;
  const dtRows = rowsByClass(dt, numImages, numClasses);
  const classes = rowsByClass(gt, numImages, numClasses).map((gtRows, k) =>
    scoreClass(matchClass(input, gtRows, dtRows[k] ?? new Int32Array(0))),
  );
  return {
    metrics: summarise(classes),
    perClass: classes.map(({ precision, recall }) => ({
      AP: mean(precision[0] ?? []),
      AP50: precision[0]?.[0] ?? -1,
      AR100: mean(recall[0] ?? []),
    })),
    curves: classes.map(({ curve }) => curve),
  };
}

function summarise(classes: readonly ClassScores[]): CocoMetrics {
  const precision = (range: number) => mean(classes.flatMap((scores) => scores.precision[range] ?? []));
  const precisionAt = (t: number) => mean(classes.map((scores) => scores.precision[0]?.[t] ?? -1));
  const recall = (range: number) => mean(classes.flatMap((scores) => scores.recall[range] ?? []));
  return {
    AP: precision(0),
    AP50: precisionAt(0),
    AP75: precisionAt(5),
    APs: precision(1),
    APm: precision(2),
    APl: precision(3),
    AR1: mean(classes.flatMap((scores) => scores.recallOf1)),
    AR10: mean(classes.flatMap((scores) => scores.recallOf10)),
    AR100: recall(0),
    ARs: recall(1),
    ARm: recall(2),
    ARl: recall(3),
  };
}

function scoreClass(matches: ClassMatches): ClassScores {
  const sweeps = areaRanges.map((_, range) => iouThresholds.map((_, t) => sweep(matches, range, t)));
  return {
    precision: sweeps.map((row) =>
      row.map(({ precision }) => (precision[0] === -1 ? -1 : average(precision))),
    ),
    recall: sweeps.map((row) => row.map(({ recall }) => recall)),
    recallOf1: iouThresholds.map((_, t) => recallOfBest(matches, t, 1)),
    recallOf10: iouThresholds.map((_, t) => recallOfBest(matches, t, 10)),
    curve: sweeps[0]?.[0] ?? emptyCurve(-1),
  };
}

/** Walks down the scores; precision can only fall between hits, so it is kept at hits alone. */
function sweep(matches: ClassMatches, range: number, t: number): PrecisionRecall & { recall: number } {
  const wanted = matches.wanted[range] ?? 0;
  if (wanted === 0) return { ...emptyCurve(-1), recall: -1 };
  const matched = matches.matched[range] as Uint16Array;
  const ignored = matches.ignored[range] as Uint16Array;
  const precisions: number[] = [];
  const scores: number[] = [];
  let counted = 0;
  for (let d = 0; d < matched.length; d++) {
    if (((ignored[d] as number) >> t) & 1) continue;
    counted += 1;
    if ((((matched[d] as number) >> t) & 1) === 0) continue;
    precisions.push((precisions.length + 1) / (counted + Number.EPSILON));
    scores.push(matches.scores[d] as number);
  }
  return { ...interpolate(precisions, scores, wanted), recall: precisions.length / wanted };
}

/** At each recall point: the best precision from the hit that reaches it on, and that hit's score. */
function interpolate(precisions: number[], scores: readonly number[], wanted: number): PrecisionRecall {
  for (let i = precisions.length - 1; i > 0; i--) {
    precisions[i - 1] = Math.max(precisions[i - 1] as number, precisions[i] as number);
  }
  const curve = emptyCurve(0);
  let hits = 1;
  for (let r = 0; r < recallPoints.length; r++) {
    while (hits <= precisions.length && hits / wanted < (recallPoints[r] as number)) hits++;
    if (hits > precisions.length) break;
    curve.precision[r] = precisions[hits - 1] as number;
    curve.scores[r] = scores[hits - 1] as number;
  }
  return curve;
}

/** The share found when only the best `limit` detections of each image count. */
function recallOfBest({ matched, ignored, ranks, wanted }: ClassMatches, t: number, limit: number): number {
  const [hit, excused, total] = [matched[0], ignored[0], wanted[0]];
  if (hit === undefined || excused === undefined || !total) return -1;
  let found = 0;
  for (let d = 0; d < ranks.length; d++) {
    if ((ranks[d] as number) < limit) found += (((hit[d] as number) & ~(excused[d] as number)) >> t) & 1;
  }
  return found / total;
}

function emptyCurve(precision: number): PrecisionRecall {
  return { precision: new Float64Array(101).fill(precision), scores: new Float64Array(101) };
}

/** The mean of the values there are: -1 stands for none. */
function mean(values: readonly number[]): number {
  const present = values.filter((value) => value > -1);
  return present.length === 0 ? -1 : average(present);
}

function average(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
}
