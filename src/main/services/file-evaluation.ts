// Evaluates detections in a file against ground truth in a file: no project, no network.
import type { ErrorCosts, Intervals } from '../../shared/evaluation.ts';
import { Problem } from '../../shared/problem.ts';
import { Rng } from '../detector/data/rng.ts';
import { apIntervals, apStatistics } from '../detector/evaluation/bootstrap.ts';
import { evaluateCoco } from '../detector/evaluation/coco.ts';
import { readCocoFiles } from '../detector/evaluation/coco-files.ts';
import { countErrors, errorBudget } from '../detector/evaluation/error-budget.ts';
import { followDetections } from '../detector/evaluation/outcomes.ts';
import type { EvaluationInput } from '../detector/evaluation/rows.ts';
import { evaluateVoc } from '../detector/evaluation/voc.ts';

export interface FileEvaluation {
  readonly metrics: Readonly<Record<string, number>>;
  readonly perClass: readonly { readonly name: string; readonly AP?: number; readonly AP50: number }[];
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
export function evaluateFiles(truthFile: string, resultsFile: string, metric: string): FileEvaluation {
  const { input, classes } = readCocoFiles(truthFile, resultsFile);
  const nameOf = (k: number) => classes[k] ?? String(k);
  if (metric === 'voc') {
    const { AP50, perClass } = evaluateVoc(input);
    return { metrics: { AP50 }, perClass: perClass.map((own, k) => ({ name: nameOf(k), AP50: own.AP50 })) };
  }
  if (metric !== 'coco') {
    throw new Problem(`Files are not evaluated by ${metric} yet.`, 'Use --metric coco or voc.');
  }
  const { metrics, perClass } = evaluateCoco(input);
  return {
    metrics,
    perClass: perClass.map(({ AP, AP50 }, k) => ({ name: nameOf(k), AP, AP50 })),
    diagnosis: diagnose(input),
  };
}

/** Intervals and the error budget of detections. The same ones always get the same intervals. */
export function diagnose(input: EvaluationInput): Diagnosis {
  const outcomes = followDetections(input);
  const tide = { ...errorBudget(input, outcomes), counts: countErrors(outcomes) };
  return { intervals: apIntervals(apStatistics(input), Rng.seeded('intervals')), tide };
}
