// Dealing images into splits as the user wishes: what it would give, the gesture that does it, and what stands on two sides.
import type { LeakReport, SplitPlan, SplitWish } from '../../shared/contract/splits.ts';
import type { ImageRecord, Split } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import { classesOnImages } from '../db/boxes.ts';
import { listClasses } from '../db/classes.ts';
import type { WritableDb } from '../db/database.ts';
import { imagesToDeal, NO_IMPORT } from '../db/imports.ts';
import { lastSeq } from '../db/journal.ts';
import { putLikeness, readLikenesses } from '../db/picture-hashes.ts';
import { Clusters } from './clusters.ts';
import type { Journal } from './journal.ts';
import { alikePairs, likenessOf } from './likeness.ts';
import { atOnce, inSlices, type Sliced } from './slices.ts';
import { type Alike, type Candidate, clustersOf, groupOf, splitSteps } from './split-assignment.ts';
import { SplitLeaks } from './split-leaks.ts';
import { checkRatios } from './splits.ts';

export interface Watched {
  readonly onProgress: (done: number, total: number, what: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Images that are read at once. */
const PAGE = 500;
/** How often a deal is worked out anew because others labelled meanwhile, before they have to wait for it. */
const TRIES = 3;

interface Dealt {
  readonly plan: SplitPlan;
  readonly moved: readonly { readonly id: number; readonly was: Split | null; readonly is: Split | null }[];
}

export class SplitPlans {
  readonly #db: WritableDb;
  readonly #journal: Journal;
  readonly #fileOf: (image: Pick<ImageRecord, 'path'>) => string;

  /** `fileOf` gives the absolute path of an image. */
  constructor(db: WritableDb, journal: Journal, fileOf: (image: Pick<ImageRecord, 'path'>) => string) {
    this.#db = db;
    this.#journal = journal;
    this.#fileOf = fileOf;
  }

  /** What a deal would give; nothing is changed. */
  async plan(wish: SplitWish, watched: Watched): Promise<SplitPlan> {
    return await this.#whole(wish, watched, ({ plan }) => plan);
  }

  /** Deals in one gesture that can be undone. */
  async deal(wish: SplitWish, watched: Watched, session: string): Promise<SplitPlan> {
    return await this.#whole(wish, watched, ({ plan, moved }) => {
      if (moved.length === 0) return plan;
      const before = { splits: moved.map(({ id, was }) => [id, was] as const) };
      const after = { splits: moved.map(({ id, is }) => [id, is] as const) };
      this.#journal.record({ gesture: 'deal-splits', before, after, session });
      return plan;
    });
  }

