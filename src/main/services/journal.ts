// The journal: every change of labels is recorded with the facts before and after, can be taken back and repeated
// over the whole project, also after a restart, and each image knows its own history.

import type { HistoryEntry } from '../../shared/contract/history.ts';
import type { Ahead, NextStep } from '../../shared/contract.ts';
import type { GestureName } from '../../shared/gestures.ts';
import type { ImageState } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import type { ReadableDb, WritableDb } from '../db/database.ts';
import { bumpRevisions, imageIdsOfImport } from '../db/images.ts';
import { importOfSeq } from '../db/imports.ts';
import * as rows from '../db/journal.ts';
import { isClash } from '../db/sqlite-problem.ts';
import { type Facts, imagesOfClassChange, imagesTouched, putFacts } from './facts.ts';
import { type BoxFact, type LargeFacts, largeFacts } from './large-facts.ts';

export interface Entry {
  readonly gesture: GestureName;
  readonly before: Facts;
  readonly after: Facts;
  /** The window or command that did it. */
  readonly session: string;
}

/** What stood of an image: a state where it was another, and boxes by their ids, null for those that were not there. */
export interface LabelsBefore {
  readonly state: ImageState | null;
  readonly boxes: readonly BoxFact[];
}

/** Rows of a history that are told; one more than a window shows, which so knows that there are more. */
const MOST_ENTRIES = 201;

/** What changed, for windows that show it. */
export interface Change {
  readonly seq: number;
  readonly kind: 'gesture' | 'undo' | 'redo';
  readonly gesture: string;
  /** Images to read again. */
  readonly imageIds: readonly number[];
  readonly classesChanged: boolean;
  /** Images came or went. */
  readonly imagesChanged: boolean;
}

export class Journal {
  readonly #db: WritableDb;

  constructor(db: WritableDb) {
    this.#db = db;
  }

