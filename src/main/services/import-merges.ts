// What an import does to images that are in the project already: worked out and written out of sight first, made true when the
// import is whole.
import type { Box, ImageRecord, ImageState, Split } from '../../shared/model.ts';
import { boxesOfImage, deleteBoxes, nextBoxId, putBox } from '../db/boxes.ts';
import type { WritableDb } from '../db/database.ts';
import { deleteHiddenOf, deletePartOfHidden, hideBoxes, showBoxes } from '../db/hidden-boxes.ts';
import { fillImageFacts, revisionsOf, setStateOfImages } from '../db/images.ts';
import type { StagedBox } from '../formats/staged.ts';
import { type BoxChange, forgetLargeFacts, type LargeFacts, writeLargeFacts } from './large-facts.ts';
import { importedState, labelOf, placeOf } from './staged-boxes.ts';

/** What a source knows of an image besides its boxes. */
export type ImportedFacts = Pick<ImageRecord, 'contentHash' | 'group' | 'split'>;

const AT_ONCE = 10_000;

/** What a source states of an image. */
export interface ImportedLabels {
  readonly boxes: readonly StagedBox[];
  /** Labels that could not be taken. */
  readonly lost: number;
  /** False for pictures alone, of which nothing is stated. */
  readonly isLabelled: boolean;
}

interface Merge {
  /** Of the image in the dataset. */
  readonly index: number;
  /** The image when this was worked out. */
  readonly known: ImageRecord;
  readonly facts: ImportedFacts | undefined;
  readonly state: ImageState;
  readonly changes: readonly BoxChange[];
}

export class ImportMerges {
  /** How many images the import met. */
  count = 0;
  /** How many boxes it brought them. */
  added = 0;
  /** Splits that images without one got from the source. */
  readonly given = new Map<number, Split>();
  /** States of images that were there, before and with the import. */
  readonly states = new Map<number, { readonly was: ImageState; readonly is: ImageState }>();
  readonly #db: WritableDb;
  readonly #mode: 'merge' | 'replace' | 'keep';
  readonly #classOf: (box: StagedBox) => number;
  readonly #planned = new Map<number, Merge>();
  /** The next of the ids that were kept back; undefined once nothing is hidden any more. */
  #keptId: number | undefined;
  /** The import whose journal has the changes already. */
  #writtenFor: number | undefined;

  constructor(db: WritableDb, mode: 'merge' | 'replace' | 'keep', classOf: (box: StagedBox) => number) {
    this.#db = db;
    this.#mode = mode;
    this.#classOf = classOf;
  }

