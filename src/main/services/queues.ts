// The queues of work: images by how much a look at them is worth at a score, from facts that are noted once for all scores.
import { boxesOfImage } from '../db/boxes.ts';
import { listClasses } from '../db/classes.ts';
import type { WritableDb } from '../db/database.ts';
import * as rows from '../db/suggestions.ts';
import { type Heirs, heirsOf } from './living-classes.ts';
import { disagreementAt, disagreementOf, rankFacts, uncertaintyAt, uncertaintyOf } from './ranking.ts';
import { inSlices, type Sliced, sorted } from './slices.ts';
import { livingClasses, standingSuggestions } from './standing-suggestions.ts';

export type QueueKind = 'uncertain' | 'disagreement';

export interface QueueWish {
  /** The model's. */
  readonly key: string;
  readonly kind: QueueKind;
  readonly score: number;
}

interface Watched {
  readonly onProgress?: (done: number, of: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Images whose facts are looked at without a break. */
const STRETCH = 16;

const kinds = {
  uncertain: {
    takes: ({ state }: rows.LookedImage) => state === 'unlabelled' || state === 'in-progress',
    rankAt: uncertaintyAt,
    why: uncertaintyOf,
  },
  disagreement: {
    takes: ({ state }: rows.LookedImage) => state !== 'unlabelled',
    rankAt: disagreementAt,
    why: disagreementOf,
  },
} as const;

interface Ranked {
  readonly id: number;
  readonly rank: number;
}

export class Queues {
  readonly #db: WritableDb;

  constructor(db: WritableDb) {
    this.#db = db;
  }

  /** The images most worth a look, those first; none that is not worth one. */
  async ids(wish: QueueWish, { onProgress, signal }: Watched = {}): Promise<number[]> {
    const model = rows.readModelByKey(this.#db, wish.key);
    if (!model) return [];
    const of = rows.countLooked(this.#db, model.id);
    const watched = (done: number) => {
      signal?.throwIfAborted();
      onProgress?.(done, of);
    };
    const ranked = await inSlices(this.#ranked(model, wish, watched));
    return ranked.map(({ id }) => id);
  }

  /** Why an image stands in a queue, in words; empty where it stands in none. */
  reason({ key, kind, score }: QueueWish, imageId: number): string {
    const model = rows.readModelByKey(this.#db, key);
    const looked = model && rows.readLookedImage(this.#db, model.id, imageId);
    if (!looked || !kinds[kind].takes(looked)) return '';
    const names = new Map(listClasses(this.#db).map((label) => [label.id, label.name]));
    const { suggestions } = standingSuggestions(this.#db, model, imageId, heirsOf(this.#db));
    const nameOf = (classId: number) => names.get(classId) ?? 'deleted class';
    return kinds[kind].why(suggestions, boxesOfImage(this.#db, imageId), score, nameOf).reason;
  }

  /** Notes the facts of an image that a model has just looked at. */
  note(model: rows.ModelRow, image: { readonly id: number; readonly revision: number }): void {
    const heirOf = heirsOf(this.#db);
    this.#note(model, image, heirOf, this.#meaning(model, heirOf));
  }

  *#ranked(
    model: rows.ModelRow,
    { kind, score }: QueueWish,
    watched: (done: number) => void,
  ): Sliced<readonly Ranked[]> {
    const { takes, rankAt } = kinds[kind];
    const ranked: Ranked[] = [];
    let done = 0;
    for (const stretch of this.#stretches(model)) {
      for (const looked of stretch) {
        const rank = takes(looked) ? rankAt(floats(looked.facts), score) : 0;
        if (rank > 0) ranked.push({ id: looked.id, rank });
      }
      done += stretch.length;
      watched(done);
      yield;
    }
    return yield* sorted(ranked, (a, b) => b.rank - a.rank || a.id - b.id);
  }

  /** The images that the model has looked at, their facts up to date, a few at a time. */
  *#stretches(model: rows.ModelRow): Generator<readonly rows.LookedImage[]> {
    const heirOf = heirsOf(this.#db);
    const meaning = this.#meaning(model, heirOf);
    for (let after = 0; ; ) {
      const stretch = rows.lookedImages(this.#db, model.id, after, STRETCH);
      const last = stretch.at(-1);
      if (!last) return;
      after = last.id;
      yield this.#upToDate(model, stretch, heirOf, meaning);
    }
  }

  #upToDate(
    model: rows.ModelRow,
    stretch: readonly rows.LookedImage[],
    heirOf: Heirs,
    meaning: number,
  ): readonly rows.LookedImage[] {
    const isKnown = ({ factsRevision, factsMeaning, revision }: rows.LookedImage) =>
      factsRevision === revision && factsMeaning === meaning;
    if (stretch.every(isKnown)) return stretch;
    return this.#db.transact(() =>
      stretch.map((looked) => {
        if (isKnown(looked)) return looked;
        return { ...looked, facts: this.#note(model, looked, heirOf, meaning) };
      }),
    );
  }

  #note(
    model: rows.ModelRow,
    image: { readonly id: number; readonly revision: number },
    heirOf: Heirs,
    meaning: number,
  ): Uint8Array {
    const { suggestions } = standingSuggestions(this.#db, model, image.id, heirOf);
    const facts = new Uint8Array(rankFacts(suggestions, boxesOfImage(this.#db, image.id)).buffer);
    rows.putFacts(this.#db, model.id, image, { facts, meaning });
    return facts;
  }

  #meaning({ id, classes }: rows.ModelRow, heirOf: Heirs): number {
    const meaning = JSON.stringify(livingClasses(classes, heirOf).map(({ classId }) => classId));
    return rows.noteMeaning(this.#db, id, meaning);
  }
}

function floats(bytes: Uint8Array | null): Float64Array {
  // what SQLite gives may begin anywhere in its memory
  return new Float64Array(Uint8Array.from(bytes ?? []).buffer);
}
