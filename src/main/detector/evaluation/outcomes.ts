// What became of every detection and every labelled box at one IoU threshold: found, excused, or wrong in one of TIDE's
// six ways. After Bolya et al., "TIDE: A General Toolbox for Identifying Object Detection Errors" (ECCV 2020).
import { byFallingScore, type EvaluationInput, overlap, rowsByImage } from './rows.ts';

/** What a detection can be. `beyond`: after the first hundred of its image, so it does not count. */
export const detectionState = { wrong: 0, found: 1, excused: 2, beyond: 3 } as const;
const NO_KIND = 255;
const [CLS, LOC, BOTH, DUP, BKG] = [0, 1, 2, 3, 4] as const;

/** Detections of an image that count, best first, over all classes. */
const MOST_DETECTIONS = 100;

export interface OutcomeRules {
  /** From this overlap on a box is found. */
  readonly iou: number;
  /** Up to this overlap a detection has nothing to do with a box. */
  readonly background: number;
}

export const usualRules: OutcomeRules = { iou: 0.5, background: 0.1 };

export interface Outcomes {
  /** [D] one of `detectionState` */
  readonly state: Uint8Array;
  /** [D] place in `errorKinds`, 255 where it is found or beyond; an excused detection has one too, as in TIDE */
  readonly kind: Uint8Array;
  /** [D] the labelled row it found, or the one its error is about; -1 where there is none */
  readonly object: Int32Array;
  /** [D] overlap with `object`; where there is none, the most with any box */
  readonly iou: Float64Array;
  /** [G] the detection that found this box, -1 where none did; ignored rows are never found */
  readonly foundBy: Int32Array;
  /** [G] the wrong detection that would have found it with the right class or place, -1 where none */
  readonly nearlyFoundBy: Int32Array;
  /** [G] 1 for boxes that neither a detection found nor one nearly found: TIDE's Miss */
  readonly missed: Uint8Array;
  /** Detections in the order in which TIDE visits them: by image, then by falling score. */
  readonly order: Int32Array;
}

/** True for a labelled row that no detection has to find. */
export function isIgnored({ gt }: EvaluationInput, row: number): boolean {
  return gt.ignore[row] === 1 || gt.iscrowd[row] === 1;
}

/**
 * Follows every detection.
 * @throws RangeError for an image out of range
 */
export function followDetections(input: EvaluationInput, rules: OutcomeRules = usualRules): Outcomes {
  const { gt, dt, numImages } = input;
  const [detections, objects] = [dt.scores.length, gt.classIndex.length];
  const outcomes: Outcomes = {
    state: new Uint8Array(detections),
    kind: new Uint8Array(detections).fill(NO_KIND),
    object: new Int32Array(detections).fill(-1),
    iou: new Float64Array(detections),
    foundBy: new Int32Array(objects).fill(-1),
    nearlyFoundBy: new Int32Array(objects).fill(-1),
    missed: new Uint8Array(objects),
    order: new Int32Array(detections),
  };
  const labelled = rowsByImage(gt, numImages);
  let at = 0;
  rowsByImage(dt, numImages).forEach((rows, image) => {
    const own = byFallingScore(rows, dt.scores);
    outcomes.order.set(own, at);
    at += own.length;
    new ImageOutcomes(input, rules, outcomes, own, labelled[image] ?? new Int32Array(0)).follow();
  });
  for (let g = 0; g < objects; g++) {
    const open = outcomes.foundBy[g] === -1 && outcomes.nearlyFoundBy[g] === -1;
    outcomes.missed[g] = open && !isIgnored(input, g) ? 1 : 0;
  }
  return outcomes;
}

/** One image's detections against its boxes. */
class ImageOutcomes {
  readonly #input: EvaluationInput;
  readonly #rules: OutcomeRules;
  readonly #outcomes: Outcomes;
  readonly #detections: Int32Array;
  readonly #objects: Int32Array;
  readonly #ignored: Int32Array;
  /** [detections * objects] */
  readonly #ious: Float64Array;

