// What a score threshold does: precision, recall and F1 above it, where the scores of right and wrong detections lie,
// and which class is taken for which.
import { detectionState, isIgnored, type Outcomes } from './outcomes.ts';
import { byFallingScore, type EvaluationInput, overlap, rowsByImage } from './rows.ts';

/** Thresholds from 0 to 1 in hundredths. */
export const thresholdSteps = 101;

export interface ThresholdCurve {
  /** [101] detections that found a box with a score of at least t / 100 */
  readonly found: Int32Array;
  /** [101] detections that are wrong, likewise */
  readonly wrong: Int32Array;
  /** Boxes to find. */
  readonly wanted: number;
}

/** Counts at each threshold; of one class where given. */
export function thresholdCurve(input: EvaluationInput, outcomes: Outcomes, label?: number): ThresholdCurve {
  const { dt, gt } = input;
  const [found, wrong] = [new Int32Array(thresholdSteps), new Int32Array(thresholdSteps)];
  dt.classIndex.forEach((own, row) => {
    if (label !== undefined && own !== label) return;
    const counts =
      outcomes.state[row] === detectionState.found
        ? found
        : outcomes.state[row] === detectionState.wrong
          ? wrong
          : undefined;
    const step = lastStep(dt.scores[row] as number);
    if (counts && step >= 0) counts[step] = (counts[step] as number) + 1;
  });
  for (let t = thresholdSteps - 2; t >= 0; t--) {
    found[t] = (found[t] as number) + (found[t + 1] as number);
    wrong[t] = (wrong[t] as number) + (wrong[t + 1] as number);
  }
  let wanted = 0;
  gt.classIndex.forEach((own, row) => {
    if ((label === undefined || own === label) && !isIgnored(input, row)) wanted += 1;
  });
  return { found, wrong, wanted };
}

/** The highest threshold, in hundredths, that a score reaches. */
function lastStep(score: number): number {
  let step = Math.min(thresholdSteps - 1, Math.floor(score * 100) + 1);
  while (step >= 0 && step / 100 > score) step -= 1;
  return step;
}

/** The threshold of highest F1, the lowest of equals; 0 to 1. */
export function bestThreshold({ found, wrong, wanted }: ThresholdCurve): number {
  let [best, most] = [0, -1];
  found.forEach((hits, t) => {
    const f1 = (2 * hits) / Math.max(1, hits + (wrong[t] as number) + wanted);
    if (f1 > most) [best, most] = [t, f1];
  });
  return best / 100;
}

export interface Confusion {
  /** [D] the labelled row each detection is paired with; -1 where there is none, -2 where it does not count */
  readonly object: Int32Array;
  /** [G] the detection each box is paired with, -1 where it is missed, -2 where it does not count */
  readonly detection: Int32Array;
  /** [(K + 1) * (K + 1)] rows: what is labelled, last "no match"; columns: what is detected, last "missed" */
  readonly counts: Int32Array;
}

const UNPAIRED = -1;
const LEFT_OUT = -2;

/**
 * Which class was taken for which among the detections of at least `score`. Boxes found by their own class come first, so
 * that the diagonal agrees with precision and recall; what is left is paired by overlap of at least `iou`, whatever the class.
 */
export function confusionMatrix(
  input: EvaluationInput,
  outcomes: Outcomes,
  score: number,
  iou: number,
): Confusion {
  const { dt, gt, numClasses, numImages } = input;
  const object = new Int32Array(dt.scores.length).fill(LEFT_OUT);
  const detection = Int32Array.from(gt.classIndex, (_, row) => (isIgnored(input, row) ? LEFT_OUT : UNPAIRED));
  const pair = (row: number, box: number) => {
    object[row] = box;
    detection[box] = row;
  };
  outcomes.state.forEach((state, row) => {
    if ((dt.scores[row] as number) < score) return;
    if (state === detectionState.found) pair(row, outcomes.object[row] as number);
    else if (state === detectionState.wrong) object[row] = UNPAIRED;
  });
  const labelled = rowsByImage(gt, numImages);
  rowsByImage(dt, numImages).forEach((rows, image) => {
    const own = rows.filter((row) => object[row] === UNPAIRED);
    for (const row of byFallingScore(own, dt.scores)) {
      const free = labelled[image]?.filter((box) => detection[box] === UNPAIRED) ?? [];
      const [box, most] = nearest(input, row, free);
      if (box >= 0 && most >= iou) pair(row, box);
    }
  });
  const counts = new Int32Array((numClasses + 1) ** 2);
  const count = (label: number, found: number) => {
    const at = label * (numClasses + 1) + found;
    counts[at] = (counts[at] as number) + 1;
  };
  object.forEach((box, row) => {
    if (box !== LEFT_OUT)
      count(box < 0 ? numClasses : (gt.classIndex[box] as number), dt.classIndex[row] as number);
  });
  detection.forEach((row, box) => void (row === UNPAIRED && count(gt.classIndex[box] as number, numClasses)));
  return { object, detection, counts };
}

function nearest(
  { dt, gt }: EvaluationInput,
  row: number,
  boxes: Iterable<number>,
): [box: number, iou: number] {
  let [best, most] = [-1, 0];
  for (const box of boxes) {
    const iou = overlap(dt.boxes, row * 4, gt.boxes, box * 4, false);
    if (iou > most) [best, most] = [box, iou];
  }
  return [best, most];
}
