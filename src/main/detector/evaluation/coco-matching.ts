// COCO's greedy matching of one class: every detection, best score first, against what is left of its image's boxes,
// at ten IoU thresholds and in four size ranges at once. After Lin et al., "Microsoft COCO", and pycocotools' rules.
import { byFallingScore, type EvaluationInput, imageStarts, overlap } from './rows.ts';

/** .50 to .95, with the roundings of numpy's linspace(.5, .95, 10). */
export const iouThresholds: readonly number[] = Array.from({ length: 10 }, (_, t) =>
  t === 9 ? 0.95 : t * ((0.95 - 0.5) / 9) + 0.5,
);

/** Square pixels, both ends included: all, small, medium, large. */
export const areaRanges = [
  [0, 1e10],
  [0, 32 ** 2],
  [32 ** 2, 96 ** 2],
  [96 ** 2, 1e10],
] as const;

/** Detections that count per image and class. */
export const maxDetections = 100;

const everyThreshold = (1 << iouThresholds.length) - 1;

/** Outcomes of a class's detections, by falling score. In masks, bit t stands for IoU threshold t. */
export interface ClassMatches {
  /** [D] rows of the detections */
  readonly rows: Int32Array;
  /** [D] */
  readonly scores: Float64Array;
  /** [D] place among the class's detections of the same image, from 0 */
  readonly ranks: Uint8Array;
  /** Per size range, [D]: thresholds at which the detection found a box. */
  readonly matched: readonly Uint16Array[];
  /** Per size range, [D]: thresholds at which the detection counts neither for nor against. */
  readonly ignored: readonly Uint16Array[];
  /** Per size range: boxes that should be found. */
  readonly wanted: readonly number[];
}

/** Matches the detections of one class; `gtRows` and `dtRows` are its rows, sorted by image. */
export function matchClass(input: EvaluationInput, gtRows: Int32Array, dtRows: Int32Array): ClassMatches {
  const { dt, numImages } = input;
  const { rows, ranks } = keepBest(byFallingScore(dtRows, dt.scores), dt.imageIndex, numImages);
  const boxes = new ClassBoxes(input, gtRows);
  const matched = areaRanges.map(() => new Uint16Array(rows.length));
  const ignored = areaRanges.map(() => new Uint16Array(rows.length));
  rows.forEach((row, at) => {
    boxes.overlapping(row);
    areaRanges.forEach(([low, high], range) => {
      const outcome = boxes.match(range);
      const area = (dt.boxes[row * 4 + 2] as number) * (dt.boxes[row * 4 + 3] as number);
      const outside = area < low || area > high;
      (matched[range] as Uint16Array)[at] = outcome.matched;
      const excused = outside ? everyThreshold & ~outcome.matched : 0;
      (ignored[range] as Uint16Array)[at] = outcome.ignored | excused;
    });
  });
  const scores = Float64Array.from(rows, (row) => dt.scores[row] as number);
  return { rows, scores, ranks, matched, ignored, wanted: boxes.wanted };
}

/** The first hundred of each image. */
function keepBest(rows: Int32Array, imageIndex: Int32Array, numImages: number) {
  const seen = new Int32Array(numImages);
  const ranks = new Uint8Array(rows.length);
  let kept = 0;
  const best = rows.filter((row) => {
    const image = imageIndex[row] as number;
    const rank = seen[image] as number;
    if (rank >= maxDetections) return false;
    seen[image] = rank + 1;
    ranks[kept++] = rank;
    return true;
  });
  return { rows: best, ranks: ranks.subarray(0, kept) };
}

interface Outcome {
  matched: number;
  ignored: number;
}

/** The labelled boxes of one class, and at which thresholds each has been taken. */
class ClassBoxes {
  readonly wanted: readonly number[];
  readonly #input: EvaluationInput;
  readonly #rows: Int32Array;
  readonly #starts: Int32Array;
  /** Per size range, [G]. */
  readonly #ignored: readonly Uint8Array[];
  readonly #taken: readonly Uint16Array[];
  /** Boxes that the present detection overlaps at the lowest threshold or more, as places in #rows. */
  readonly #near: number[] = [];
  readonly #overlaps: number[] = [];
  readonly #outcome: Outcome = { matched: 0, ignored: 0 };

  constructor(input: EvaluationInput, rows: Int32Array) {
    const { area, iscrowd, ignore, imageIndex } = input.gt;
    this.#input = input;
    this.#rows = rows;
    this.#starts = imageStarts(rows, imageIndex, input.numImages);
    this.#ignored = areaRanges.map(([low, high]) =>
      Uint8Array.from(rows, (row) => {
        const size = area[row] as number;
        return ignore[row] || iscrowd[row] || size < low || size > high ? 1 : 0;
      }),
    );
    this.#taken = areaRanges.map(() => new Uint16Array(rows.length));
    this.wanted = this.#ignored.map((flags) => flags.reduce((left, flag) => left - flag, flags.length));
  }

  /** Looks up the boxes that detection `row` could match. */
  overlapping(row: number): void {
    const { gt, dt } = this.#input;
    const lowest = iouThresholds[0] as number;
    const image = dt.imageIndex[row] as number;
    this.#near.length = 0;
    this.#overlaps.length = 0;
    for (let g = this.#starts[image] as number; g < (this.#starts[image + 1] as number); g++) {
      const gtRow = this.#rows[g] as number;
      const iou = overlap(dt.boxes, row * 4, gt.boxes, gtRow * 4, gt.iscrowd[gtRow] === 1);
      if (iou < lowest) continue;
      this.#near.push(g);
      this.#overlaps.push(iou);
    }
  }

  /** Takes the best box left at each threshold; one object is reused for the answer. */
  match(range: number): Outcome {
    const outcome = this.#outcome;
    outcome.matched = 0;
    outcome.ignored = 0;
    if (this.#near.length === 0) return outcome;
    const ignored = this.#ignored[range] as Uint8Array;
    const taken = this.#taken[range] as Uint16Array;
    for (let t = 0; t < iouThresholds.length; t++) {
      let g = this.#bestLeft(t, ignored, taken, 0);
      if (g < 0) g = this.#bestLeft(t, ignored, taken, 1);
      if (g < 0) continue;
      taken[g] = (taken[g] as number) | (1 << t);
      if (this.#rows[g] !== this.#input.gt.rowOfIdZero) outcome.matched |= 1 << t;
      if (ignored[g] === 1) outcome.ignored |= 1 << t;
    }
    return outcome;
  }

  /** Of the boxes that count (`kind` 0) or are ignored (1): the one with most overlap, the last of equals; -1 if none. */
  #bestLeft(t: number, ignored: Uint8Array, taken: Uint16Array, kind: 0 | 1): number {
    let most = iouThresholds[t] as number;
    let best = -1;
    for (let i = 0; i < this.#near.length; i++) {
      const g = this.#near[i] as number;
      const iou = this.#overlaps[i] as number;
      if (iou < most || ignored[g] !== kind) continue;
      const free = ((taken[g] as number) & (1 << t)) === 0;
      if (!free && this.#input.gt.iscrowd[this.#rows[g] as number] !== 1) continue;
      most = iou;
      best = g;
    }
    return best;
  }
}
