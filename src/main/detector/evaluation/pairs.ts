// The detections and boxes that a figure counts, as pairs of rows, those first that weigh most; at one IoU.
import {
  type BoxSize,
  type ErrorKind,
  type ExampleOutcome,
  errorKinds,
  type Selector,
} from '../../../shared/evaluation.ts';
import { areaRanges } from './coco-matching.ts';
import type { LabelledScene } from './labelled-scene.ts';
import { detectionState, isIgnored, type Outcomes } from './outcomes.ts';
import { byFallingScore, overlap } from './rows.ts';
import { confusionMatrix } from './thresholds.ts';

/** One row of either kind; -1 where there is none. */
export interface Pair {
  readonly detection: number;
  readonly label: number;
  readonly outcome: ExampleOutcome;
  readonly excused: boolean;
}

type Of<K extends Selector['kind']> = Extract<Selector, { kind: K }>;

export class Pairs {
  readonly #scene: LabelledScene;
  readonly #outcomes: Outcomes;
  /** From this overlap on a box is found. */
  readonly #iou: number;
  /** Detections that count, and those that are excused, by falling score. */
  readonly #ranked: readonly number[];

  constructor(scene: LabelledScene, outcomes: Outcomes, iou: number) {
    this.#scene = scene;
    this.#outcomes = outcomes;
    this.#iou = iou;
    const { scores } = scene.input.dt;
    this.#ranked = [...outcomes.order]
      .filter((row) => !this.#is(row, 'beyond'))
      .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  }

  /** A kind of error has those in ignored regions too, as its count does. */
  errors({ error, classId }: Pick<Of<'errors'>, 'error' | 'classId'>): Pair[] {
    const number = this.#number(classId);
    const isWrong = (row: number) =>
      this.#is(row, 'wrong') || (error !== undefined && this.#is(row, 'excused'));
    const isOf = (row: number) =>
      error === undefined || this.#outcomes.kind[row] === errorKinds.indexOf(error);
    const wrong = this.#detected((row) => isWrong(row) && isOf(row), number);
    const wantsMissed = error === undefined || error === 'Miss';
    const missed = wantsMissed ? this.#labelled((row) => this.#outcomes.missed[row] === 1, number) : [];
    return [...wrong, ...missed];
  }

  /** Detections that find a box, those with the least overlap first. */
  loose(classId: number | undefined, below: number): Pair[] {
    const found = this.#detected((row) => this.#is(row, 'found'), this.#number(classId));
    return found.filter((pair) => this.iouOf(pair) < below).sort((a, b) => this.iouOf(a) - this.iouOf(b));
  }

  near({ classId, score }: Of<'point'>): Pair[] {
    const { scores } = this.#scene.input.dt;
    const away = ({ detection }: Pair) => Math.abs((scores[detection] ?? 0) - score);
    return this.#counted(this.#number(classId)).sort((a, b) => away(a) - away(b));
  }

  cell({ labelled, detected, score }: Of<'cell'>): Pair[] {
    const { input } = this.#scene;
    const matrix = confusionMatrix(input, this.#outcomes, score, this.#iou);
    const [label, found] = [labelled, detected].map((id) => (id === null ? null : this.#number(id)));
    if (found === null)
      return this.#labelled((row) => matrix.detection[row] === -1, label ?? undefined, score);
    const rows = this.#ranked.filter((row) => {
      const object = matrix.object[row] ?? -1;
      if ((input.dt.scores[row] ?? 0) < score || input.dt.classIndex[row] !== found) return false;
      return label === null ? object === -1 : object >= 0 && input.gt.classIndex[object] === label;
    });
    return rows.map((row) => this.#pair(row, matrix.object[row] ?? -1));
  }

  bin({ from, to, right }: Of<'bin'>): Pair[] {
    const { scores } = this.#scene.input.dt;
    const inside = (row: number) => (scores[row] ?? 0) >= from && (scores[row] ?? 0) < to;
    return this.#detected((row) => inside(row) && this.#is(row, right ? 'found' : 'wrong'));
  }

  /** Boxes to find, those that are not found first, then those found least well. */
  labels({
    classId,
    size,
  }: {
    readonly classId?: number | undefined;
    readonly size?: BoxSize | undefined;
  }): Pair[] {
    const found = this.#labelled((row) => this.#isOfSize(row, size), this.#number(classId));
    const iou = (pair: Pair) => (pair.detection < 0 ? -1 : this.iouOf(pair));
    return found.sort((a, b) => iou(a) - iou(b));
  }

  recall({ most, size }: Of<'recall'>): Pair[] {
    const ranks = this.#ranks();
    const isLate = ({ detection }: Pair) => detection >= 0 && (ranks[detection] ?? 0) >= most;
    const all = this.labels({ size }).map((pair) =>
      isLate(pair) ? { ...pair, outcome: 'later' as const } : pair,
    );
    const isFound = ({ outcome }: Pair) => outcome === 'found';
    return [...all.filter((pair) => !isFound(pair)), ...all.filter(isFound)];
  }

  atThreshold({ of, score, classId }: Of<'threshold'>): Pair[] {
    const { scores } = this.#scene.input.dt;
    const number = this.#number(classId);
    const wrong = () =>
      this.#detected((row) => this.#is(row, 'wrong') && (scores[row] ?? 0) >= score, number);
    const missed = () => {
      const isFound = (by: number) => by >= 0 && (scores[by] ?? 0) >= score;
      return this.#labelled((row) => !isFound(this.#outcomes.foundBy[row] ?? -1), number, score);
    };
    if (of === 'precision') return wrong();
    return of === 'recall' ? missed() : [...wrong(), ...missed()];
  }

  /** A box or, where it has none, a detection of each image; both -1 where it has neither. */
  images(): readonly (Pair & { readonly image: number })[] {
    const { input } = this.#scene;
    const first = new Map<number, Pair>();
    for (const pair of [...this.labels({}), ...this.#counted()]) {
      const image = this.imageOf(pair);
      if (!first.has(image)) first.set(image, pair);
    }
    const none = { detection: -1, label: -1, outcome: 'empty', excused: false } as const;
    return Array.from({ length: input.numImages }, (_, image) => ({ ...(first.get(image) ?? none), image }));
  }

  /** Labelled rows with what found them. */
  ofLabels(rows: readonly number[]): Pair[] {
    return rows.map((label) => this.#pair(this.#outcomes.foundBy[label] ?? -1, label));
  }

  /** Wrong detections of at least a score. */
  wrong(number?: number): Pair[] {
    return this.#detected((row) => this.#is(row, 'wrong'), number);
  }

  /** Boxes that have to be found and are. */
  isFound(label: number): boolean {
    return (this.#outcomes.foundBy[label] ?? -1) >= 0;
  }

  /** Overlap of the two; 0 where there is but one. */
  iouOf({ detection, label }: Pick<Pair, 'detection' | 'label'>): number {
    const { dt, gt } = this.#scene.input;
    if (detection < 0 || label < 0) return 0;
    return overlap(dt.boxes, detection * 4, gt.boxes, label * 4, false);
  }

  imageOf({ detection, label }: Pair): number {
    const { dt, gt } = this.#scene.input;
    return (detection >= 0 ? dt.imageIndex[detection] : gt.imageIndex[label]) ?? 0;
  }

  #counted(number?: number): Pair[] {
    return this.#detected((row) => this.#is(row, 'found') || this.#is(row, 'wrong'), number);
  }

  /** Detections, each with the box it is about. */
  #detected(takes: (row: number) => boolean, number?: number): Pair[] {
    const { classIndex } = this.#scene.input.dt;
    const rows = this.#ranked.filter(
      (row) => (number === undefined || classIndex[row] === number) && takes(row),
    );
    return rows.map((row) => this.#pair(row, this.#outcomes.object[row] ?? -1));
  }

  /** Boxes that have to be found, each with what found it. */
  #labelled(takes: (row: number) => boolean, number?: number, score = 0): Pair[] {
    const { input } = this.#scene;
    const rows = [...input.gt.classIndex.keys()].filter((row) => {
      const isOf = number === undefined || input.gt.classIndex[row] === number;
      return isOf && !isIgnored(input, row) && takes(row);
    });
    return rows.map((label) => this.#pair(this.#outcomes.foundBy[label] ?? -1, label, score));
  }

  #pair(detection: number, label: number, score = 0): Pair {
    const excused = detection >= 0 && this.#is(detection, 'excused');
    return { detection, label, outcome: this.#outcomeOf(detection, label, score), excused };
  }

  /** What the one is to the other; a detection below `score` does not count. */
  #outcomeOf(detection: number, label: number, score: number): ExampleOutcome {
    const { foundBy, object } = this.#outcomes;
    const { dt, gt } = this.#scene.input;
    if (detection < 0) return 'Miss';
    const kind: ErrorKind = errorKinds[this.#outcomes.kind[detection] ?? 0] ?? 'Bkg';
    if (label < 0) return kind === 'Bkg' || kind === 'Dup' ? kind : 'unmatched';
    if (foundBy[label] === detection) return (dt.scores[detection] ?? 0) < score ? 'below' : 'found';
    if (object[detection] === label) return kind;
    const isNear = this.iouOf({ detection, label }) >= this.#iou;
    if (dt.classIndex[detection] === gt.classIndex[label]) return isNear ? 'Dup' : 'Loc';
    return isNear ? 'Cls' : 'Both';
  }

  #isOfSize(row: number, size: BoxSize | undefined): boolean {
    if (size === undefined) return true;
    const [low, high] = areaRanges[{ small: 1, medium: 2, large: 3 }[size]] ?? areaRanges[0];
    const area = this.#scene.input.gt.area[row] ?? 0;
    return area >= low && area <= high;
  }

  /** Per detection: how many of its image and class come before it. */
  #ranks(): Int32Array {
    const { dt, numClasses } = this.#scene.input;
    const seen = new Map<number, number>();
    const ranks = new Int32Array(dt.scores.length);
    for (const row of byFallingScore(Int32Array.from(ranks.keys()), dt.scores)) {
      const key = (dt.imageIndex[row] ?? 0) * numClasses + (dt.classIndex[row] ?? 0);
      const rank = seen.get(key) ?? 0;
      ranks[row] = rank;
      seen.set(key, rank + 1);
    }
    return ranks;
  }

  #is(row: number, state: keyof typeof detectionState): boolean {
    return this.#outcomes.state[row] === detectionState[state];
  }

  #number(classId: number | undefined): number | undefined {
    return classId === undefined ? undefined : this.#scene.classIds.indexOf(classId);
  }
}
