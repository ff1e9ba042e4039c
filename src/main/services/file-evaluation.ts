// Evaluates detections in a file against ground truth in a file: no project, no network.

import { Problem } from '../../shared/problem.ts';
import { evaluateCoco } from '../detector/evaluation/coco.ts';
import { readCocoFiles } from '../detector/evaluation/coco-files.ts';

export interface FileEvaluation {
  readonly metrics: Readonly<Record<string, number>>;
  readonly perClass: readonly { readonly name: string; readonly AP: number; readonly AP50: number }[];
}

/** Throws a Problem where a file is not what it should be. */
export function evaluateFiles(truthFile: string, resultsFile: string, metric: string): FileEvaluation {
  if (metric !== 'coco') {
    throw new Problem(`Files are not evaluated by ${metric} yet.`, 'Use --metric coco.');
  }
  const { input, classes } = readCocoFiles(truthFile, resultsFile);
  const { metrics, perClass } = evaluateCoco(input);
  return {
    metrics,
    perClass: perClass.map(({ AP, AP50 }, k) => ({ name: classes[k] ?? String(k), AP, AP50 })),
  };
}
