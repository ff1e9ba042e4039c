// Suggestions of models: kept apart from labels, accepted or rejected as gestures.
import { z } from 'zod';
import { iou } from '../../shared/box.ts';
import type { BoxSource, ImageSuggestions } from '../../shared/contract/suggestions.ts';
import type { ImageState, Rect } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import { type ModelClass, SAME_OBJECT } from '../../shared/suggestion.ts';
import { readBox } from '../db/boxes.ts';
import type { WritableDb } from '../db/database.ts';
import { readImage } from '../db/images.ts';
import { lastImageId } from '../db/label-facts.ts';
import { runNumber } from '../db/runs.ts';
import * as rows from '../db/suggestions.ts';
import type { Annotations, GestureResult } from './annotations.ts';
import type { Change, Journal } from './journal.ts';
import { heirsOf } from './living-classes.ts';
import type { Queues } from './queues.ts';
import type { Sliced } from './slices.ts';
import { livingClasses, standingSuggestions } from './standing-suggestions.ts';

/** A model that suggests: how it is asked for, what it is called, what its classes mean here. */
export interface SuggestingModel {
  readonly key: string;
  readonly name: string;
  readonly runId: string | null;
  readonly classes: readonly ModelClass[];
}

/** A find as the model states it. */
export interface Find extends Rect {
  readonly classIndex: number;
  readonly score: number;
}

/** Images that are looked for without a break. */
const STRETCH = 500;

/** Among what a box has beside its place; it is written with the labels, as all of that is. */
const SUGGESTED_BY = 'suggestedBy';
const sourceSchema = z.object({
  name: z.string(),
  run: z.string().nullable(),
  checkpoint: z.number().nullable(),
});

const NOTHING: ImageSuggestions = { lookedAt: null, checkpointId: null, suggestions: [], unmapped: 0 };

export class Suggestions {
  readonly #db: WritableDb;
  readonly #journal: Journal;
  readonly #annotations: Annotations;
  readonly #queues: Queues;

  constructor(db: WritableDb, journal: Journal, annotations: Annotations, queues: Queues) {
    this.#db = db;
    this.#journal = journal;
    this.#annotations = annotations;
    this.#queues = queues;
  }

