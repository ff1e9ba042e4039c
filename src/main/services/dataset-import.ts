// One import of a staged dataset into a project: merged with what is there, undoable like any gesture.
import type { Box, ImageState, JsonObject, LabelClass, Split } from '../../shared/model.ts';
import { boxesOfImage, nextBoxId, putBox } from '../db/boxes.ts';
import { listClasses, nextClassId, putClass } from '../db/classes.ts';
import type { WritableDb } from '../db/database.ts';
import { eachImage, fillImageFacts, insertImage, readImageByKey } from '../db/images.ts';
import { insertImport, setImportReport } from '../db/imports.ts';
import type { StagedBox, StagedDataset, StagedImage } from '../formats/staged.ts';
import { className, draftClass } from './classes.ts';
import type { Facts } from './facts.ts';
import { pathKey, storedPath } from './image-path.ts';
import type { Journal } from './journal.ts';
import { type GroupRule, groupOf, type Ratios } from './split-assignment.ts';
import { type SplitCounts, Splits } from './splits.ts';

export interface ImportOptions {
  /**
   * `file` takes a source that names splits at its word and deals others by ratio; `rest` deals also what such a source leaves
   * out; `ratio` always deals.
   */
  readonly splitBy?: 'file' | 'rest' | 'ratio' | 'none';
  readonly ratios?: Ratios;
  readonly seed?: number;
  readonly groupBy?: GroupRule;
  /** What labels do to an image that is there already: add those it lacks, take their place, or nothing. */
  readonly existing?: 'merge' | 'replace' | 'keep';
  readonly session?: string;
  /** Work everything out, report it, change nothing. */
  readonly dryRun?: boolean;
}

export interface ImportReport {
  readonly images: number;
  readonly imagesAdded: number;
  readonly imagesMerged: number;
  readonly boxes: number;
  readonly boxesAdded: number;
  readonly classes: readonly string[];
  readonly classesAdded: readonly string[];
  readonly splits: SplitCounts;
  readonly skipped: readonly { readonly file: string; readonly reason: string }[];
  readonly warnings: readonly string[];
}

const defaultRatios: Ratios = { train: 0.8, val: 0.1, test: 0.1 };

interface Tally {
  added: number;
  merged: number;
  boxesAdded: number;
  readonly skipped: { file: string; reason: string }[];
}

/** One import while it runs; `run` belongs inside a transaction. */
export class DatasetImport {
  readonly #db: WritableDb;
  readonly #journal: Journal;
  readonly #root: string;
  readonly #staged: StagedDataset;
  readonly #options: ImportOptions;
  readonly #tally: Tally;
  /** Staged class index -> class. */
  #classes: LabelClass[] = [];
  #newClasses: LabelClass[] = [];
  #nextBox = 1;
  readonly #before: (readonly [number, Box | null])[] = [];
  readonly #after: (readonly [number, Box | null])[] = [];

  constructor(db: WritableDb, journal: Journal, root: string, staged: StagedDataset, options: ImportOptions) {
    this.#db = db;
    this.#journal = journal;
    this.#root = root;
    this.#staged = staged;
    this.#options = options;
    this.#tally = { added: 0, merged: 0, boxesAdded: 0, skipped: [...staged.skipped] };
  }

