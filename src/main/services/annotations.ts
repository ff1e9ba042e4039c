// Labels of images: one gesture is one transaction, drawn on a stated revision of the image.
import type { HistoryEntry, PastLabels } from '../../shared/contract/history.ts';
import type { GestureName } from '../../shared/gestures.ts';
import type { Box, BoxInput, ImageRecord, ImageState } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import { boxesOfImage, nextBoxId, readBox } from '../db/boxes.ts';
import { readClass } from '../db/classes.ts';
import type { WritableDb } from '../db/database.ts';
import {
  countByStateAndSplit,
  countImages,
  type ImageCount,
  type ImageFilter,
  type ImageOrder,
  imageIds,
  listImages,
  readImage,
} from '../db/images.ts';
import type { Facts } from './facts.ts';
import type { Change, Journal } from './journal.ts';
import type { Sliced } from './slices.ts';

export interface Gesture {
  readonly imageId: number;
  /** The image's revision the gesture was drawn on. */
  readonly revision: number;
  readonly name: GestureName;
  /** Boxes as they are now: with an id changed ones, without new ones. */
  readonly put?: readonly BoxInput[];
  readonly remove?: readonly number[];
  /** Where left out it follows from the boxes. */
  readonly state?: ImageState;
  readonly session: string;
}

export interface GestureResult {
  /** The journal's number of the gesture; 0 where nothing changed. */
  readonly seq: number;
  readonly revision: number;
  readonly state: ImageState;
  /** The boxes of `put` as stored, in its order, with their ids. */
  readonly boxes: readonly Box[];
}

/** Labels as they stood once, found while the image had this revision. */
export interface LabelsThen extends PastLabels {
  readonly imageId: number;
  readonly revision: number;
}

export interface Labels {
  readonly image: ImageRecord;
  readonly boxes: readonly Box[];
}

/** A gesture drawn on labels that have changed since, in another window or by undo. */
export class RevisionConflict extends Problem {
  readonly imageId: number;
  readonly revision: number;

  constructor(image: ImageRecord) {
    super(
      `The labels of ${image.path} were changed elsewhere.`,
      'They were read again; repeat the last change.',
    );
    this.name = 'RevisionConflict';
    this.imageId = image.id;
    this.revision = image.revision;
  }
}

const DEFAULTS = {
  ignore: false,
  ignoreReason: null,
  difficult: false,
  truncated: false,
  occluded: false,
  score: null,
  trackId: null,
  origin: 'drawn',
  z: 0,
  extra: null,
} as const;

function isRect(box: BoxInput): boolean {
  return [box.x, box.y, box.width, box.height].every(Number.isFinite) && box.width > 0 && box.height > 0;
}

/** The state an image is in after a gesture that did not name one. */
function stateAfter(state: ImageState, boxCount: number): ImageState {
  if (state === 'unlabelled' || (state === 'empty' && boxCount > 0)) return 'in-progress';
  return state === 'done' && boxCount === 0 ? 'in-progress' : state;
}

function sameBox(a: Box | null, b: Box | null): boolean {
  if (a === null || b === null) return a === b;
  const { extra: extraA, ...restA } = a;
  const { extra: extraB, ...restB } = b;
  const keys = Object.keys(restA) as (keyof typeof restA)[];
  return keys.every((key) => restA[key] === restB[key]) && JSON.stringify(extraA) === JSON.stringify(extraB);
}

function isNothing(facts: Facts): boolean {
  return (facts.boxes ?? []).length === 0 && facts.states === undefined;
}

export class Annotations {
  readonly #db: WritableDb;
  readonly #journal: Journal;

  constructor(db: WritableDb, journal: Journal) {
    this.#db = db;
    this.#journal = journal;
  }

