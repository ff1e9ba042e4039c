// PASCAL VOC's AP at IoU .5, the area under the whole curve (2010 on). After the development kit's rules.
import { areaUnderEnvelope } from './envelope.ts';
import { byFallingScore, type EvaluationInput, imageStarts, overlap, rowsByClass } from './rows.ts';

export interface VocResult {
  /** The mean over classes with a box to find, 0 to 1; -1 where there is none. */
  readonly AP50: number;
  readonly perClass: readonly { readonly AP50: number }[];
}

export interface VocOptions {
  /** 1 where boxes are closed ranges of pixels, as the development kit has them: sides are that much longer. */
  readonly extra?: 0 | 1;
}

/**
 * AP at IoU .5. Difficult objects are those with `ignore` or `iscrowd`: a detection whose best box is one of them does not count.
 * @throws RangeError for an image or class out of range
 */
export function evaluateVoc(input: EvaluationInput, { extra = 0 }: VocOptions = {}): VocResult {
  const { numImages, numClasses, gt, dt } = input;
  const dtRows = rowsByClass(dt, numImages, numClasses);
  const perClass = rowsByClass(gt, numImages, numClasses).map((gtRows, k) => ({
    AP50: classAp(input, gtRows, dtRows[k] ?? new Int32Array(0), extra),
  }));
  const present = perClass.filter(({ AP50 }) => AP50 > -1);
  const sum = present.reduce((total, { AP50 }) => total + AP50, 0);
  return { AP50: present.length === 0 ? -1 : sum / present.length, perClass };
}

function classAp(input: EvaluationInput, gtRows: Int32Array, dtRows: Int32Array, extra: number): number {
  const { gt, dt, numImages } = input;
  const isDifficult = (row: number) => gt.ignore[row] === 1 || gt.iscrowd[row] === 1;
  const wanted = gtRows.reduce((count, row) => count + (isDifficult(row) ? 0 : 1), 0);
  if (wanted === 0) return -1;
  const starts = imageStarts(gtRows, gt.imageIndex, numImages);
  const taken = new Set<number>();
  const [recall, precision]: [number[], number[]] = [[], []];
  let counted = 0;
  for (const row of byFallingScore(dtRows, dt.scores)) {
    const found = nearestBox(input, row, gtRows, starts, extra);
    if (found >= 0 && isDifficult(found)) continue;
    counted += 1;
    if (found >= 0) taken.add(found);
    recall.push(taken.size / wanted);
    precision.push(taken.size / counted);
  }
  return areaUnderEnvelope(recall, precision);
}

/** The row of the box that a detection overlaps most, taken or not; -1 where that is less than half. */
function nearestBox(
  { gt, dt }: EvaluationInput,
  row: number,
  gtRows: Int32Array,
  starts: Int32Array,
  extra: number,
): number {
  const image = dt.imageIndex[row] as number;
  let best = -1;
  let most = 0;
  for (let g = starts[image] as number; g < (starts[image + 1] as number); g++) {
    const gtRow = gtRows[g] as number;
    const iou = overlap(dt.boxes, row * 4, gt.boxes, gtRow * 4, false, extra);
    if (iou > most) [best, most] = [gtRow, iou];
  }
  return most >= 0.5 ? best : -1;
}
