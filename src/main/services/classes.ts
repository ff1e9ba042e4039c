// Classes of a project: stable ids, soft deletion, every change undoable.
import type { GestureName } from '../../shared/gestures.ts';
import type { ImageState, LabelClass } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import { boxIdsOfClass, imagesDoneByClassAlone } from '../db/boxes.ts';
import { type ClassCount, countByClass, listClasses, nextClassId, readClass } from '../db/classes.ts';
import type { WritableDb } from '../db/database.ts';
import { colourFor } from './class-colours.ts';
import type { Change, Journal } from './journal.ts';
import { heirsOf } from './living-classes.ts';

export interface NewClass {
  readonly name: string;
  readonly colour?: string;
  readonly hotkey?: string;
  readonly sourceId?: string;
}

export type ClassEdit = Partial<Pick<LabelClass, 'name' | 'colour' | 'hotkey'>>;

/** The name as stored and compared: NFC, no blanks around it. */
export function className(name: string): string {
  return name.normalize('NFC').trim();
}

/** A class as it would be stored, not yet written. */
export function draftClass(input: NewClass, id: number, position: number): LabelClass {
  return {
    id,
    name: className(input.name),
    colour: input.colour ?? colourFor(id - 1),
    position,
    hotkey: input.hotkey ?? null,
    deleted: false,
    mergedInto: null,
    sourceId: input.sourceId ?? null,
  };
}

export class Classes {
  readonly #db: WritableDb;
  readonly #journal: Journal;

  constructor(db: WritableDb, journal: Journal) {
    this.#db = db;
    this.#journal = journal;
  }

  /** Live classes by position. */
  list(): LabelClass[] {
    return listClasses(this.#db);
  }

  /** Every class that ever was with the one it stands for today; null where it stands for none. */
  heirs(): [id: number, heir: number | null][] {
    const heirOf = heirsOf(this.#db);
    return listClasses(this.#db, { deleted: true }).map(({ id }) => [id, heirOf(id)]);
  }

  /** Boxes and images of each live class: shown before a deletion. */
  counts(): ClassCount[] {
    return countByClass(this.#db);
  }

  add(input: NewClass, session: string): LabelClass {
    return this.#db.transact(() => {
      const label = draftClass(input, nextClassId(this.#db), this.#nextPosition());
      this.#checkName(label);
      this.#record('class-add', [{ ...label, deleted: true }], [label], session);
      return label;
    });
  }

  /** Renames, recolours or gives another hotkey. */
  change(id: number, edit: ClassEdit, session: string): Change {
    return this.#db.transact(() => {
      const was = this.#live(id);
      const is = { ...was, ...edit, name: className(edit.name ?? was.name) };
      this.#checkName(is);
      return this.#record('class-change', [was], [is], session);
    });
  }

  /** Gives a class a key of its own, or none; another that has it goes without. */
  setKey(id: number, hotkey: string | null, session: string): Change {
    return this.#db.transact(() => {
      const holders = this.list().filter((label) => hotkey !== null && label.hotkey === hotkey);
      const was = [this.#live(id), ...holders.filter((label) => label.id !== id)];
      const is = was.map((label) => ({ ...label, hotkey: label.id === id ? hotkey : null }));
      return this.#record('class-change', was, is, session);
    });
  }

  /** Puts all live classes into this order. */
  reorder(ids: readonly number[], session: string): Change {
    return this.#db.transact(() => {
      const was = this.list();
      if (ids.length !== was.length || new Set(ids).size !== ids.length)
        throw new Problem(
          'The new order does not name every class once.',
          'Read the classes again and repeat it.',
        );
      const is = ids.map((id, position) => ({ ...this.#live(id), position }));
      return this.#record('class-reorder', was, is, session);
    });
  }

  /** Gives all boxes of one class to another and deletes the first. */
  merge(from: number, into: number, session: string): Change {
    return this.#db.transact(() => {
      const was = this.#live(from);
      if (from === into) throw new Problem(`"${was.name}" cannot be merged into itself.`);
      const target = this.#live(into);
      const boxIds = boxIdsOfClass(this.#db, from);
      const is = { ...was, deleted: true, mergedInto: target.id };
      return this.#journal.record({
        gesture: 'class-merge',
        before: { classes: [was], reclass: { boxIds, classId: from } },
        after: { classes: [is], reclass: { boxIds, classId: into } },
        session,
      });
    });
  }

  /**
   * Deletes a class; its boxes go out of sight with it and come back with an undo. Images that were done with no other box are
   * in progress again: nobody has said that they show nothing.
   */
  remove(id: number, session: string): Change {
    return this.#db.transact(() => {
      const was = this.#live(id);
      const bared = imagesDoneByClassAlone(this.#db, id);
      const states = (state: ImageState) =>
        bared.length > 0 && { states: bared.map((imageId) => [imageId, state] as const) };
      return this.#journal.record({
        gesture: 'class-delete',
        before: { classes: [was], ...states('done') },
        after: { classes: [{ ...was, deleted: true }], ...states('in-progress') },
        session,
      });
    });
  }

  #record(
    gesture: GestureName,
    was: readonly LabelClass[],
    is: readonly LabelClass[],
    session: string,
  ): Change {
    return this.#journal.record({ gesture, before: { classes: was }, after: { classes: is }, session });
  }

  #nextPosition(): number {
    return 1 + this.list().reduce((top, label) => Math.max(top, label.position), -1);
  }

  #live(id: number): LabelClass {
    const label = readClass(this.#db, id);
    if (!label || label.deleted)
      throw new Problem(`There is no class ${id} in this project.`, 'It may have been deleted.');
    return label;
  }

  #checkName(label: LabelClass): void {
    if (label.name === '') throw new Problem('A class needs a name.');
    const twin = this.list().find((other) => other.id !== label.id && other.name === label.name);
    if (twin)
      throw new Problem(`There is already a class "${label.name}".`, 'Choose another name or merge the two.');
  }
}