  /** An image with its boxes. Throws a Problem where there is no such image. */
  labels(imageId: number): Labels {
    return this.#db.consistently(() => ({
      image: this.#image(imageId),
      boxes: boxesOfImage(this.#db, imageId),
    }));
  }

  /** An image; undefined where it is not, or no longer, in the project. */
  find(imageId: number): ImageRecord | undefined {
    return readImage(this.#db, imageId);
  }

  /** A page of images in id order, those after `afterId`. */
  images(filter: ImageFilter = {}, afterId = 0, limit = 200): ImageRecord[] {
    return listImages(this.#db, filter, afterId, limit);
  }

  /** The ids a filter leaves, in an order. */
  ids(filter: ImageFilter, order: ImageOrder): number[] {
    return imageIds(this.#db, filter, order);
  }

  count(filter: ImageFilter = {}): number {
    return countImages(this.#db, filter);
  }

  /** Images by state and split. */
  counts(): ImageCount[] {
    return countByStateAndSplit(this.#db);
  }

  /**
   * Does a gesture: all of it or nothing. Throws RevisionConflict for one drawn on older labels, a Problem for a
   * box without area, of an unknown class or of another image.
   */
  apply(gesture: Gesture): GestureResult {
    return this.#db.transact(() => {
      const image = this.#image(gesture.imageId);
      if (image.revision !== gesture.revision) throw new RevisionConflict(image);
      const put = this.#stored(image, gesture.put ?? []);
      const facts = this.#facts(image, put, gesture.remove ?? [], gesture.state);
      if (isNothing(facts.after)) return { seq: 0, ...pick(image), boxes: put };
      const { name, session } = gesture;
      const { seq } = this.#journal.record({ gesture: name, session, ...facts });
      return { seq, ...pick(this.#image(image.id)), boxes: put };
    });
  }

  /** Says that an image is finished: `done` with boxes, `empty` without. */
  finish(imageId: number, revision: number, session: string): GestureResult {
    const state = boxesOfImage(this.#db, imageId).length > 0 ? 'done' : 'empty';
    return this.apply({ imageId, revision, name: 'finish', state, session });
  }

  /** Takes images out of the project, undoably; their files stay where they are. */
  removeImages(imageIds: readonly number[], session: string): Change {
    for (const id of imageIds) this.#image(id);
    return this.#journal.record({
      gesture: 'remove-images',
      before: { removed: { imageIds, removed: false } },
      after: { removed: { imageIds, removed: true } },
      session,
    });
  }

  /** What happened to an image lately, newest first. */
  history(imageId: number, most?: number): HistoryEntry[] {
    return this.#journal.history(imageId, most);
  }

  /**
   * An image's labels as they stood after `seq` (0: before any gesture), without boxes of classes deleted since. Each row that
   * was made since is looked at in a slice of its own: it may be of all images.
   */
  *labelsAfter(imageId: number, seq: number): Sliced<LabelsThen> {
    const { image, boxes: now } = this.labels(imageId);
    const boxes = new Map(now.map((box) => [box.id, box]));
    let { state } = image;
    for (const before of this.#journal.before(imageId, seq)) {
      for (const [id, box] of before.boxes) {
        if (box) boxes.set(id, box);
        else boxes.delete(id);
      }
      state = before.state ?? state;
      yield;
    }
    const live = [...boxes.values()].map((box) => ({ ...box, classId: this.#survivor(box.classId) }));
    const shown = live.filter((box) => !readClass(this.#db, box.classId)?.deleted);
    return { imageId, revision: image.revision, boxes: shown, state };
  }

  /** Brings an image's labels to what they were, as a gesture of its own. Throws RevisionConflict for one changed since. */
  goBack({ imageId, revision, boxes: put, state }: LabelsThen, session: string): GestureResult {
    return this.#db.transact(() => {
      const kept = new Set(put.map((box) => box.id));
      const remove = boxesOfImage(this.#db, imageId).flatMap(({ id }) => (kept.has(id) ? [] : [id]));
      return this.apply({ imageId, revision, name: 'go-back', put, remove, state, session });
    });
  }

  /** The class that stands today for one that was merged away. */
  #survivor(classId: number): number {
    const label = readClass(this.#db, classId);
    return label?.deleted && label.mergedInto !== null ? this.#survivor(label.mergedInto) : classId;
  }

  #image(id: number): ImageRecord {
    const image = readImage(this.#db, id);
    if (!image)
      throw new Problem(`There is no image ${id} in this project.`, 'It may have been removed.', 'gone');
    return image;
  }

  #stored(image: ImageRecord, inputs: readonly BoxInput[]): Box[] {
    let fresh = nextBoxId(this.#db);
    return inputs.map((input) => {
      this.#check(image, input);
      const known = input.id === undefined ? undefined : readBox(this.#db, input.id);
      if (known && known.imageId !== image.id) throw new Problem(`Box ${known.id} belongs to another image.`);
      const id = input.id ?? fresh++;
      return { ...DEFAULTS, ...known, ...input, id, imageId: image.id };
    });
  }

  #check(image: ImageRecord, box: BoxInput): void {
    if (!isRect(box))
      throw new Problem(`A box on ${image.path} has no area.`, 'Draw it again, a little larger.');
    const label = readClass(this.#db, box.classId);
    if (!label || label.deleted)
      throw new Problem(`A box on ${image.path} has a class that does not exist.`, 'Choose another class.');
    if (box.id !== undefined && box.id >= nextBoxId(this.#db))
      throw new Problem(`A box on ${image.path} names an id that was never given.`);
  }

  #facts(
    image: ImageRecord,
    put: readonly Box[],
    remove: readonly number[],
    state: ImageState | undefined,
  ): { before: Facts; after: Facts } {
    const wanted = new Map<number, Box | null>(put.map((box) => [box.id, box]));
    for (const id of remove) wanted.set(id, null);
    const changes = [...wanted]
      .map(([id, is]) => ({ id, was: readBox(this.#db, id) ?? null, is }))
      .filter(({ was, is }) => !sameBox(was, is));
    if (changes.some(({ was }) => was && was.imageId !== image.id))
      throw new Problem(`A change on ${image.path} names a box of another image.`);
    const growth = changes.reduce((sum, { was, is }) => sum + Number(is !== null) - Number(was !== null), 0);
    const count = boxesOfImage(this.#db, image.id).length + growth;
    const next = state ?? (changes.length > 0 ? stateAfter(image.state, count) : image.state);
    const moved = next !== image.state;
    return {
      before: {
        boxes: changes.map(({ id, was }) => [id, was]),
        ...(moved && { states: [[image.id, image.state]] }),
      },
      after: { boxes: changes.map(({ id, is }) => [id, is]), ...(moved && { states: [[image.id, next]] }) },
    };
  }
}

function pick(image: ImageRecord): { revision: number; state: ImageState } {
  return { revision: image.revision, state: image.state };
}
