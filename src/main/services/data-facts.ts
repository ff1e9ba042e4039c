// What the labels are like, as far as the choice of a recipe depends on it.
import type { LabelClass } from '../../shared/model.ts';
import { listClasses } from '../db/classes.ts';
import type { ReadableDb } from '../db/database.ts';
import { lastSeq } from '../db/journal.ts';
import {
  boxedImageIds,
  countInProgress,
  labelledImages,
  lastImageId,
  trainingBoxes,
} from '../db/label-facts.ts';
import type { Sliced } from './slices.ts';

export interface DataFacts {
  /** Finished images of the training split. */
  readonly train: number;
  /** Images of that split that are not finished, and so left out. */
  readonly inProgress: number;
  readonly val: number;
  /** On the training images, without ignored ones. */
  readonly boxes: number;
  readonly classes: readonly { readonly name: string; readonly boxes: number }[];
  /** Median of the longer sides of the training images; 0 without any. */
  readonly longSide: number;
  /** Nine of ten boxes have a root of their area of at least this, in pixels; 0 without any. */
  readonly smallSide: number;
}

/** Images that are read without a break. */
const STRETCH = 200;

export class LabelFacts {
  readonly #db: ReadableDb;
  /** As they were after this row of the journal. */
  #known: { readonly seq: number; readonly facts: DataFacts } | undefined;

  constructor(db: ReadableDb) {
    this.#db = db;
  }

  /** The facts as the labels are now; those read before where nothing was changed since. May be set aside. */
  *read(): Sliced<DataFacts> {
    const seq = lastSeq(this.#db);
    if (this.#known?.seq !== seq) this.#known = { seq, facts: yield* this.#gather() };
    return this.#known.facts;
  }

  /** Ids of the labelled training images. May be set aside. */
  *trainingIds(): Sliced<number[]> {
    const ids: number[] = [];
    for (const stretch of this.#stretches()) {
      for (const { id, split } of labelledImages(this.#db, stretch)) if (split === 'train') ids.push(id);
      yield;
    }
    return ids;
  }

  /** Ids of the images that somebody has looked at and that have a box. May be set aside. */
  *boxedIds(): Sliced<number[]> {
    const ids: number[] = [];
    for (const stretch of this.#stretches()) {
      for (const id of boxedImageIds(this.#db, stretch)) ids.push(id);
      yield;
    }
    return ids;
  }

  *#gather(): Sliced<DataFacts> {
    const counts = new Map<number, number>();
    const [longSides, boxSides]: [number[], number[]] = [[], []];
    let val = 0;
    for (const stretch of this.#stretches()) {
      for (const { split, longSide } of labelledImages(this.#db, stretch)) {
        if (split === 'train') longSides.push(longSide);
        else val += 1;
      }
      for (const { classId, width, height } of trainingBoxes(this.#db, stretch)) {
        counts.set(classId, (counts.get(classId) ?? 0) + 1);
        boxSides.push(Math.sqrt(width * height));
      }
      yield;
    }
    return {
      train: longSides.length,
      inProgress: countInProgress(this.#db),
      val,
      boxes: boxSides.length,
      classes: listClasses(this.#db).map(({ id, name }: LabelClass) => ({
        name,
        boxes: counts.get(id) ?? 0,
      })),
      longSide: quantile(longSides, 0.5),
      smallSide: quantile(boxSides, 0.1),
    };
  }

  *#stretches() {
    const last = lastImageId(this.#db);
    for (let after = 0; after < last; after += STRETCH) yield { after, to: after + STRETCH };
  }
}

function quantile(values: readonly number[], part: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}