  constructor(
    input: EvaluationInput,
    rules: OutcomeRules,
    outcomes: Outcomes,
    rows: Int32Array,
    labelled: Int32Array,
  ) {
    this.#input = input;
    this.#rules = rules;
    this.#outcomes = outcomes;
    this.#detections = rows.subarray(0, MOST_DETECTIONS);
    for (const row of rows.subarray(MOST_DETECTIONS)) outcomes.state[row] = detectionState.beyond;
    this.#objects = labelled.filter((row) => !isIgnored(input, row));
    this.#ignored = labelled.filter((row) => isIgnored(input, row));
    const count = this.#objects.length;
    this.#ious = new Float64Array(this.#detections.length * count);
    this.#detections.forEach((row, d) => {
      this.#objects.forEach((object, g) => {
        this.#ious[d * count + g] = overlap(input.dt.boxes, row * 4, input.gt.boxes, object * 4, false);
      });
    });
  }

  follow(): void {
    this.#detections.forEach((row, d) => void this.#find(row, d));
    this.#detections.forEach((row, d) => {
      const { state } = this.#outcomes;
      if (state[row] === detectionState.found) return;
      if (this.#isExcused(row)) state[row] = detectionState.excused;
      this.#blame(row, this.#explain(row, d));
    });
  }

  /** The best of the boxes left, of the same class. */
  #find(row: number, d: number): void {
    const { foundBy, object, iou, state } = this.#outcomes;
    const best = this.#best(d, (g) => this.#isSameClass(row, g) && foundBy[g] === -1);
    if (best.iou < this.#rules.iou || best.object < 0) return;
    state[row] = detectionState.found;
    object[row] = best.object;
    iou[row] = best.iou;
    foundBy[best.object] = row;
  }

  #isExcused(row: number): boolean {
    const { dt, gt } = this.#input;
    return this.#ignored.some(
      (region) =>
        gt.classIndex[region] === dt.classIndex[row] &&
        overlap(dt.boxes, row * 4, gt.boxes, region * 4, true) > this.#rules.iou,
    );
  }

  /** Why a detection found nothing. The order of the questions is TIDE's. */
  #explain(row: number, d: number): Best & { readonly kind: number } {
    const { iou: found, background } = this.#rules;
    const { foundBy } = this.#outcomes;
    const same = this.#best(d, (g) => this.#isSameClass(row, g));
    if (same.object >= 0 && same.iou >= background && same.iou <= found) return { kind: LOC, ...same };
    const other = this.#best(d, (g) => !this.#isSameClass(row, g));
    if (other.object >= 0 && other.iou >= found) return { kind: CLS, ...other };
    const taken = this.#best(d, (g) => this.#isSameClass(row, g) && foundBy[g] !== -1);
    if (taken.object >= 0 && taken.iou >= found) return { kind: DUP, ...taken };
    const any = this.#best(d, () => true);
    return any.iou <= background ? { kind: BKG, object: -1, iou: any.iou } : { kind: BOTH, ...any };
  }

  #blame(row: number, { kind, object, iou }: Best & { readonly kind: number }): void {
    const { foundBy, nearlyFoundBy } = this.#outcomes;
    this.#outcomes.kind[row] = kind;
    this.#outcomes.object[row] = object;
    this.#outcomes.iou[row] = iou;
    // detections come by falling score: the first to miss a free box by this much is the one that would have found it
    const mends = kind === CLS || kind === LOC;
    if (mends && foundBy[object] === -1 && nearlyFoundBy[object] === -1) nearlyFoundBy[object] = row;
  }

  #isSameClass(row: number, object: number): boolean {
    return this.#input.dt.classIndex[row] === this.#input.gt.classIndex[object];
  }

  /** The box with most overlap among those that `takes`, the first of equals. */
  #best(d: number, takes: (object: number) => boolean): Best {
    const count = this.#objects.length;
    let best = { object: -1, iou: 0 };
    for (let g = 0; g < count; g++) {
      const object = this.#objects[g] as number;
      const iou = this.#ious[d * count + g] as number;
      if ((iou > best.iou || best.object < 0) && takes(object)) best = { object, iou };
    }
    return best;
  }
}

interface Best {
  readonly object: number;
  readonly iou: number;
}
