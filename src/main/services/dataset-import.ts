// One import of a staged dataset into a project: merged with what is there, undoable like any gesture. It goes in steps, so
// that a large one can give way to other work; what came in by them is hidden, as after an undo, until the last step.
import { resolve } from 'node:path';
import type { JsonObject, LabelClass, Split } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import { nextBoxId, putBox } from '../db/boxes.ts';
import { listClasses, nextClassId, putClass } from '../db/classes.ts';
import type { WritableDb } from '../db/database.ts';
import * as images from '../db/images.ts';
import { deleteOvertaken, insertImport, setImportReport } from '../db/imports.ts';
import { lastSeq } from '../db/journal.ts';
import { setImageRoot } from '../db/project.ts';
import type { StagedBox, StagedDataset, StagedImage } from '../formats/staged.ts';
import { className, draftClass } from './classes.ts';
import type { Facts } from './facts.ts';
import { pathKey, storedPath } from './image-path.ts';
import { adoptableRoot, imageRootOf, storedRoot } from './image-root.ts';
import { dealing } from './import-deal.ts';
import { ImportMerges } from './import-merges.ts';
import { defaultRatios, type ImportOptions, type ImportReport } from './import-options.ts';
import type { Journal } from './journal.ts';
import type { BoxChange } from './large-facts.ts';
import { groupOf } from './split-assignment.ts';
import { checkRatios, Splits } from './splits.ts';
import { importedState, labelOf, usableBoxes } from './staged-boxes.ts';

/** An image that came with the import: its place in the dataset, and how many boxes it brought. */
interface Own {
  readonly index: number;
  readonly boxes: number;
}

/** One import while it runs. */
export class DatasetImport {
  readonly #db: WritableDb;
  readonly #journal: Journal;
  readonly #dir: string;
  readonly #staged: StagedDataset;
  readonly #options: ImportOptions;
  readonly #skipped: { file: string; reason: string }[];
  readonly #merges: ImportMerges;
  /** Staged class index -> class. */
  #classes: LabelClass[] = [];
  #newClasses: LabelClass[] = [];
  #id = 0;
  /** The newest gesture at the first step, and at the deal of splits. */
  #seq = 0;
  #dealtAt: number | undefined;
  /** Before and with this import. */
  #roots: readonly [was: string, is: string] = ['', ''];
  readonly #own = new Map<number, Own>();
  readonly #keys = new Set<string>();
  /** Places in the dataset of images to look at once more, when those before them are in. */
  readonly #late: number[] = [];
  /** Those of them whose boxes were judged before. */
  readonly #judged = new Set<number>();
  /** Splits dealt to images that were there. */
  readonly #dealt = new Map<number, Split>();

