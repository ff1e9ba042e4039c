// Dealing images into splits as the user wishes: what it would give, the gesture that does it, and what stands on two sides.
import type { LeakPair, LeakReport, SplitPlan, SplitWish } from '../../shared/contract/splits.ts';
import type { ImageRecord, Split } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import { classesByImage } from '../db/boxes.ts';
import { listClasses } from '../db/classes.ts';
import type { WritableDb } from '../db/database.ts';
import { eachImage } from '../db/images.ts';
import { findLeaks } from '../db/leaks.ts';
import { putLikeness, readLikenesses } from '../db/picture-hashes.ts';
import type { Journal } from './journal.ts';
import { alikePairs, likenessOf } from './likeness.ts';
import { assignSplits, type Candidate, clustersOf, groupOf } from './split-assignment.ts';
import { checkRatios } from './splits.ts';

export interface Watched {
  readonly onProgress: (done: number, total: number, what: string) => void;
  readonly signal?: AbortSignal | undefined;
}

const SHOWN_PAIRS = 60;

export class SplitPlans {
  readonly #db: WritableDb;
  readonly #journal: Journal;
  readonly #fileOf: (image: ImageRecord) => string;

  /** `fileOf` gives the absolute path of an image. */
  constructor(db: WritableDb, journal: Journal, fileOf: (image: ImageRecord) => string) {
    this.#db = db;
    this.#journal = journal;
    this.#fileOf = fileOf;
  }

  /** What a deal would give; nothing is changed. */
  async plan(wish: SplitWish, watched: Watched): Promise<SplitPlan> {
    const alike = wish.groupBy === 'likeness' ? await this.#alike(watched) : [];
    return this.#dealt(wish, alike).plan;
  }

  /** Deals in one gesture that can be undone. */
  async deal(wish: SplitWish, watched: Watched, session: string): Promise<SplitPlan> {
    const alike = wish.groupBy === 'likeness' ? await this.#alike(watched) : [];
    return this.#db.transact(() => {
      const { plan, moved } = this.#dealt(wish, alike);
      if (moved.length === 0) return plan;
      const before = { splits: moved.map(({ id, was }) => [id, was] as const) };
      const after = { splits: moved.map(({ id, is }) => [id, is] as const) };
      this.#journal.record({ gesture: 'deal-splits', before, after, session });
      return plan;
    });
  }

  /** Images that should stand on one side and do not: same content, same group, and with `alike` the same look. */
  async leaks(alike: boolean, watched: Watched): Promise<LeakReport> {
    const pairs = alike ? await this.#alike(watched) : [];
    const images = new Map([...eachImage(this.#db)].map((image) => [image.id, image]));
    const known = findLeaks(this.#db).flatMap(({ reason, imageIds }) => {
      const first = images.get(imageIds[0] ?? 0);
      const other = imageIds.map((id) => images.get(id)).find((image) => image?.split !== first?.split);
      return leakOf(reason, first, other);
    });
    const seen = new Set(known.map(keyOf));
    const looks = pairs
      .flatMap(([a, b]) => leakOf('alike', images.get(a), images.get(b)))
      .filter((pair) => !seen.has(keyOf(pair)));
    const all = [...known, ...looks];
    return { count: all.length, pairs: all.slice(0, SHOWN_PAIRS) };
  }

  #dealt(wish: SplitWish, alike: readonly (readonly [number, number])[]) {
    checkRatios(wish.ratios);
    const rule = ruleOf(wish);
    const images = [...eachImage(this.#db)];
    const candidates: Candidate[] = images.map((image) => ({
      ...image,
      group: image.group ?? (rule === undefined ? null : groupOf(image.path, rule)),
      split: wish.anew ? null : image.split,
    }));
    const classes = classesByImage(this.#db);
    const traits = wish.stratify ? classes : undefined;
    const given = assignSplits(candidates, wish.ratios, wish.seed, { alike, ...(traits && { traits }) });
    const sideOf = (image: ImageRecord) => given.get(image.id) ?? image.split;
    const moved = images.flatMap((image) => {
      const is = sideOf(image);
      return is === image.split ? [] : [{ id: image.id, was: image.split, is }];
    });
    const groups = clustersOf(candidates, alike).filter((members) => members.length > 1).length;
    return { moved, plan: this.#planOf(images, sideOf, classes, moved.length, groups) };
  }

  #planOf(
    images: readonly ImageRecord[],
    sideOf: (image: ImageRecord) => Split | null,
    classesOf: ReadonlyMap<number, readonly number[]>,
    changed: number,
    groups: number,
  ): SplitPlan {
    const none = () => ({ train: 0, val: 0, test: 0, none: 0 });
    const total = none();
    const perClass = new Map(listClasses(this.#db).map(({ id, name }) => [id, { name, ...none() }]));
    for (const image of images) {
      const side = sideOf(image) ?? 'none';
      total[side] += 1;
      for (const id of classesOf.get(image.id) ?? []) {
        const row = perClass.get(id);
        if (row) row[side] += 1;
      }
    }
    return { images: total, classes: [...perClass.values()], changed, groups };
  }

  /** Pairs of images that look alike; pictures not seen before are looked at first. */
  async #alike({ onProgress, signal }: Watched): Promise<(readonly [number, number])[]> {
    const images = [...eachImage(this.#db)];
    const known = readLikenesses(this.#db);
    const found = new Map<string, string>();
    for (const [index, image] of images.entries()) {
      signal?.throwIfAborted();
      const content = image.contentHash ?? `path ${image.path}`;
      let likeness = known.get(content);
      if (likeness === undefined) {
        likeness = await likenessOf(this.#fileOf(image));
        known.set(content, likeness);
        putLikeness(this.#db, content, likeness);
        onProgress(index + 1, images.length, 'looking at pictures');
      }
      if (likeness !== null) found.set(String(image.id), likeness);
    }
    return alikePairs(found).map(([a, b]) => [Number(a), Number(b)]);
  }
}

function ruleOf({ groupBy, pattern }: SplitWish) {
  if (groupBy === 'folder') return 'folder';
  if (groupBy !== 'pattern') return 'auto';
  if (pattern === '') return undefined;
  try {
    new RegExp(pattern, 'u');
  } catch {
    throw new Problem(
      `"${pattern}" is not a regular expression.`,
      'For example ^(video\\d+)_ groups by the number.',
    );
  }
  return { pattern };
}

function leakOf(reason: LeakPair['reason'], a?: ImageRecord, b?: ImageRecord): LeakPair[] {
  if (!a?.split || !b?.split || a.split === b.split) return [];
  const shown = ({ id, path }: ImageRecord, split: Split) => ({ id, path, split });
  return [{ reason, images: [shown(a, a.split), shown(b, b.split)] }];
}

function keyOf({ images: [a, b] }: LeakPair): string {
  return a.id < b.id ? `${a.id} ${b.id}` : `${b.id} ${a.id}`;
}