  /**
   * Images that should stand on one side and do not: same content, same group, same look; those among `ids` where given. With
   * `alike` pictures not seen before are looked at too.
   */
  async leaks(alike: boolean, watched: Watched, ids?: ReadonlySet<number>): Promise<LeakReport> {
    const looks = await this.#likenesses(watched, alike);
    const { signal } = watched;
    const leaks = new SplitLeaks(ids);
    const images = await inSlices(this.#images(), signal);
    await inSlices(leaks.addKnown(images), signal);
    const byId = new Map(images.map((image) => [image.id, image]));
    const compared = alikePairs(looks, (a, b) => leaks.addAlike(byId.get(a), byId.get(b)));
    await inSlices(compared, signal);
    return leaks.report;
  }

  /** Works a deal out in slices and hands it over, together with what it was worked out from: nothing changed meanwhile. */
  async #whole<T>(wish: SplitWish, watched: Watched, use: (dealt: Dealt) => T): Promise<T> {
    checkRatios(wish.ratios);
    const alike = wish.groupBy === 'likeness' ? await this.#alike(watched) : new Map<number, number>();
    for (let tries = 0; tries < TRIES; tries++) {
      const seq = lastSeq(this.#db);
      const dealt = await inSlices(this.#dealing(wish, alike), watched.signal);
      if (lastSeq(this.#db) === seq) return use(dealt);
    }
    return this.#db.transact(() => use(atOnce(this.#dealing(wish, alike))));
  }

  *#dealing(wish: SplitWish, alike: Alike): Sliced<Dealt> {
    const rule = ruleOf(wish);
    const images = yield* this.#images();
    const classes = yield* this.#classesOf(images);
    const candidates = images.map((image) => ({
      ...image,
      group: image.group ?? (rule === undefined ? null : groupOf(image.path, rule)),
      split: wish.anew ? null : image.split,
    }));
    const balance = { alike, ...(wish.stratify && { traits: classes }) };
    const given = yield* splitSteps(candidates, wish.ratios, wish.seed, balance);
    const moved = images.flatMap(({ id, split }) => {
      const is = given.get(id) ?? split;
      return is === split ? [] : [{ id, was: split, is }];
    });
    const clusters = yield* clustersOf(candidates, alike);
    const counts = yield* this.#countsOf(images, given, classes);
    const groups = clusters.filter((members) => members.length > 1).length;
    return { moved, plan: { ...counts, changed: moved.length, groups } };
  }

  /** What a deal needs to know of every image. */
  *#images(): Sliced<readonly Candidate[]> {
    const images: Candidate[] = [];
    for (;;) {
      const some = imagesToDeal(this.#db, NO_IMPORT, images.at(-1)?.id ?? 0, PAGE);
      if (some.length === 0) return images;
      for (const image of some) images.push(image);
      yield;
    }
  }

  *#classesOf(images: readonly Candidate[]): Sliced<ReadonlyMap<number, readonly number[]>> {
    const classes = new Map<number, number[]>();
    for (let start = 0; start < images.length; start += PAGE) {
      const [after, to] = [images[start - 1]?.id ?? 0, images.slice(start, start + PAGE).at(-1)?.id ?? 0];
      for (const { image, label } of classesOnImages(this.#db, after, to))
        classes.set(image, [...(classes.get(image) ?? []), label]);
      yield;
    }
    return classes;
  }

  *#countsOf(
    images: readonly Candidate[],
    given: ReadonlyMap<number, Split>,
    classesOf: ReadonlyMap<number, readonly number[]>,
  ): Sliced<Pick<SplitPlan, 'images' | 'classes'>> {
    const none = () => ({ train: 0, val: 0, test: 0, none: 0 });
    const total = none();
    const perClass = new Map(listClasses(this.#db).map(({ id, name }) => [id, { name, ...none() }]));
    for (const { id, split } of images) {
      const side = given.get(id) ?? split ?? 'none';
      total[side] += 1;
      for (const label of classesOf.get(id) ?? []) {
        const row = perClass.get(label);
        if (row) row[side] += 1;
      }
      yield;
    }
    return { images: total, classes: [...perClass.values()] };
  }

  /** Images that look like others, by the first of these. */
  async #alike(watched: Watched): Promise<Alike> {
    const likenesses = await this.#likenesses(watched, true);
    const ids = [...likenesses.keys()];
    const places = new Map(ids.map((id, place) => [id, place]));
    const joined = new Clusters(ids.length);
    const join = (a: number, b: number) => joined.join(places.get(a) ?? 0, places.get(b) ?? 0);
    await inSlices(alikePairs(likenesses, join), watched.signal);
    return new Map(ids.map((id, place) => [id, joined.rootOf(place)]));
  }

  /** What images look like; with `looks` pictures not seen before are looked at first. */
  async #likenesses({ onProgress, signal }: Watched, looks: boolean): Promise<ReadonlyMap<number, string>> {
    const images = await inSlices(this.#images(), signal);
    const known = readLikenesses(this.#db);
    const found = new Map<number, string>();
    for (const [index, image] of images.entries()) {
      signal?.throwIfAborted();
      const content = image.contentHash ?? `path ${image.path}`;
      let likeness = known.get(content);
      if (likeness === undefined && looks) {
        likeness = await likenessOf(this.#fileOf(image));
        known.set(content, likeness);
        putLikeness(this.#db, content, likeness);
        onProgress(index + 1, images.length, 'looking at pictures');
      }
      if (typeof likeness === 'string') found.set(image.id, likeness);
    }
    return found;
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
