// The deal of splits at the end of an import, in steps.
import type { Split } from '../../shared/model.ts';
import type { ReadableDb } from '../db/database.ts';
import { imagesToDeal } from '../db/imports.ts';
import { type Candidate, type GroupRule, groupOf, type Ratios, splitSteps } from './split-assignment.ts';

interface Deal {
  readonly importId: number;
  readonly ratios: Ratios;
  readonly seed: number;
  readonly groupBy: GroupRule;
  /** The split that the import is about to give an image. */
  readonly pending: (imageId: number) => Split | null;
}

const AT_ONCE = 500;

/** The splits of all images that have none, those of the import that goes on too. */
export function* dealing(
  db: ReadableDb,
  { importId, ratios, seed, groupBy, pending }: Deal,
): Generator<void, Map<number, Split>> {
  const candidates: Candidate[] = [];
  for (;;) {
    const some = imagesToDeal(db, importId, candidates.at(-1)?.id ?? 0, AT_ONCE);
    if (some.length === 0) break;
    for (const image of some) {
      const group = image.group ?? groupOf(image.path, groupBy);
      candidates.push({ ...image, group, split: image.split ?? pending(image.id) });
    }
    yield;
  }
  return yield* splitSteps(candidates, ratios, seed);
}
