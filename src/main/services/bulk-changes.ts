// One gesture over many images: their state, their split, or out of the project.
import type { BulkChange } from '../../shared/contract/images.ts';
import type { ImageRecord, ImageState } from '../../shared/model.ts';
import type { WritableDb } from '../db/database.ts';
import { imagesWithBoxCount } from '../db/images.ts';
import type { Facts } from './facts.ts';
import type { Change, Journal } from './journal.ts';

type Wish = Omit<BulkChange, 'ids'>;

export class BulkChanges {
  readonly #db: WritableDb;
  readonly #journal: Journal;

  constructor(db: WritableDb, journal: Journal) {
    this.#db = db;
    this.#journal = journal;
  }

  /** All of it or nothing, undone in one step; undefined where every image is as wished. Unknown images are passed over. */
  change(ids: readonly number[], wish: Wish, session: string): Change | undefined {
    return this.#db.transact(() => {
      const images = imagesWithBoxCount(this.#db, ids);
      const states = images.flatMap(({ image, boxes }) =>
        pair(image.id, image.state, stateOf(wish, image, boxes)),
      );
      const splits = images.flatMap(({ image }) => pair(image.id, image.split, splitOf(wish, image)));
      if (states.length === 0 && splits.length === 0) return undefined;
      const side = (at: 1 | 2): Facts => ({
        ...(states.length > 0 && { states: states.map((row) => [row[0], row[at]] as const) }),
        ...(splits.length > 0 && { splits: splits.map((row) => [row[0], row[at]] as const) }),
      });
      const gesture = states.length > 0 ? 'change-states' : 'change-splits';
      return this.#journal.record({ gesture, before: side(1), after: side(2), session });
    });
  }

  /** Takes images out; their files stay where they are. */
  remove(ids: readonly number[], session: string): Change {
    return this.#journal.record({
      gesture: 'remove-images',
      before: { removed: { imageIds: ids, removed: false } },
      after: { removed: { imageIds: ids, removed: true } },
      session,
    });
  }
}

/** The row of an image that changes. */
function pair<T>(id: number, was: T, is: T): (readonly [id: number, was: T, is: T])[] {
  return was === is ? [] : [[id, was, is]];
}

function stateOf({ state }: Wish, image: ImageRecord, boxes: number): ImageState {
  if (state === 'finished') return boxes > 0 ? 'done' : 'empty';
  return state ?? image.state;
}

function splitOf({ split }: Wish, image: ImageRecord): ImageRecord['split'] {
  if (split === undefined) return image.split;
  return split === 'none' ? null : split;
}
