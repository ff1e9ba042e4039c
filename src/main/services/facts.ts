// What a gesture changes, as plain facts: the journal keeps them before and after, undo and redo just state them again.
import type { ImageState, LabelClass, Split } from '../../shared/model.ts';
import * as boxes from '../db/boxes.ts';
import { putClass } from '../db/classes.ts';
import type { ReadableDb, WritableDb } from '../db/database.ts';
import * as images from '../db/images.ts';
import { setImportUndone } from '../db/imports.ts';
import { imageIdsOfParts } from '../db/journal-parts.ts';
import { imageIdsOfSuggestions, setRejected } from '../db/suggestions.ts';
import { type BoxFact, type LargeFacts, largeFacts } from './large-facts.ts';

export interface Facts {
  readonly classes?: readonly LabelClass[];
  readonly boxes?: readonly BoxFact[];
  /** More boxes, which lie apart. */
  readonly large?: LargeFacts;
  readonly states?: readonly (readonly [imageId: number, state: ImageState])[];
  readonly splits?: readonly (readonly [imageId: number, split: Split | null])[];
  /** Boxes that share a class, for a merge of thousands. */
  readonly reclass?: { readonly boxIds: readonly number[]; readonly classId: number };
  readonly suggestions?: { readonly ids: readonly number[]; readonly rejected: boolean };
  readonly removed?: { readonly imageIds: readonly number[]; readonly removed: boolean };
  readonly imported?: { readonly importId: number; readonly removed: boolean };
}

function putClasses(db: WritableDb, classes: readonly LabelClass[]): void {
  // deleted ones first: they free the names that live ones may take
  const ordered = [...classes].sort((a, b) => Number(b.deleted) - Number(a.deleted));
  for (const label of ordered) putClass(db, label);
}

function putBoxes(db: WritableDb, facts: readonly BoxFact[]): void {
  boxes.deleteBoxes(
    db,
    facts.flatMap(([id, box]) => (box ? [] : [id])),
  );
  for (const [, box] of facts) if (box) boxes.putBox(db, box);
}

/** Makes the facts true. */
export function putFacts(db: WritableDb, facts: Facts): void {
  putClasses(db, facts.classes ?? []);
  putBoxes(db, facts.boxes ?? []);
  if (facts.large) for (const part of largeFacts(db, facts.large)) putBoxes(db, part);
  for (const [state, ids] of byValue(facts.states ?? [])) images.setStateOfImages(db, ids, state);
  for (const [split, ids] of byValue(facts.splits ?? [])) images.setSplitOfImages(db, ids, split);
  if (facts.reclass) boxes.setClassOfBoxes(db, facts.reclass.boxIds, facts.reclass.classId);
  if (facts.suggestions) setRejected(db, facts.suggestions.ids, facts.suggestions.rejected);
  if (facts.removed) images.setRemoved(db, facts.removed.imageIds, facts.removed.removed);
  if (facts.imported) {
    const { importId, removed } = facts.imported;
    images.setImportRemoved(db, importId, removed);
    setImportUndone(db, importId, removed);
  }
}

/** Ids by what they are given: many images share a state, and are given it at once. */
function byValue<T>(pairs: readonly (readonly [id: number, value: T])[]): ReadonlyMap<T, readonly number[]> {
  const groups = new Map<T, number[]>();
  for (const [id, value] of pairs) {
    const ids = groups.get(value);
    if (ids) ids.push(id);
    else groups.set(value, [id]);
  }
  return groups;
}

/** Images whose boxes or state a change touches directly: it belongs to their history. */
export function imagesTouched(db: ReadableDb, before: Facts, after: Facts): Set<number> {
  const ids = new Set<number>();
  for (const side of [before, after]) {
    for (const [, box] of side.boxes ?? []) if (box) ids.add(box.imageId);
    for (const [imageId] of [...(side.states ?? []), ...(side.splits ?? [])]) ids.add(imageId);
    for (const imageId of side.removed?.imageIds ?? []) ids.add(imageId);
  }
  for (const id of after.large ? imageIdsOfParts(db, after.large.importId) : []) ids.add(id);
  for (const id of boxes.imageIdsOfBoxes(db, after.reclass?.boxIds ?? [])) ids.add(id);
  for (const id of imageIdsOfSuggestions(db, after.suggestions?.ids ?? [])) ids.add(id);
  return ids;
}

/** Images that look different because a class came or went, on top of those touched directly. */
export function imagesOfClassChange(db: ReadableDb, before: Facts, after: Facts): Set<number> {
  const ids = new Set<number>();
  const was = new Map((before.classes ?? []).map((label) => [label.id, label.deleted]));
  for (const label of after.classes ?? []) {
    if (was.get(label.id) === label.deleted) continue;
    for (const id of boxes.imageIdsOfClass(db, label.id)) ids.add(id);
  }
  return ids;
}