  /** Keeps ids for so many boxes, which are written as they are worked out and seen by nobody before `apply`. */
  begin(boxes: number): void {
    // what a crash left of another import
    while (deletePartOfHidden(this.#db, AT_ONCE));
    this.#keptId = hideBoxes(this.#db, boxes);
  }

  plan(known: ImageRecord, index: number, facts: ImportedFacts, labels: ImportedLabels): void {
    const isNews = (['contentHash', 'group', 'split'] as const).some(
      (fact) => known[fact] === null && facts[fact] !== null,
    );
    const { changes, boxes } = this.#difference(known.id, labels.boxes);
    const state = this.#stateAfter(known.state, boxes, labels);
    this.#planned.set(known.id, { index, known, facts: isNews ? facts : undefined, state, changes });
    this.count++;
  }

  /** The split that an image has got or will get from the source. */
  splitOf(imageId: number): Split | null {
    return this.given.get(imageId) ?? this.#planned.get(imageId)?.facts?.split ?? null;
  }

  /** Writes the changes of boxes that were worked out so far to the journal of the import; may be set aside. */
  *writeFacts(importId: number): Generator<void> {
    const changes = [...this.#planned].filter(([, merge]) => merge.changes.length > 0);
    if (changes.length === 0) return;
    this.#writtenFor = importId;
    yield* writeLargeFacts(this.#db, importId, new Map(changes.map(([id, merge]) => [id, merge.changes])));
  }

  /** The facts that were written, of one side. */
  large(side: LargeFacts['side']): { large?: LargeFacts } {
    return this.#writtenFor === undefined ? {} : { large: { importId: this.#writtenFor, side } };
  }

  /** Forgets what was worked out for images that changed since; returns their places in the dataset. */
  forgetStale(): number[] {
    const now = revisionsOf(this.#db, [...this.#planned.keys()]);
    const stale = [...this.#planned].filter(([id, { known }]) => now.get(id) !== known.revision);
    const ids = stale.map(([id]) => id);
    const boxIds = stale.flatMap(([, { changes }]) => changes.map(({ id }) => id));
    deleteHiddenOf(this.#db, ids);
    if (this.#writtenFor !== undefined) forgetLargeFacts(this.#db, this.#writtenFor, ids, new Set(boxIds));
    for (const id of ids) this.#planned.delete(id);
    this.count -= stale.length;
    return stale.map(([, { index }]) => index);
  }

  /**
   * Makes true what was worked out; returns changes of boxes that are not in the journal yet. `isOwn` tells images that came
   * with the import: an undo takes these away whole.
   */
  apply(isOwn: (imageId: number) => boolean): BoxChange[] {
    showBoxes(this.#db);
    this.#keptId = undefined;
    const merges = [...this.#planned];
    this.#planned.clear();
    const changes = merges.flatMap(([, merge]) => merge.changes);
    deleteBoxes(
      this.#db,
      changes.flatMap(({ id, is }) => (is ? [] : [id])),
    );
    this.added += changes.filter(({ is }) => is !== null).length;
    for (const [id, { known, facts, state }] of merges) {
      if (facts) this.#fill(known, facts, isOwn(id));
      if (state !== known.state) this.#setState(known, state, isOwn(id));
    }
    return changes;
  }

  /** What comes and goes, and how many boxes there are then. What comes is written. */
  #difference(imageId: number, staged: readonly StagedBox[]) {
    if (this.#mode === 'keep') return { changes: [], boxes: 0 };
    // each box there answers for one equal box of the source, so that real duplicates stay as many as they were
    const present = new Map<string, Box[]>();
    const there = boxesOfImage(this.#db, imageId);
    for (const box of there) {
      const key = placeOf(box);
      present.set(key, [...(present.get(key) ?? []), box]);
    }
    let id = this.#keptId ?? nextBoxId(this.#db);
    const changes: BoxChange[] = [];
    for (const box of staged) {
      const label = labelOf(box, id, imageId, this.#classOf(box));
      if (present.get(placeOf(label))?.shift() !== undefined) continue;
      putBox(this.#db, label);
      changes.push({ id: id++, was: null, is: label });
    }
    if (this.#keptId !== undefined) this.#keptId = id;
    const added = changes.length;
    if (this.#mode === 'replace')
      for (const box of [...present.values()].flat()) changes.push({ id: box.id, was: box, is: null });
    return { changes, boxes: there.length + 2 * added - changes.length };
  }

  /** A source says what is on an image that nobody has looked at; work that somebody began it does not end. */
  #stateAfter(was: ImageState, boxes: number, { lost, isLabelled }: ImportedLabels): ImageState {
    if (!isLabelled || this.#mode === 'keep') return was;
    const isOpen = was === 'unlabelled' || (was === 'empty' && boxes > 0);
    return this.#mode === 'replace' || isOpen ? importedState(boxes, lost) : was;
  }

  #setState({ id, state: was }: ImageRecord, is: ImageState, isOwn: boolean): void {
    if (isOwn) setStateOfImages(this.#db, [id], is);
    else this.states.set(id, { was, is });
  }

  /** The split of an image that was there is left to the journal, so that undo takes it back. */
  #fill({ id, split }: ImageRecord, facts: ImportedFacts, isOwn: boolean): void {
    fillImageFacts(this.#db, id, isOwn ? facts : { ...facts, split: null });
    if (!isOwn && facts.split && split === null) this.given.set(id, facts.split);
  }
}
