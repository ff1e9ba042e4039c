// The journal: every change of labels is recorded with the facts before and after, can be taken back and repeated
// over the whole project, also after a restart, and each image knows its own history.

import type { HistoryEntry } from '../../shared/contract/history.ts';
import type { Ahead } from '../../shared/contract.ts';
import { Problem } from '../../shared/problem.ts';
import type { ReadableDb, WritableDb } from '../db/database.ts';
import { bumpRevisions, imageIdsOfImport } from '../db/images.ts';
import * as rows from '../db/journal.ts';
import { isClash } from '../db/sqlite-problem.ts';
import { type Facts, imagesOfClassChange, imagesTouched, putFacts } from './facts.ts';
import { largeFacts } from './large-facts.ts';

export interface Entry {
  /** What the user did: `draw`, `move`, `class-merge`. */
  readonly gesture: string;
  readonly before: Facts;
  readonly after: Facts;
  /** The window or command that did it. */
  readonly session: string;
}

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

  /** Takes back the newest gesture in effect; undefined where there is none. */
  undo(session: string): Change | undefined {
    const row = rows.nextToUndo(this.#db);
    if (!row) return undefined;
    const entry = { gesture: row.gesture, session, before: parse(row.after), after: parse(row.before) };
    return this.#orPassedOver(row, 'taken back', () => {
      const change = this.#append('undo', entry, row.seq);
      rows.setUndoneBy(this.#db, row.seq, change.seq);
      return change;
    });
  }

  /** Repeats the oldest gesture taken back; undefined where there is none. */
  redo(session: string): Change | undefined {
    const row = rows.nextToRedo(this.#db);
    if (!row) return undefined;
    const entry = { gesture: row.gesture, session, before: parse(row.before), after: parse(row.after) };
    return this.#orPassedOver(row, 'repeated', () => {
      const change = this.#append('redo', entry, row.seq);
      rows.setUndoneBy(this.#db, row.seq, null);
      return change;
    });
  }

  /** What no longer goes with what is there now is left as it is, so that older gestures can be reached. */
  #orPassedOver(row: rows.JournalRow, what: string, work: () => Change): Change {
    try {
      return this.#db.transact(work);
    } catch (error) {
      if (!isClash(error)) throw error;
      rows.passOver(this.#db, row.seq);
      throw new Problem(
        `"${row.gesture}" cannot be ${what}: it does not go with what is in the project now.`,
        'It stays as it is; press again for the one before it.',
      );
    }
  }

  /** What `undo` and `redo` would do next, by the gestures' names. */
  ahead(): Ahead {
    const [undo, redo] = [rows.nextToUndo(this.#db), rows.nextToRedo(this.#db)];
    return { undo: undo?.gesture ?? null, redo: redo?.gesture ?? null };
  }

  /** What happened to an image, newest first. */
  history(imageId: number): HistoryEntry[] {
    return rows
      .journalOfImage(this.#db, imageId)
      .map(({ seq, kind, gesture, at, session }) => ({ seq, kind, gesture, at, session }));
  }

  /** The facts of an image's later rows, newest first, to walk back to what stood after `seq`. */
  since(imageId: number, seq: number): { readonly before: Facts; readonly after: Facts }[] {
    return rows
      .journalOfImage(this.#db, imageId, seq)
      .map((row) => ({ before: this.#of(imageId, row.before), after: this.#of(imageId, row.after) }));
  }

  /** Facts with those that lie apart, as far as they are about an image. */
  #of(imageId: number, text: string): Facts {
    const facts = parse(text);
    if (!facts.large) return facts;
    const { large, boxes = [], ...rest } = facts;
    return { ...rest, boxes: [...boxes, ...[...largeFacts(this.#db, large, imageId)].flat()] };
  }

  #append(kind: Change['kind'], entry: Entry, target: number | null): Change {
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
function alsoShown(db: ReadableDb, kind: Change['kind'], { before, after }: Entry): readonly number[] {
  const { imported } = after;
  // gestures are walked in order: when an import is, its classes are on no image but those it states or brings
  if (imported) return kind === 'gesture' ? [] : imageIdsOfImport(db, imported.importId);
  return [...imagesOfClassChange(db, before, after)];
}

function withoutLarge({ large: _, ...facts }: Facts): Facts {
  return facts;
}

function parse(text: string): Facts {
  const facts = JSON.parse(text) as Facts;
  if (!facts.boxes) return facts;
  // rows from before boxes had an order
  return { ...facts, boxes: facts.boxes.map(([id, box]) => [id, box && { ...box, z: box.z ?? 0 }]) };
}
