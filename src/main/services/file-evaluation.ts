// Evaluates detections against labels by any of the protocols: from files alone, without a project or a network, or a run's.
import type { ErrorCosts, Intervals } from '../../shared/evaluation.ts';
import { Rng } from '../detector/data/rng.ts';
import { apIntervals, apStatistics } from '../detector/evaluation/bootstrap.ts';
import { evaluateCoco } from '../detector/evaluation/coco.ts';
import { readCocoFiles } from '../detector/evaluation/coco-files.ts';
import { evaluateCrowdHuman } from '../detector/evaluation/crowd-human.ts';
import { countErrors, errorBudget } from '../detector/evaluation/error-budget.ts';
import { followDetections } from '../detector/evaluation/outcomes.ts';
import { type EvaluationInput, rowsByImage } from '../detector/evaluation/rows.ts';
import { evaluateVoc } from '../detector/evaluation/voc.ts';
import { evaluateWider } from '../detector/evaluation/wider.ts';

export const metricNames = ['coco', 'voc', 'wider', 'crowdhuman'] as const;
export type MetricName = (typeof metricNames)[number];

/** What a protocol says of a class. */
type ClassFigures = Readonly<Partial<Record<'AP' | 'AP50' | 'mMR', number>>>;

export interface FileEvaluation {
  readonly metrics: Readonly<Record<string, number>>;
  readonly perClass: readonly (ClassFigures & { readonly name: string })[];
  /** Absent for other protocols than COCO's. */
  readonly diagnosis?: Diagnosis;
}

/** What stands behind COCO's numbers: how sure they are, and what keeps them down. */
export interface Diagnosis {
  /** Nominally 95 %; null where there is too little to draw from. */
  readonly intervals: Intervals;
  readonly tide: ErrorCosts;
}

/** Throws a Problem where a file is not what it should be. */
export function evaluateFiles(truthFile: string, resultsFile: string, metric: MetricName): FileEvaluation {
  // pycocotools' habit is for COCO's numbers alone
  const { input, classes } = readCocoFiles(truthFile, resultsFile, { honourIgnore: metric !== 'coco' });
  return evaluateBy(metric, input, classes);
}

/**
 * The numbers of one protocol; COCO's come with what stands behind them. `groups`: per image, the same number for images
 * that show the same scene.
 */
export function evaluateBy(
  metric: MetricName,
  input: EvaluationInput,
  classes: readonly string[],
  groups?: readonly number[],
): FileEvaluation {
  const named = (figures: readonly ClassFigures[]) =>
    figures.map((own, k) => ({ name: classes[k] ?? String(k), ...own }));
  if (metric === 'coco') {
    const { metrics, perClass } = evaluateCoco(input);
    const figures = named(perClass.map(({ AP, AP50 }) => ({ AP, AP50 })));
    return { metrics, perClass: figures, diagnosis: diagnose(input, groups) };
  }
  if (metric === 'wider') return { metrics: { hard: hardFaces(input) }, perClass: [] };
  const { perClass, ...metrics } = metric === 'voc' ? evaluateVoc(input) : evaluateCrowdHuman(input);
  return { metrics, perClass: named(perClass) };
}

/**
 * WIDER FACE's AP over every face that is not ignored, whatever its class: the hard subset. Which faces are easy or medium
 * the benchmark's own lists say, not the labels.
 */
function hardFaces({ numImages, gt, dt }: EvaluationInput): number {
  const [faces, found] = [rowsByImage(gt, numImages), rowsByImage(dt, numImages)];
  const boxesOf = (boxes: Float64Array, rows: Int32Array) =>
    Float64Array.from([...rows].flatMap((row) => [...boxes.subarray(row * 4, row * 4 + 4)]));
  const images = faces.map((rows, image) => {
    const own = found[image] ?? new Int32Array(0);
    return {
      gt: boxesOf(gt.boxes, rows),
      pred: boxesOf(dt.boxes, own),
      scores: Float64Array.from(own, (row) => dt.scores[row] ?? 0),
      keep: { hard: [...rows.keys()].filter((at) => gt.ignore[rows[at] ?? 0] === 0) },
    };
  });
  return evaluateWider(images, ['hard']).hard.AP;
}

/** Intervals and the error budget of detections. The same ones always get the same intervals. */
export function diagnose(input: EvaluationInput, groups?: readonly number[]): Diagnosis {
  const outcomes = followDetections(input);
  const tide = { ...errorBudget(input, outcomes), counts: countErrors(outcomes) };
  return { intervals: apIntervals(apStatistics(input, groups), Rng.seeded('intervals')), tide };
}