  /** Models that have looked at images of the project, newest first, their classes as they stand today. */
  models(): (rows.ModelRow & { readonly images: number })[] {
    const heirOf = heirsOf(this.#db);
    return rows
      .listModels(this.#db)
      .map((model) => ({ ...model, classes: livingClasses(model.classes, heirOf) }));
  }

  /** Keeps what a model found on an image, in place of what it found before; rejections stay. */
  keep(model: SuggestingModel, imageId: number, finds: readonly Find[], checkpointId: number | null): void {
    this.#db.transact(() => {
      const image = readImage(this.#db, imageId);
      if (!image) return;
      const known = this.#known(model);
      const { id } = known;
      rows.deleteOpen(this.#db, id, imageId);
      const rejected = rows.suggestionsOf(this.#db, id, imageId);
      for (const find of finds.filter((one) => !rejected.some((old) => isSame(old, one))))
        rows.insertSuggestion(this.#db, id, imageId, find);
      rows.putLooked(this.#db, id, imageId, { checkpointId, at: Date.now() });
      this.#queues.note(known, image);
    });
  }

  /** What a model suggests for an image. */
  ofImage(key: string, imageId: number): ImageSuggestions {
    return this.#db.consistently(() => {
      const model = rows.readModelByKey(this.#db, key);
      const looked = model && rows.readLooked(this.#db, model.id, imageId);
      if (!model || !looked) return NOTHING;
      const { suggestions, unmapped } = standingSuggestions(this.#db, model, imageId, heirsOf(this.#db));
      return { lookedAt: looked.at, checkpointId: looked.checkpointId, suggestions, unmapped };
    });
  }

  /** Makes labels of suggestions, as one gesture; they remember their score and where they come from. */
  accept(
    key: string,
    gesture: {
      readonly imageId: number;
      readonly revision: number;
      readonly ids: readonly number[];
      readonly session: string;
    },
  ): GestureResult {
    return this.#db.transact(() => {
      const { ids, ...rest } = gesture;
      const wanted = new Set(ids);
      const taken = this.ofImage(key, gesture.imageId).suggestions.filter(({ id }) => wanted.has(id));
      if (taken.length < wanted.size) throw gone();
      const extra = { [SUGGESTED_BY]: this.#source(key, gesture.imageId) };
      const put = taken.map(({ id: _, ...box }) => ({ ...box, origin: 'predicted' as const, extra }));
      return this.#annotations.apply({ ...rest, name: 'accept', put });
    });
  }

  /** Turns suggestions down for good, as one gesture that can be taken back. */
  reject(ids: readonly number[], session: string): Change {
    return this.#db.transact(() => {
      if (rows.imageIdsOfSuggestions(this.#db, ids).length === 0) throw gone();
      return this.#journal.record({
        gesture: 'reject',
        before: { suggestions: { ids, rejected: false } },
        after: { suggestions: { ids, rejected: true } },
        session,
      });
    });
  }

  /** Says which class of the project a class of the model stands for; null: its finds are not shown. */
  map(key: string, classIndex: number, classId: number | null): void {
    this.#db.transact(() => {
      const model = rows.readModelByKey(this.#db, key);
      if (!model?.classes[classIndex]) throw new Problem('This model has not looked at any image yet.');
      const classes = model.classes.map((one, i) => (i === classIndex ? { ...one, classId } : one));
      rows.setModelClasses(this.#db, model.id, classes);
    });
  }

  /** Ids of the images that a model has not looked at with these weights; may be set aside. */
  *unseen(key: string, checkpointId: number | null, state: ImageState | null): Sliced<number[]> {
    const model = rows.readModelByKey(this.#db, key)?.id ?? null;
    const last = lastImageId(this.#db);
    const ids: number[] = [];
    for (let after = 0; after < last; after += STRETCH) {
      const wish = { model, checkpointId, state, after, to: after + STRETCH };
      for (const id of rows.imagesToLookAt(this.#db, wish)) ids.push(id);
      yield;
    }
    return ids;
  }

  /** Where a box comes from; null where there is none. */
  originOf(boxId: number): BoxSource | null {
    const box = readBox(this.#db, boxId);
    if (!box) return null;
    const { origin, score, extra } = box;
    return { origin, score, model: sourceSchema.safeParse(extra?.[SUGGESTED_BY]).data ?? null };
  }

  /** What is noted with the boxes that a model's suggestions became. */
  #source(key: string, imageId: number): z.infer<typeof sourceSchema> {
    const model = rows.readModelByKey(this.#db, key);
    const looked = model && rows.readLooked(this.#db, model.id, imageId);
    const run = model?.run ?? null;
    return {
      name: model?.name ?? key,
      run: run === null ? null : `r${run}`,
      checkpoint: looked?.checkpointId ?? null,
    };
  }

  #known(model: SuggestingModel): rows.ModelRow {
    const known = rows.readModelByKey(this.#db, model.key);
    if (known && sameNames(known.classes, model.classes)) return known;
    // the same key with other classes is another model: nothing of the old one means anything now
    if (known) rows.deleteModel(this.#db, known.id);
    const { key, name, runId, classes } = model;
    const run = runId === null ? null : (runNumber(runId) ?? null);
    rows.insertModel(this.#db, { key, name, run, classes, createdAt: Date.now() });
    const added = rows.readModelByKey(this.#db, key);
    if (!added) throw new Error('Expected the model just written');
    return added;
  }
}

function isSame(a: Find, b: Find): boolean {
  return a.classIndex === b.classIndex && iou(a, b) > SAME_OBJECT;
}

function sameNames(a: readonly ModelClass[], b: readonly ModelClass[]): boolean {
  return a.length === b.length && a.every(({ name }, index) => name === b[index]?.name);
}

function gone(): Problem {
  return new Problem('A suggestion is gone: the model looked anew.', 'Look at the new ones and repeat it.');
}
