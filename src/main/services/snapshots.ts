// Snapshots: the labels as a run saw them, immutable, named by a hash of their content, unchanged parts stored once.
import { createHash } from 'node:crypto';
import { deflateSync, inflateSync } from 'node:zlib';
import type { Box, ImageRecord, LabelClass, Snapshot } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import { boxesOfImage, eachBox } from '../db/boxes.ts';
import { listClasses } from '../db/classes.ts';
import type { ReadableDb, WritableDb } from '../db/database.ts';
import { eachImage, readImage } from '../db/images.ts';
import * as rows from '../db/snapshots.ts';
import { atOnce, type Sliced, sorted } from './slices.ts';
import { splitHashOf, splitLine } from './splits.ts';

export interface LabelledImage extends Omit<ImageRecord, 'revision'> {
  readonly boxes: readonly Box[];
}

// ids / CHUNK share a chunk: a change on one image stores that chunk again and no other
const CHUNK = 128;

interface Chunk {
  readonly hash: string;
  /** Deflated JSON; absent where the chunk is stored already. */
  readonly bytes: Uint8Array | undefined;
}

/** A snapshot that is not stored yet. */
interface Description {
  readonly snapshot: Snapshot;
  readonly chunks: readonly Chunk[];
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Images with their boxes in id order: a merge of two ordered readings, so that neither is held whole. */
function* labelledImages(db: ReadableDb): IterableIterator<LabelledImage> {
  const boxes = eachBox(db);
  try {
    let next = boxes.next();
    for (const { revision: _, ...image } of eachImage(db)) {
      const own: Box[] = [];
      for (; !next.done && next.value.imageId === image.id; next = boxes.next()) own.push(next.value);
      yield { ...image, boxes: own };
    }
  } finally {
    boxes.return?.();
  }
}

/** What an image contributes to the hash: content, not ids, so that equal data in two projects are equal. */
function digestOf(image: LabelledImage, names: ReadonlyMap<number, string>): string {
  const { contentHash, path, width, height, orientation, state, split, group, extra } = image;
  const boxes = image.boxes.map((box) => boxContent(box, names)).sort();
  return sha256(
    JSON.stringify([contentHash ?? path, width, height, orientation, state, split, group, extra, boxes]),
  );
}

function boxContent(box: Box, names: ReadonlyMap<number, string>): string {
  const { classId, x, y, width, height, ignore, ignoreReason, score, trackId, extra } = box;
  const flags = [box.difficult, box.truncated, box.occluded];
  return JSON.stringify([
    names.get(classId),
    x,
    y,
    width,
    height,
    ignore,
    ignoreReason,
    flags,
    score,
    trackId,
    extra,
  ]);
}

export class Snapshots {
  readonly #db: WritableDb;

  constructor(db: WritableDb) {
    this.#db = db;
  }

  /** Freezes the labels as they are. Taking one of unchanged labels returns the one that is there. */
  take(): Snapshot {
    return this.#db.transact(() => atOnce(this.keep(atOnce(this.describe()))));
  }

