// What classes stand for today: a merged one for its heir, a deleted one for nothing.
import { listClasses } from '../db/classes.ts';
import type { ReadableDb } from '../db/database.ts';

/** The class that an id stands for today; null for none. */
export type Heirs = (id: number | null) => number | null;

/** As the classes are now; to be asked for many. */
export function heirsOf(db: ReadableDb): Heirs {
  const all = new Map(listClasses(db, { deleted: true }).map((label) => [label.id, label]));
  const heir: Heirs = (id) => {
    const label = id === null ? undefined : all.get(id);
    if (!label) return null;
    return label.deleted ? heir(label.mergedInto) : label.id;
  };
  return heir;
}