  /** `dir` is the project's folder. */
  constructor(db: WritableDb, journal: Journal, dir: string, staged: StagedDataset, options: ImportOptions) {
    this.#db = db;
    this.#journal = journal;
    this.#dir = dir;
    this.#staged = staged;
    this.#options = options;
    this.#skipped = [...staged.skipped];
    this.#merges = new ImportMerges(db, options.existing ?? 'merge', (box) => this.#classOf(box));
    if (this.#deals) checkRatios(options.ratios ?? defaultRatios);
  }

  /** The import; each step belongs inside a transaction. Yields how many images were looked at. */
  *steps(): Generator<number, ImportReport> {
    const { length } = this.#staged.images;
    this.#begin();
    for (let index = 0; index < length; index++) {
      this.#takeImage(index);
      yield index + 1;
    }
    for (const _ of this.#deal()) yield length;
    for (const _ of this.#merges.writeFacts(this.#id)) yield length;
    return this.#finish();
  }

  #begin(): void {
    const { format, convention, images: list } = this.#staged;
    const files = list.map(({ path }) => path);
    const was = imageRootOf(this.#db, this.#dir);
    const adopted = adoptableRoot(this.#db, this.#dir, files);
    this.#roots = [was, adopted === undefined ? was : resolve(this.#dir, adopted)];
    this.#mapClasses();
    const classIds = this.#newClasses.map(({ id }) => id);
    this.#id = insertImport(this.#db, format, convention ?? null, Date.now(), classIds);
    this.#seq = lastSeq(this.#db);
    this.#merges.begin(list.reduce((sum, { boxes }) => sum + boxes.length, 0));
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
    for (const label of this.#newClasses) putClass(this.#db, { ...label, deleted: true });
  }

  #takeImage(index: number, removed = true): void {
    const image = this.#staged.images[index];
    if (!image) return;
    const path = storedPath(image.path, this.#roots[1]);
    const key = pathKey(path);
    if (removed && this.#keys.has(key)) {
      this.#late.push(index);
      return;
    }
    this.#keys.add(key);
    const { splitBy, groupBy = 'auto' } = this.#options;
    const split = splitBy === 'ratio' || splitBy === 'none' ? null : (image.split ?? null);
    const facts = { contentHash: image.hash ?? null, group: image.group ?? groupOf(path, groupBy), split };
    const { boxes, lost } = this.#usable(image, index);
    const known = images.readImageByKey(this.#db, key);
    if (known) {
      this.#merges.plan(known, index, facts, { boxes, lost, isLabelled: this.#isLabelled });
      return;
    }
    const { width, height, orientation } = image;
    const extra = (image.extra ?? null) as JsonObject | null;
    const state = this.#isLabelled ? importedState(boxes.length, lost) : 'unlabelled';
    const importId = this.#id;
    const row = { path, pathKey: key, importId, width, height, orientation, state, extra, removed, ...facts };
    const imageId = images.insertImage(this.#db, row);
    let boxId = nextBoxId(this.#db);
    for (const box of boxes) putBox(this.#db, labelOf(box, boxId++, imageId, this.#classOf(box)));
    this.#own.set(imageId, { index, boxes: boxes.length });
  }

  /** A folder of images alone says nothing about what is on them; in a dataset, no boxes means a negative. */
  get #isLabelled(): boolean {
    return this.#staged.classes.length > 0;
  }

  #classOf({ classIndex }: StagedBox): number {
    return this.#classes[classIndex]?.id ?? 0;
  }

  #usable(image: StagedImage, index: number) {
    const usable = usableBoxes(image, this.#classes.length);
    if (!this.#judged.has(index))
      for (const reason of usable.reasons) this.#skipped.push({ file: image.path, reason });
    return usable;
  }

  get #deals(): boolean {
    const { splitBy = 'file' } = this.#options;
    // a source that names splits is taken at its word: what it leaves out stays out
    const isNamed = this.#staged.images.some((image) => image.split !== undefined);
    return splitBy !== 'none' && !(splitBy === 'file' && isNamed);
  }

  *#deal(): Generator<void, void> {
    if (!this.#deals) return;
    const { ratios = defaultRatios, seed = 0, groupBy = 'auto' } = this.#options;
    const pending = (id: number) => this.#merges.splitOf(id);
    const given = yield* dealing(this.#db, { importId: this.#id, ratios, seed, groupBy, pending });
    this.#dealt.clear();
    for (const [id, split] of given) {
      if (this.#own.has(id)) images.setImageSplit(this.#db, id, split);
      else this.#dealt.set(id, split);
      yield;
    }
    this.#dealtAt = lastSeq(this.#db);
  }

  /** The last step: what was hidden becomes part of the project, as one gesture. */
  #finish(): ImportReport {
    this.#takeRoot();
    if (lastSeq(this.#db) !== this.#seq) this.#heedOthers();
    for (const id of deleteOvertaken(this.#db, this.#id)) {
      this.#takeLater(this.#own.get(id)?.index ?? 0);
      this.#own.delete(id);
    }
    for (const label of this.#newClasses) putClass(this.#db, label);
    images.setImportRemoved(this.#db, this.#id, false);
    const changes = this.#mergeAll();
    if (this.#late.length > 0 || lastSeq(this.#db) !== this.#dealtAt) for (const _ of this.#deal());
    const report = this.#report(this.#record(changes));
    setImportReport(this.#db, this.#id, report as unknown as JsonObject);
    return report;
  }

  /** The changes of images that were looked at once more. */
  #mergeAll(): BoxChange[] {
    const isOwn = (id: number) => this.#own.has(id);
    this.#merges.apply(isOwn);
    const changes: BoxChange[] = [];
    for (const index of this.#late) {
      this.#takeImage(index, false);
      changes.push(...this.#merges.apply(isOwn));
    }
    return changes;
  }

  #takeRoot(): void {
    const [was, is] = this.#roots;
    const hasImages = was !== is && images.countImages(this.#db, {}) > 0;
    if (imageRootOf(this.#db, this.#dir) !== was || hasImages) throw changedMeanwhile('folder of images');
    if (was !== is) setImageRoot(this.#db, storedRoot(is, this.#dir));
  }

  /** Gestures since the first step: images they changed are looked at again. */
  #heedOthers(): void {
    const live = listClasses(this.#db);
    const isGone = ({ id }: LabelClass) => !live.some((label) => label.id === id);
    const isMade = ({ name }: LabelClass) => live.some((label) => label.name === name);
    const isNew = new Set(this.#newClasses);
    const known = this.#classes.filter((label) => !isNew.has(label));
    if (known.some(isGone) || this.#newClasses.some(isMade)) throw changedMeanwhile('classes');
    for (const index of this.#merges.forgetStale()) this.#takeLater(index);
  }

  #takeLater(index: number): void {
    this.#judged.add(index);
    this.#late.push(index);
  }

  /** Says whether there was anything to record. */
  #record(changes: readonly BoxChange[]): boolean {
    const hidden = this.#newClasses.map((label) => ({ ...label, deleted: true }));
    const splits = [...new Map([...this.#dealt, ...this.#merges.given])];
    const states = [...this.#merges.states];
    const isNews = [this.#newClasses, changes, splits, states].some(({ length }) => length > 0);
    if (this.#own.size + this.#merges.added === 0 && !isNews && !this.#merges.large('after').large)
      return false;
    const importId = this.#id;
    const before: Facts = {
      classes: hidden,
      boxes: changes.map(({ id, was }) => [id, was]),
      ...this.#merges.large('before'),
      states: states.map(([id, { was }]) => [id, was]),
      splits: splits.map(([id]) => [id, null]),
      imported: { importId, removed: true },
    };
    const after: Facts = {
      classes: this.#newClasses,
      boxes: changes.map(({ id, is }) => [id, is]),
      ...this.#merges.large('after'),
      states: states.map(([id, { is }]) => [id, is]),
      splits,
      imported: { importId, removed: false },
    };
    const { session = 'import' } = this.#options;
    this.#journal.record({ gesture: 'import', before, after, session });
    return true;
  }

  #report(isNews: boolean): ImportReport {
    const { images: list, classes, warnings } = this.#staged;
    const { source } = this.#options;
    const brought = [...this.#own.values()].reduce((sum, { boxes }) => sum + boxes, 0);
    return {
      images: list.length,
      imagesAdded: this.#own.size,
      imagesMerged: this.#merges.count,
      boxes: list.reduce((sum, image) => sum + image.boxes.length, 0),
      boxesAdded: brought + this.#merges.added,
      isNews,
      classes: classes.map(({ name }) => className(name)),
      classesAdded: this.#newClasses.map((label) => label.name),
      splits: new Splits(this.#db).counts(),
      skipped: this.#skipped,
      warnings,
      ...(source !== undefined && { source }),
    };
  }
}

function changedMeanwhile(what: string): Problem {
  return new Problem(`The ${what} changed while the import was under way.`, 'Nothing came in; import again.');
}
