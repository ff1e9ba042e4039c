// Splits of a project: fixed across runs, grouped, checked for leaks, named by a hash.
import { createHash } from 'node:crypto';
import { type ImageRecord, type Split, splitNames } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import type { WritableDb } from '../db/database.ts';
import { countByStateAndSplit, eachImage, setImageSplit, setSplitOfImages } from '../db/images.ts';
import { atOnce, type Sliced, sorted } from './slices.ts';
import { assignSplits, type GroupRule, groupOf, type Ratios } from './split-assignment.ts';

export interface SplitOptions {
  readonly ratios: Ratios;
  readonly seed: number;
  /** For images whose import named no group. */
  readonly groupBy?: GroupRule;
  /** Deal everything anew instead of only what has no split: runs before and after are then not comparable. */
  readonly anew?: boolean;
}

export type SplitCounts = { readonly [split in Split | 'none']: number };

/** Throws a Problem for shares that are no shares. */
export function checkRatios(ratios: Ratios): void {
  const values = splitNames.map((split) => ratios[split]);
  if (values.every((value) => Number.isFinite(value) && value >= 0) && values.some((value) => value > 0))
    return;
  throw new Problem(
    'Split ratios must be numbers from 0 up, not all 0.',
    'For example train 0.8, val 0.1, test 0.1.',
  );
}

/** What an image adds to the hash of the splits; undefined for one in no split. */
export function splitLine({
  contentHash,
  path,
  split,
}: Pick<ImageRecord, 'contentHash' | 'path' | 'split'>): string | undefined {
  return split === null ? undefined : `${contentHash ?? path}\0${split}\n`;
}

/** sha256 over who is in which split; the same whatever order images were imported in. May be set aside. */
export function* splitHashOf(lines: readonly string[]): Sliced<string> {
  const hash = createHash('sha256');
  for (const line of yield* sorted(lines)) {
    hash.update(line);
    yield;
  }
  return hash.digest('hex');
}

export class Splits {
  readonly #db: WritableDb;

  constructor(db: WritableDb) {
    this.#db = db;
  }

  /** Gives a split to every image that has none (or to all, `anew`), by ratio, in whole groups. */
  assign(options: SplitOptions): SplitCounts {
    checkRatios(options.ratios);
    return this.#db.transact(() => {
      const rule = options.groupBy ?? 'auto';
      const candidates = [...eachImage(this.#db)].map((image) => ({
        ...image,
        group: image.group ?? groupOf(image.path, rule),
        split: options.anew ? null : image.split,
      }));
      for (const [id, split] of assignSplits(candidates, options.ratios, options.seed))
        setImageSplit(this.#db, id, split);
      return this.counts();
    });
  }

  /** Moves images to a split, or out of all. */
  set(imageIds: readonly number[], split: Split | null): void {
    setSplitOfImages(this.#db, imageIds, split);
  }

  counts(): SplitCounts {
    const counts = { train: 0, val: 0, test: 0, none: 0 };
    for (const { split, count } of countByStateAndSplit(this.#db)) counts[split ?? 'none'] += count;
    return counts;
  }

  hash(): string {
    const lines = [...eachImage(this.#db)].map(splitLine);
    return atOnce(splitHashOf(lines.filter((line) => line !== undefined)));
  }
}
