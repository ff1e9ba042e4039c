// What an import does to images that are in the project already: worked out first, made true when the import is whole.
import type { Box, ImageRecord, ImageState, Split } from '../../shared/model.ts';
import { boxesOfImage, deleteBox, nextBoxId, putBox } from '../db/boxes.ts';
import type { WritableDb } from '../db/database.ts';
import { fillImageFacts, readImage, setStateOfImages } from '../db/images.ts';
import type { StagedBox } from '../formats/staged.ts';
import { importedState, labelOf, placeOf } from './staged-boxes.ts';

/** What a source knows of an image besides its boxes. */
export type ImportedFacts = Pick<ImageRecord, 'contentHash' | 'group' | 'split'>;

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
  /** Of the image when this was worked out. */
  readonly revision: number;
  readonly facts: ImportedFacts | undefined;
  readonly state: ImageState;
  readonly add: readonly StagedBox[];
  readonly remove: readonly Box[];
}

export interface BoxChange {
  readonly id: number;
  readonly was: Box | null;
  readonly is: Box | null;
}

export class ImportMerges {
  /** How many images the import met. */
  count = 0;
  /** Splits that images without one got from the source. */
  readonly given = new Map<number, Split>();
  /** States of images that were there, before and with the import. */
  readonly states = new Map<number, { readonly was: ImageState; readonly is: ImageState }>();
  readonly #db: WritableDb;
  readonly #mode: 'merge' | 'replace' | 'keep';
  readonly #classOf: (box: StagedBox) => number;
  readonly #planned = new Map<number, Merge>();

  constructor(db: WritableDb, mode: 'merge' | 'replace' | 'keep', classOf: (box: StagedBox) => number) {
    this.#db = db;
    this.#mode = mode;
    this.#classOf = classOf;
  }

  plan(known: ImageRecord, index: number, facts: ImportedFacts, labels: ImportedLabels): void {
    const isNews = (['contentHash', 'group', 'split'] as const).some(
      (fact) => known[fact] === null && facts[fact] !== null,
    );
    const { id, revision } = known;
    const { boxes, ...difference } = this.#difference(id, labels.boxes);
    const state = this.#stateAfter(known.state, boxes, labels);
    this.#planned.set(id, { index, revision, facts: isNews ? facts : undefined, state, ...difference });
    this.count++;
  }

  /** The split that an image has got or will get from the source. */
  splitOf(imageId: number): Split | null {
    return this.given.get(imageId) ?? this.#planned.get(imageId)?.facts?.split ?? null;
  }

  /** Forgets what was worked out for images that changed since; returns their places in the dataset. */
  forgetStale(): number[] {
    const stale = [...this.#planned].filter(
      ([id, { revision }]) => readImage(this.#db, id)?.revision !== revision,
    );
    for (const [id] of stale) this.#planned.delete(id);
    this.count -= stale.length;
    return stale.map(([, { index }]) => index);
  }

  /** Makes true what was worked out. `isOwn` tells images that came with the import: an undo takes these away whole. */
  apply(isOwn: (imageId: number) => boolean): BoxChange[] {
    const changes = [...this.#planned].flatMap(([id, merge]) => this.#apply(id, merge, isOwn(id)));
    this.#planned.clear();
    return changes;
  }

  /** What comes and goes, and how many boxes there are then. */
  #difference(imageId: number, staged: readonly StagedBox[]) {
    if (this.#mode === 'keep') return { add: [], remove: [], boxes: 0 };
    // each box there answers for one equal box of the source, so that real duplicates stay as many as they were
    const present = new Map<string, Box[]>();
    const there = boxesOfImage(this.#db, imageId);
    for (const box of there) {
      const key = placeOf(box);
      present.set(key, [...(present.get(key) ?? []), box]);
    }
    const isNew = (box: StagedBox) =>
      present.get(placeOf(labelOf(box, 0, imageId, this.#classOf(box))))?.shift() === undefined;
    const add = staged.filter(isNew);
    const remove = this.#mode === 'replace' ? [...present.values()].flat() : [];
    return { add, remove, boxes: there.length + add.length - remove.length };
  }

  /** A source says what is on an image that nobody has looked at; work that somebody began it does not end. */
  #stateAfter(was: ImageState, boxes: number, { lost, isLabelled }: ImportedLabels): ImageState {
    if (!isLabelled || this.#mode === 'keep') return was;
    const isOpen = was === 'unlabelled' || (was === 'empty' && boxes > 0);
    return this.#mode === 'replace' || isOpen ? importedState(boxes, lost) : was;
  }

  #apply(imageId: number, { facts, state, add, remove }: Merge, isOwn: boolean): BoxChange[] {
    if (facts) this.#fill(imageId, facts, isOwn);
    this.#setState(imageId, state, isOwn);
    if (add.length + remove.length === 0) return [];
    const first = nextBoxId(this.#db);
    const added = add.map((box, at) => labelOf(box, first + at, imageId, this.#classOf(box)));
    for (const box of added) putBox(this.#db, box);
    for (const { id } of remove) deleteBox(this.#db, id);
    return [
      ...added.map((box) => ({ id: box.id, was: null, is: box })),
      ...remove.map((box) => ({ id: box.id, was: box, is: null })),
    ];
  }

  #setState(imageId: number, is: ImageState, isOwn: boolean): void {
    const was = readImage(this.#db, imageId)?.state;
    if (was === undefined || was === is) return;
    if (isOwn) setStateOfImages(this.#db, [imageId], is);
    else this.states.set(imageId, { was, is });
  }

  /** The split of an image that was there is left to the journal, so that undo takes it back. */
  #fill(imageId: number, facts: ImportedFacts, isOwn: boolean): void {
    const known = readImage(this.#db, imageId);
    fillImageFacts(this.#db, imageId, isOwn ? facts : { ...facts, split: null });
    if (!isOwn && facts.split && known?.split === null) this.given.set(imageId, facts.split);
  }
}