  /**
   * Makes a gesture true and records it, in one transaction. What was undone before can no longer be redone. Large facts are
   * true already: whoever wrote them apart has seen to that.
   */
  record(entry: Entry): Change {
    return this.#db.transact(() => {
      rows.overtakeUndone(this.#db);
      return this.#append('gesture', entry, null);
    });
  }

  /** Takes back the newest gesture in effect, which has to be the one that is meant; undefined where there is none. */
  undo(session: string, meant?: number): Change | undefined {
    const step = rows.nextToUndo(this.#db);
    if (!step) return undefined;
    return this.#orPassedOver(step, 'taken back', () => {
      const { before, after } = this.#facts(step, meant);
      const change = this.#append('undo', { ...step, session, before: after, after: before }, step.seq);
      rows.setUndoneBy(this.#db, step.seq, change.seq);
      return change;
    });
  }

  /** Repeats the oldest gesture taken back, which has to be the one that is meant; undefined where there is none. */
  redo(session: string, meant?: number): Change | undefined {
    const step = rows.nextToRedo(this.#db);
    if (!step) return undefined;
    return this.#orPassedOver(step, 'repeated', () => {
      const change = this.#append('redo', { ...step, session, ...this.#facts(step, meant) }, step.seq);
      rows.setUndoneBy(this.#db, step.seq, null);
      return change;
    });
  }

  /** What no longer goes with what is there now is left as it is, so that older gestures can be reached. */
  #orPassedOver({ seq }: rows.JournalStep, what: string, work: () => Change): Change {
    try {
      return this.#db.transact(work);
    } catch (error) {
      if (!isClash(error)) throw error;
      rows.passOver(this.#db, seq);
      throw new Problem(
        `One step cannot be ${what}: it does not go with what is in the project now.`,
        'It stays as it is; press again for the one before it.',
      );
    }
  }

  /** What `undo` and `redo` would do next; `isElsewhere` says of a session whether it is another one that goes on. */
  ahead(isElsewhere: (session: string) => boolean = () => false): Ahead {
    const told = (step: rows.JournalStep | undefined) =>
      step && {
        seq: step.seq,
        gesture: step.gesture,
        elsewhere: isElsewhere(step.doneBy),
        ...(step.gesture === 'import' && this.#imported(step)),
      };
    return { undo: told(rows.nextToUndo(this.#db)) ?? null, redo: told(rows.nextToRedo(this.#db)) ?? null };
  }

  #imported({ seq }: rows.JournalStep): Pick<NextStep, 'imported'> {
    const found = importOfSeq(this.#db, seq);
    return found ? { imported: { images: found.images, boxes: found.boxes, from: found.source } } : {};
  }

  /** What happened to an image lately, newest first. */
  history(imageId: number, most = MOST_ENTRIES): HistoryEntry[] {
    const entries = rows.journalOfImage(this.#db, imageId, most);
    return entries.map(({ boxesBefore, boxesAfter, ...entry }) => ({
      ...entry,
      ...boxesTold(imageId, boxesBefore, boxesAfter),
    }));
  }

  /** What stood of an image before each row after `seq`, newest first: the way back to what stood then. */
  *before(imageId: number, seq: number): Generator<LabelsBefore> {
    for (const later of rows.seqsOfImage(this.#db, imageId, seq)) {
      const { state = null, boxes = '[]', large = null } = rows.labelsBefore(this.#db, later, imageId) ?? {};
      const apart = large ? [...largeFacts(this.#db, JSON.parse(large) as LargeFacts, imageId)].flat() : [];
      const own = apart.filter(([, box]) => box === null || box.imageId === imageId);
      yield { state, boxes: [...ordered(JSON.parse(boxes) as BoxFact[]), ...own] };
    }
  }

  /** The facts of a step. Throws a Problem where another one was meant. */
  #facts({ seq }: rows.JournalStep, meant: number | undefined): Pick<Entry, 'before' | 'after'> {
    if (meant !== undefined && meant !== seq)
      throw new Problem('Something else was done meanwhile.', 'Look at it and repeat the step.', 'overtaken');
    const { before = '{}', after = '{}' } = rows.factsOf(this.#db, seq) ?? {};
    return { before: parse(before), after: parse(after) };
  }

  #append(
    kind: Change['kind'],
    entry: Omit<Entry, 'gesture'> & { readonly gesture: string },
    target: number | null,
  ): Change {
    const db = this.#db;
    const { gesture, before, after, session } = entry;
    const touched = imagesTouched(db, before, after);
    const shown = new Set([...touched, ...alsoShown(db, kind, entry)]);
    putFacts(db, kind === 'gesture' ? withoutLarge(after) : after);
    bumpRevisions(db, shown, after.imported?.importId);
    const json = { before: JSON.stringify(before), after: JSON.stringify(after) };
    const seq = rows.appendJournal(db, { kind, gesture, target, ...json, session, at: Date.now() }, touched);
    return {
      seq,
      kind,
      gesture,
      imageIds: [...shown],
      classesChanged: (after.classes ?? []).length > 0,
      imagesChanged: after.removed !== undefined || after.imported !== undefined,
    };
  }
}

/** Images that look different without being touched. */
function alsoShown(
  db: ReadableDb,
  kind: Change['kind'],
  { before, after }: Pick<Entry, 'before' | 'after'>,
): readonly number[] {
  const { imported } = after;
  // gestures are walked in order: when an import is, its classes are on no image but those it states or brings
  if (imported) return kind === 'gesture' ? [] : imageIdsOfImport(db, imported.importId);
  return [...imagesOfClassChange(db, before, after)];
}

/** The boxes of an image that a row is about, and their classes; those of a box that went as it was. */
function boxesTold(
  imageId: number,
  before: string | null,
  after: string | null,
): Pick<HistoryEntry, 'boxIds' | 'classIds'> {
  const was = new Map(JSON.parse(before ?? '[]') as BoxFact[]);
  const boxes = (JSON.parse(after ?? '[]') as BoxFact[])
    .map(([id, box]) => box ?? was.get(id))
    .filter((box) => box?.imageId === imageId)
    .filter((box) => box !== undefined && box !== null);
  return {
    boxIds: boxes.map(({ id }) => id),
    classIds: [...new Set(boxes.map(({ classId }) => classId))],
  };
}

function withoutLarge({ large: _, ...facts }: Facts): Facts {
  return facts;
}

function parse(text: string): Facts {
  const facts = JSON.parse(text) as Facts;
  return facts.boxes ? { ...facts, boxes: ordered(facts.boxes) } : facts;
}

/** Boxes with their order, which rows from before there was one lack. */
function ordered(boxes: readonly BoxFact[]): readonly BoxFact[] {
  return boxes.map(([id, box]) => [id, box && { ...box, z: box.z ?? 0 }]);
}
