// How many images and boxes an export of labels would hold, counted once for as long as nothing changes.
import type { ReadableDb } from '../db/database.ts';
import { countByStateAndSplit, type ImageCount } from '../db/images.ts';
import { lastSeq } from '../db/journal.ts';
import { type CountedBoxes, countBoxes } from '../db/label-counts.ts';
import { lastImageId } from '../db/label-facts.ts';
import type { Sliced } from './slices.ts';

export interface Counted {
  readonly images: readonly ImageCount[];
  /** One row for each split, state and class. */
  readonly boxes: readonly CountedBoxes[];
}

/** Images that are read without a break. */
const STRETCH = 200;

export class LabelCounts {
  readonly #db: ReadableDb;
  /** As they were after this row of the journal. */
  #known: { readonly seq: number; readonly counted: Counted } | undefined;

  constructor(db: ReadableDb) {
    this.#db = db;
  }

  /** The counts as the labels are now. May be set aside. */
  *read(): Sliced<Counted> {
    const seq = lastSeq(this.#db);
    if (this.#known?.seq !== seq) this.#known = { seq, counted: yield* this.#count() };
    return this.#known.counted;
  }

  *#count(): Sliced<Counted> {
    const boxes = new Map<string, CountedBoxes>();
    const last = lastImageId(this.#db);
    for (let after = 0; after < last; after += STRETCH) {
      for (const row of countBoxes(this.#db, { after, to: after + STRETCH })) {
        const key = `${row.split} ${row.state} ${row.classId}`;
        boxes.set(key, sum(boxes.get(key), row));
      }
      yield;
    }
    return { images: countByStateAndSplit(this.#db), boxes: [...boxes.values()] };
  }
}

function sum(known: CountedBoxes | undefined, more: CountedBoxes): CountedBoxes {
  if (!known) return more;
  const { split, state, classId, ...counts } = more;
  const keys = Object.keys(counts) as (keyof typeof counts)[];
  const sums = Object.fromEntries(keys.map((key) => [key, known[key] + counts[key]])) as typeof counts;
  return { split, state, classId, ...sums };
}