  /** Stores what `describe` found, perhaps on another connection to the same database. */
  *keep({ snapshot, chunks }: Description): Sliced<Snapshot> {
    // chunks alone mean nothing, so that they need not come all at once
    for (const { hash, bytes } of chunks) {
      if (bytes) rows.insertChunk(this.#db, hash, bytes);
      yield;
    }
    return this.#db.transact(() => {
      const known = rows.readSnapshot(this.#db, snapshot.hash);
      if (known) return known;
      rows.insertSnapshot(this.#db, snapshot);
      for (const [position, { hash }] of chunks.entries())
        rows.insertPart(this.#db, snapshot.hash, position, hash);
      return snapshot;
    });
  }

  /** The hash that a snapshot taken now would have; nothing is stored. May be set aside where nobody writes meanwhile. */
  *currentHash(): Sliced<string> {
    const classes = listClasses(this.#db);
    const names = new Map(classes.map((label) => [label.id, label.name]));
    const digests: string[] = [];
    for (const image of labelledImages(this.#db)) {
      digests.push(digestOf(image, names));
      yield;
    }
    return yield* hashOf(classes, digests);
  }

  /** The images with their boxes as they are now, in id order; nothing is stored. */
  now(): IterableIterator<LabelledImage> {
    return labelledImages(this.#db);
  }

  /** Images of these ids with their boxes as they are now, in this order; those that are gone are left out. */
  *of(ids: Iterable<number>): IterableIterator<LabelledImage> {
    for (const id of ids) {
      const found = readImage(this.#db, id);
      if (!found) continue;
      const { revision: _, ...image } = found;
      yield { ...image, boxes: boxesOfImage(this.#db, id).sort((a, b) => a.id - b.id) };
    }
  }

  /** The description of a snapshot. Throws a Problem where there is none of this hash. */
  get(hash: string): Snapshot {
    const snapshot = rows.readSnapshot(this.#db, hash);
    if (!snapshot) throw new Problem(`There is no snapshot ${hash.slice(0, 12)} in this project.`);
    return snapshot;
  }

  /** Snapshots, newest first. */
  list(): Snapshot[] {
    return rows.listSnapshots(this.#db);
  }

  /** The images of a snapshot with their boxes as they were, in id order. */
  *images(hash: string): IterableIterator<LabelledImage> {
    this.get(hash);
    // not one statement for all: others may write between two chunks
    for (const part of rows.partsOf(this.#db, hash)) yield* imagesOf(rows.readChunk(this.#db, part));
  }

  /** The images of a snapshot that have these ids, without reading all of it. */
  *find(hash: string, ids: readonly number[]): Sliced<Map<number, LabelledImage>> {
    const parts = rows.partsOf(this.#db, this.get(hash).hash);
    const read = new Map<number, readonly LabelledImage[]>();
    const chunkAt = (position: number) => {
      const known = read.get(position) ?? imagesOf(rows.readChunk(this.#db, parts[position] ?? ''));
      read.set(position, known);
      return known;
    };
    const found = new Map<number, LabelledImage>();
    for (const id of ids) {
      const chunk = yield* chunkOfId(id, parts.length, chunkAt);
      const image = chunk.find((one) => one.id === id);
      if (image) found.set(id, image);
    }
    return found;
  }

  /** The labels as they are, ready to be kept; `see` is shown every image on the way. */
  *describe(see?: (image: LabelledImage) => void): Sliced<Description> {
    const classes = listClasses(this.#db);
    const names = new Map(classes.map((label) => [label.id, label.name]));
    const chunks: Chunk[] = [];
    const digests: string[] = [];
    const splitLines: string[] = [];
    let boxes = 0;
    const open: LabelledImage[] = [];
    for (const image of labelledImages(this.#db)) {
      if (open[0] && chunkOf(open[0]) !== chunkOf(image)) chunks.push(yield* this.#chunk(open.splice(0)));
      open.push(image);
      boxes += image.boxes.length;
      digests.push(digestOf(image, names));
      see?.(image);
      const line = splitLine(image);
      if (line !== undefined) splitLines.push(line);
      yield;
    }
    if (open.length > 0) chunks.push(yield* this.#chunk(open));
    const splitHash = yield* splitHashOf(splitLines);
    const hash = yield* hashOf(classes, digests);
    const createdAt = Date.now();
    return { snapshot: { hash, splitHash, images: digests.length, boxes, classes, createdAt }, chunks };
  }

  *#chunk(images: readonly LabelledImage[]): Sliced<Chunk> {
    const json = JSON.stringify(images);
    const hash = sha256(json);
    yield;
    return { hash, bytes: rows.hasChunk(this.#db, hash) ? undefined : deflateSync(json) };
  }
}

const chunkOf = ({ id }: LabelledImage) => Math.floor(id / CHUNK);

function imagesOf(bytes: Uint8Array | undefined): readonly LabelledImage[] {
  return bytes ? (JSON.parse(inflateSync(bytes).toString('utf8')) as LabelledImage[]) : [];
}

/**
 * The chunk that would hold an image. Chunks lie in the order of their numbers, of which some may be missing: the first guess
 * is nearly always right.
 */
function* chunkOfId(
  id: number,
  count: number,
  chunkAt: (position: number) => readonly LabelledImage[],
): Sliced<readonly LabelledImage[]> {
  const wanted = Math.floor(id / CHUNK);
  let [low, high] = [0, count - 1];
  let guess = wanted;
  while (low <= high) {
    guess = Math.min(high, Math.max(low, guess));
    const chunk = chunkAt(guess);
    yield;
    const [first] = chunk;
    const ahead = wanted - (first ? chunkOf(first) : wanted);
    if (ahead === 0) return chunk;
    if (ahead > 0) low = guess + 1;
    else high = guess - 1;
    guess += ahead;
  }
  return [];
}

/** sha256 of the JSON of the class names and the digests in order, in pieces. */
function* hashOf(classes: readonly LabelClass[], digests: readonly string[]): Sliced<string> {
  const hash = createHash('sha256');
  hash.update(`[${JSON.stringify(classes.map((label) => label.name))},[`);
  let separator = '';
  for (const digest of yield* sorted(digests)) {
    hash.update(`${separator}"${digest}"`);
    separator = ',';
    yield;
  }
  return hash.update(']]').digest('hex');
}