  run(): ImportReport {
    const { format, convention, images } = this.#staged;
    const importId = insertImport(this.#db, format, convention ?? null, Date.now());
    this.#mapClasses();
    this.#nextBox = nextBoxId(this.#db);
    const before = this.#splitsNow();
    for (const image of images) this.#takeImage(image, importId);
    const splits = this.#split();
    this.#record(importId, this.#dealt(before));
    const report = this.#report(splits);
    setImportReport(this.#db, importId, report as unknown as JsonObject);
    return report;
  }

  #mapClasses(): void {
    const byName = new Map(listClasses(this.#db).map((label) => [label.name, label]));
    let id = nextClassId(this.#db);
    let position = Math.max(-1, ...[...byName.values()].map((label) => label.position)) + 1;
    this.#classes = this.#staged.classes.map(({ name, sourceId }) => {
      const known = byName.get(className(name));
      if (known) return known;
      const source = sourceId === undefined ? {} : { sourceId: String(sourceId) };
      const label = draftClass({ name, ...source }, id++, position++);
      byName.set(label.name, label);
      this.#newClasses.push(label);
      return label;
    });
    // boxes written below point at these; the journal states them again
    for (const label of this.#newClasses) putClass(this.#db, label);
  }

  #takeImage(image: StagedImage, importId: number): void {
    const path = storedPath(image.path, this.#root);
    const key = pathKey(path);
    const split =
      this.#options.splitBy === 'ratio' || this.#options.splitBy === 'none' ? null : (image.split ?? null);
    const group = image.group ?? groupOf(path, this.#options.groupBy ?? 'auto');
    const facts = { contentHash: image.hash ?? null, group, split };
    const boxes = image.boxes.filter((box) => this.#isUsable(box, image.path));
    const known = readImageByKey(this.#db, key);
    if (known) {
      fillImageFacts(this.#db, known.id, facts);
      this.#tally.merged++;
      this.#mergeBoxes(known.id, boxes);
      return;
    }
    const { width, height, orientation } = image;
    const extra = (image.extra ?? null) as JsonObject | null;
    const state = this.#stateOf(boxes.length);
    const row = { path, pathKey: key, importId, width, height, orientation, state, extra, ...facts };
    const imageId = insertImage(this.#db, row);
    this.#tally.added++;
    for (const box of boxes) putBox(this.#db, this.#boxOf(imageId, box));
    this.#tally.boxesAdded += boxes.length;
  }

  /** A folder of images alone says nothing about what is on them; in a dataset, no boxes means a negative. */
  #stateOf(boxCount: number): ImageState {
    if (boxCount > 0) return 'done';
    return this.#staged.classes.length === 0 ? 'unlabelled' : 'empty';
  }

  #isUsable(box: StagedBox, file: string): boolean {
    const finite = [box.x1, box.y1, box.x2, box.y2].every(Number.isFinite);
    const reason = !finite
      ? 'a box with a coordinate that is not a number was left out'
      : box.x2 <= box.x1 || box.y2 <= box.y1
        ? 'a box without area was left out'
        : this.#classes[box.classIndex] === undefined
          ? `a box of the unknown class ${box.classIndex} was left out`
          : undefined;
    if (reason) this.#tally.skipped.push({ file, reason });
    return reason === undefined;
  }

  #boxOf(imageId: number, box: StagedBox): Box {
    return {
      id: this.#nextBox++,
      imageId,
      classId: this.#classes[box.classIndex]?.id ?? 0,
      x: box.x1,
      y: box.y1,
      width: box.x2 - box.x1,
      height: box.y2 - box.y1,
      ignore: box.ignore !== undefined,
      ignoreReason: box.ignore ?? null,
      difficult: box.difficult ?? false,
      truncated: box.truncated ?? false,
      occluded: box.occluded ?? false,
      score: box.score ?? null,
      trackId: box.trackId ?? null,
      origin: 'imported',
      ...orderOf(box.extra),
    };
  }

  #mergeBoxes(imageId: number, staged: readonly StagedBox[]): void {
    const mode = this.#options.existing ?? 'merge';
    if (mode === 'keep') return;
    // each box there answers for one equal box of the source, so that real duplicates stay as many as they were
    const present = new Map<string, Box[]>();
    for (const box of boxesOfImage(this.#db, imageId)) {
      const key = placeOf(box);
      present.set(key, [...(present.get(key) ?? []), box]);
    }
    for (const input of staged) {
      const box = this.#boxOf(imageId, input);
      if (present.get(placeOf(box))?.shift()) continue;
      this.#change(box.id, null, box);
      this.#tally.boxesAdded++;
    }
    if (mode === 'replace') for (const box of [...present.values()].flat()) this.#change(box.id, box, null);
  }

  #change(id: number, before: Box | null, after: Box | null): void {
    this.#before.push([id, before]);
    this.#after.push([id, after]);
  }

  /** Splits of the images that are there before the import. */
  #splitsNow(): Map<number, Split | null> {
    return new Map([...eachImage(this.#db)].map(({ id, split }) => [id, split]));
  }

  /** Images of before that got a split by this import, so that undo takes it from them again. */
  #dealt(before: ReadonlyMap<number, Split | null>): (readonly [id: number, split: Split | null])[] {
    const now = [...eachImage(this.#db)].map(({ id, split }) => [id, split] as const);
    return now.filter(([id, split]) => before.has(id) && before.get(id) !== split);
  }

  #record(importId: number, dealt: Facts['splits'] & {}): void {
    const hidden = this.#newClasses.map((label) => ({ ...label, deleted: true }));
    const side = (classes: LabelClass[], boxes: Facts['boxes'] & {}, removed: boolean): Facts => ({
      classes,
      boxes,
      splits: dealt.map(([id, split]) => [id, removed ? null : split]),
      imported: { importId, removed },
    });
    const changes = [this.#newClasses, this.#after, dealt].some((list) => list.length > 0);
    if (this.#tally.added === 0 && !changes) return;
    this.#journal.record({
      gesture: 'import',
      before: side(hidden, this.#before, true),
      after: side(this.#newClasses, this.#after, false),
      session: this.#options.session ?? 'import',
    });
  }

  #split(): SplitCounts {
    const splits = new Splits(this.#db);
    const { splitBy = 'file', ratios = defaultRatios, seed = 0, groupBy = 'auto' } = this.#options;
    const named = this.#staged.images.some((image) => image.split !== undefined);
    // a source that names splits is taken at its word: what it leaves out stays out
    if (splitBy === 'none' || (splitBy === 'file' && named)) return splits.counts();
    return splits.assign({ ratios, seed, groupBy });
  }

  #report(splits: SplitCounts): ImportReport {
    const { images, classes, warnings } = this.#staged;
    const { added, merged, boxesAdded, skipped } = this.#tally;
    return {
      images: images.length,
      imagesAdded: added,
      imagesMerged: merged,
      boxes: images.reduce((sum, image) => sum + image.boxes.length, 0),
      boxesAdded,
      classes: classes.map(({ name }) => className(name)),
      classesAdded: this.#newClasses.map((label) => label.name),
      splits,
      skipped,
      warnings,
    };
  }
}

/** What makes two boxes the same label: class and place, to a ten-thousandth of a pixel. */
function placeOf(box: Box): string {
  return [box.classId, ...[box.x, box.y, box.width, box.height].map((value) => value.toFixed(4))].join(' ');
}

/** CVAT's `z_order` becomes the box's own order; label-export.ts writes it back. */
function orderOf({ z_order, ...extra }: Record<string, unknown> = {}): Pick<Box, 'z' | 'extra'> {
  const isOrder = typeof z_order === 'string' && /^-?\d{1,6}$/.test(z_order);
  const rest = isOrder || z_order === undefined ? extra : { ...extra, z_order };
  return {
    z: isOrder ? Number(z_order) : 0,
    extra: Object.keys(rest).length > 0 ? (rest as JsonObject) : null,
  };
}
