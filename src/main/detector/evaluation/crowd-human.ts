// CrowdHuman's protocol: AP and the log-average miss rate over false positives an image, at IoU .5. After the benchmark's
// toolkit, without its cutting of boxes at the image's edge (files of results need not tell sizes).
import { byFallingScore, type EvaluationInput, imageStarts, overlap, rowsByClass } from './rows.ts';

export interface CrowdHumanResult {
  /** 0 to 1; -1 where there is nothing to find. */
  readonly AP: number;
  /** MR^-2, 0 to 1, less is better: geometric mean of the miss rate at nine numbers of false positives an image; -1 as above. */
  readonly mMR: number;
}

/** False positives an image at which the miss rate is read: 10^-2 to 1, evenly in the logarithm, as the toolkit rounds them. */
const references = [0.01, 0.0178, 0.0316, 0.0562, 0.1, 0.1778, 0.3162, 0.5623, 1];
const minOverlap = 0.5;

/**
 * AP and mMR of each class, and their means over classes with an object. Objects with `ignore` or `iscrowd` are regions that
 * excuse any number of detections with more than half of their own area inside.
 * @throws RangeError for an image or class out of range
 */
export function evaluateCrowdHuman(
  input: EvaluationInput,
): CrowdHumanResult & { readonly perClass: readonly CrowdHumanResult[] } {
  const { numImages, numClasses, gt, dt } = input;
  const dtRows = rowsByClass(dt, numImages, numClasses);
  const perClass = rowsByClass(gt, numImages, numClasses).map((gtRows, k) =>
    evaluateClass(input, gtRows, dtRows[k] ?? new Int32Array(0)),
  );
  const present = perClass.filter(({ AP }) => AP > -1);
  const mean = (name: keyof CrowdHumanResult) =>
    present.length === 0 ? -1 : present.reduce((sum, own) => sum + own[name], 0) / present.length;
  return { AP: mean('AP'), mMR: mean('mMR'), perClass };
}

function evaluateClass(input: EvaluationInput, gtRows: Int32Array, dtRows: Int32Array): CrowdHumanResult {
  const wanted = gtRows.reduce((count, row) => count + (isExcused(input, row) ? 0 : 1), 0);
  if (wanted === 0) return { AP: -1, mMR: -1 };
  const { recall, precision, falseAnImage } = walk(input, gtRows, dtRows, wanted);
  return { AP: areaByTrapezia(recall, precision), mMR: logAverageMissRate(recall, falseAnImage) };
}

const isExcused = ({ gt }: EvaluationInput, row: number) => gt.ignore[row] === 1 || gt.iscrowd[row] === 1;

/** The detections by falling score, those that an ignored region excuses left out. */
function walk(input: EvaluationInput, gtRows: Int32Array, dtRows: Int32Array, wanted: number) {
  const { gt, dt, numImages } = input;
  const starts = imageStarts(gtRows, gt.imageIndex, numImages);
  const taken = new Set<number>();
  const [recall, precision, falseAnImage]: [number[], number[], number[]] = [[], [], []];
  let wrong = 0;
  for (const row of byFallingScore(dtRows, dt.scores)) {
    const image = dt.imageIndex[row] as number;
    const near = gtRows.subarray(starts[image], starts[image + 1]);
    const found = mostOverlapped(input, row, near, taken);
    if (found < 0 && near.some((region) => isExcused(input, region) && liesIn(input, row, region))) continue;
    if (found >= 0) taken.add(found);
    else wrong += 1;
    recall.push(taken.size / wanted);
    precision.push(taken.size / (taken.size + wrong));
    falseAnImage.push(wrong / numImages);
  }
  return { recall, precision, falseAnImage };
}

/** The row of the object not taken yet that a detection overlaps most; -1 where none by more than half. */
function mostOverlapped(input: EvaluationInput, row: number, near: Int32Array, taken: Set<number>): number {
  const { gt, dt } = input;
  let [best, most] = [-1, minOverlap];
  for (const object of near) {
    if (taken.has(object) || isExcused(input, object)) continue;
    const iou = overlap(dt.boxes, row * 4, gt.boxes, object * 4, false);
    if (iou > most) [best, most] = [object, iou];
  }
  return best;
}

function liesIn({ gt, dt }: EvaluationInput, row: number, region: number): boolean {
  return overlap(dt.boxes, row * 4, gt.boxes, region * 4, true) > minOverlap;
}

/** The area between the measured points; what lies before the first is not counted. */
function areaByTrapezia(recall: readonly number[], precision: readonly number[]): number {
  return recall.reduce((area, here, at) => {
    const before = recall[at - 1];
    if (before === undefined) return area;
    return area + ((here - before) * ((precision[at] ?? 0) + (precision[at - 1] ?? 0))) / 2;
  }, 0);
}

/** At each reference the first point with so many false positives, or the last one. */
function logAverageMissRate(recall: readonly number[], falseAnImage: readonly number[]): number {
  if (recall.length === 0) return 1;
  const logs = references.map((reference) => {
    const at = falseAnImage.findIndex((value) => value >= reference);
    return Math.log(1 - (recall.at(at) ?? 0));
  });
  return Math.exp(logs.reduce((sum, value) => sum + value, 0) / logs.length);
}
