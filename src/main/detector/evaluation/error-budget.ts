// TIDE's error budget: how much AP at one IoU each kind of error costs, found by mending that kind alone.
import { type ErrorCosts, type ErrorKind, errorKinds } from '../../../shared/evaluation.ts';
import { detectionState, isIgnored, type Outcomes } from './outcomes.ts';
import type { EvaluationInput } from './rows.ts';

export type ErrorBudget = Omit<ErrorCosts, 'counts'>;

/** A detection as AP counts it. */
interface Point {
  readonly label: number;
  readonly score: number;
  readonly correct: boolean;
}

/** What each kind of error costs. */
export function errorBudget(input: EvaluationInput, outcomes: Outcomes): ErrorBudget {
  const wanted = new Int32Array(input.numClasses);
  const unfound = new Int32Array(input.numClasses);
  const missed = new Int32Array(input.numClasses);
  input.gt.classIndex.forEach((label, row) => {
    if (isIgnored(input, row)) return;
    count(wanted, label);
    if (outcomes.foundBy[row] === -1) count(unfound, label);
    if (outcomes.missed[row] === 1) count(missed, label);
  });
  const points = new Points(input, outcomes);
  const AP = meanAp(points.asTheyAre(), wanted);
  const gain = (mended: Point[], found: Int32Array) => meanAp(mended, found) - AP;
  const without = (gone: Int32Array) => wanted.map((total, label) => total - (gone[label] ?? 0));
  const dAP = Object.fromEntries(
    errorKinds.map((kind, index) => {
      const left = kind === 'Miss' ? without(missed) : wanted;
      return [kind, Math.max(0, gain(points.mended(index), left))];
    }),
  ) as Record<ErrorKind, number>;
  return {
    AP,
    dAP,
    falsePositives: gain(points.perfectlyScored(), wanted),
    falseNegatives: gain(points.mended(-1), without(unfound)),
  };
}

function count(counts: Int32Array, label: number): void {
  counts[label] = (counts[label] ?? 0) + 1;
}

class Points {
  readonly #input: EvaluationInput;
  readonly #outcomes: Outcomes;

  constructor(input: EvaluationInput, outcomes: Outcomes) {
    this.#input = input;
    this.#outcomes = outcomes;
  }

  asTheyAre(): Point[] {
    return this.#rows(detectionState.wrong, detectionState.found).map((row) => this.#point(row));
  }

  /** Errors of one kind turned into finds, or taken away where that cannot be; right ones after wrong ones, as in TIDE. */
  mended(kind: number): Point[] {
    const errors = this.#rows(detectionState.wrong, detectionState.excused).flatMap((row) => {
      if (this.#outcomes.kind[row] === kind) return this.#mend(row);
      return this.#outcomes.state[row] === detectionState.excused ? [] : [this.#point(row)];
    });
    return [
      ...errors,
      ...this.#rows(detectionState.found, detectionState.found).map((row) => this.#point(row)),
    ];
  }

  perfectlyScored(): Point[] {
    return this.asTheyAre().map((point) => ({ ...point, score: point.correct ? 1 : 0 }));
  }

  #mend(row: number): Point[] {
    const object = this.#outcomes.object[row] ?? -1;
    if (object < 0 || this.#outcomes.nearlyFoundBy[object] !== row) return [];
    const label = this.#input.gt.classIndex[object] ?? 0;
    return [{ ...this.#point(row), label, correct: true }];
  }

  #point(row: number): Point {
    const { classIndex, scores } = this.#input.dt;
    const correct = this.#outcomes.state[row] === detectionState.found;
    return { label: classIndex[row] ?? 0, score: scores[row] ?? 0, correct };
  }

  #rows(...states: readonly number[]): number[] {
    return [...this.#outcomes.order].filter((row) => states.includes(this.#outcomes.state[row] ?? -1));
  }
}

/** The mean over the classes that are labelled or detected. */
function meanAp(points: readonly Point[], wanted: Int32Array): number {
  const byClass: Point[][] = Array.from(wanted, () => []);
  for (const point of points) byClass[point.label]?.push(point);
  const values: number[] = [];
  byClass.forEach((own, label) => {
    const total = wanted[label] ?? 0;
    if (own.length > 0 || total > 0) values.push(total === 0 ? 0 : classAp(own, total));
  });
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The mean of the best precision from each of 101 recalls on. Sorts in place. */
function classAp(points: Point[], wanted: number): number {
  points.sort((a, b) => b.score - a.score);
  const precision: number[] = [];
  points.forEach(({ correct }, at) => {
    if (correct) precision.push((precision.length + 1) / (at + 1));
  });
  for (let i = precision.length - 1; i > 0; i--) {
    precision[i - 1] = Math.max(precision[i - 1] as number, precision[i] as number);
  }
  let sum = 0;
  let hits = 1;
  for (let r = 0; r <= 100; r++) {
    while (hits <= precision.length && hits / wanted < r / 100) hits++;
    sum += precision[hits - 1] ?? 0;
  }
  return sum / 101;
}

/** How many errors of each kind there are, counted as TIDE does: detections in ignored regions too. */
export function countErrors({ kind, missed }: Outcomes): Record<ErrorKind, number> {
  const counts = Object.fromEntries(
    errorKinds.map((name, index) => [name, kind.filter((own) => own === index).length]),
  ) as Record<ErrorKind, number>;
  return { ...counts, Miss: missed.filter((flag) => flag === 1).length };
}
