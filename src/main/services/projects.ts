// A project is a folder with project.db and checkpoints.db: made, opened, moved.
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { ImageRecord, Project } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import { refusingWrites, type WritableDb } from '../db/database.ts';
import { everyImagePath, setImagePath } from '../db/images.ts';
import { lastSeq } from '../db/journal.ts';
import { type Lock, takeLock } from '../db/lock.ts';
import { projectSchema } from '../db/migrations/project.ts';
import { isUnfinished, openDatabase, openForReading, openFrozen } from '../db/open.ts';
import * as rows from '../db/project.ts';
import { asProblem } from '../db/sqlite-problem.ts';
import { Annotations } from './annotations.ts';
import { BulkChanges } from './bulk-changes.ts';
import { Checkpoints } from './checkpoints.ts';
import { Classes } from './classes.ts';
import { LabelFacts } from './data-facts.ts';
import { Datasets } from './datasets.ts';
import { Evaluations } from './evaluations.ts';
import { pathKey, resolvedPath, storedPath } from './image-path.ts';
import { ImagePlaces } from './image-places.ts';
import { imageRootOf, storedRoot } from './image-root.ts';
import { Journal } from './journal.ts';
import { LabelCounts } from './label-counts.ts';
import { Queues } from './queues.ts';
import { RunQueue } from './run-queue.ts';
import { Runs } from './runs.ts';
import { inSlices, type Sliced } from './slices.ts';
import { Snapshots } from './snapshots.ts';
import { SplitPlans } from './split-plans.ts';
import { Splits } from './splits.ts';
import { Suggestions } from './suggestions.ts';

const DATABASE = 'project.db';

export interface OpenOptions {
  /** Needs no lock; every change is refused with a Problem. */
  readonly readOnly?: boolean;
}

/** An open project: its services, and the folder they work on. */
export class OpenProject {
  readonly dir: string;
  readonly readOnly: boolean;
  readonly journal: Journal;
  readonly annotations: Annotations;
  readonly bulk: BulkChanges;
  readonly classes: Classes;
  readonly datasets: Datasets;
  readonly splits: Splits;
  readonly splitPlans: SplitPlans;
  readonly places: ImagePlaces;
  readonly snapshots: Snapshots;
  readonly runs: Runs;
  readonly queue: RunQueue;
  readonly evaluations: Evaluations;
  readonly checkpoints: Checkpoints;
  readonly queues: Queues;
  readonly suggestions: Suggestions;
  readonly labelFacts: LabelFacts;
  readonly labelCounts: LabelCounts;
  readonly #db: WritableDb;
  readonly #lock: Lock | undefined;
  /** As they were after this row of the journal. */
  #labels: { readonly seq: number; readonly hash: Promise<string> } | undefined;

  constructor(dir: string, db: WritableDb, lock: Lock | undefined) {
    this.dir = dir;
    this.readOnly = lock === undefined;
    this.#db = db;
    this.#lock = lock;
    this.journal = new Journal(db);
    this.annotations = new Annotations(db, this.journal);
    this.bulk = new BulkChanges(db, this.journal);
    this.classes = new Classes(db, this.journal);
    this.datasets = new Datasets(db, this.journal, dir);
    this.splits = new Splits(db);
    this.places = new ImagePlaces(db, dir);
    this.splitPlans = new SplitPlans(db, this.journal, (image) => this.imageFile(image));
    this.snapshots = new Snapshots(db);
    this.runs = new Runs(db);
    this.queue = new RunQueue(db, this.runs);
    this.evaluations = new Evaluations(db);
    this.checkpoints = new Checkpoints(join(dir, 'checkpoints.db'));
    this.queues = new Queues(db);
    this.suggestions = new Suggestions(db, this.journal, this.annotations, this.queues);
    this.labelFacts = new LabelFacts(db);
    this.labelCounts = new LabelCounts(db);
  }

  info(): Project {
    const row = rows.readProject(this.#db);
    if (!row) throw notAProject(this.dir);
    return { ...row, dir: this.dir, imageRoot: imageRootOf(this.#db, this.dir) };
  }

  rename(name: string): void {
    rows.setProjectName(this.#db, name);
  }

  /** The absolute path of an image's file; `root` is given by those who ask for many. */
  imageFile(image: Pick<ImageRecord, 'path'>, root = this.info().imageRoot): string {
    return resolvedPath(image.path, root);
  }

  /** Says that the images lie in another folder now: paths relative to the old root are read from the new one. */
  moveImageRoot(folder: string): void {
    rows.setImageRoot(this.#db, storedRoot(folder, this.dir));
  }

  /** Makes `folder` the root that paths are stored against; every image stays where it is. */
  setImageRoot(folder: string): void {
    this.#db.transact(() => {
      const root = this.info().imageRoot;
      const images = everyImagePath(this.#db).map(({ id, path }) => ({ id, file: resolvedPath(path, root) }));
      rows.setImageRoot(this.#db, storedRoot(folder, this.dir));
      // one may take the path that another had
      for (const { id } of images) setImagePath(this.#db, id, `?${id}`, `?${id}`);
      for (const { id, file } of images) {
        const path = storedPath(file, resolve(folder));
        setImagePath(this.#db, id, path, pathKey(path));
      }
    });
  }

  /** Labels and snapshots as they are now, for work that lets others write meanwhile. */
  async frozen<T>(work: (labels: Snapshots) => Promise<T>): Promise<T> {
    const db = openFrozen(join(this.dir, DATABASE), projectSchema);
    try {
      return await work(new Snapshots(refusingWrites(db)));
    } finally {
      db.close();
    }
  }

  /** The hash that a snapshot taken now would have: worked out once after a change of the labels, nobody held up. */
  labelHash(): Promise<string> {
    const seq = lastSeq(this.#db);
    if (this.#labels?.seq !== seq) {
      const hash = this.frozen((labels) => inSlices(labels.currentHash()));
      this.#labels = { seq, hash };
      hash.catch(() => {
        this.#labels = undefined;
      });
    }
    return this.#labels.hash;
  }

  /** Gives the space of what was deleted back to the disk; says how many bytes that was. */
  async giveBackSpace(): Promise<number> {
    const size = () => statSync(this.#db.file).size;
    const before = size();
    await inSlices(shrunk(this.#db));
    this.#db.foldLog();
    return Math.max(0, before - size());
  }

  close(): void {
    this.checkpoints.close();
    this.#db.close();
    this.#lock?.release();
  }
}

function* shrunk(db: WritableDb): Sliced<void> {
  while (db.shrinkSome()) yield;
}

function notAProject(dir: string): Problem {
  return new Problem(
    `${dir} is not a DDOD Studio project.`,
    'Choose a folder that holds a project.db, or make a new project.',
  );
}

function makeFolder(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true });
  } catch (error) {
    if (existsSync(dir) && !statSync(dir).isDirectory())
      throw new Problem(`${dir} is a file.`, 'Choose a folder for the project.');
    throw asProblem(error, dir);
  }
}

/** True where the folder holds a project: not what a crash left of one that was being made, which may be made again. */
export function isProject(dir: string): boolean {
  const file = join(dir, DATABASE);
  return existsSync(file) && !isUnfinished(file, projectSchema, 'project');
}

/**
 * Makes a project in a folder (made where missing) and opens it for writing. Throws a Problem where one is there
 * already or the folder cannot be written. `imageRoot` is the folder that image paths start from.
 */
export function createProject(
  dir: string,
  name = basename(resolve(dir)),
  options: { readonly imageRoot?: string } = {},
): OpenProject {
  const folder = resolve(dir);
  if (isProject(folder))
    throw new Problem(`${folder} already holds a project.`, 'Open it, or choose another folder.');
  makeFolder(folder);
  const imageRoot = storedRoot(options.imageRoot ?? folder, folder);
  return openLocked(folder, (db) =>
    rows.insertProject(db, { id: randomUUID(), name, imageRoot, createdAt: Date.now() }),
  );
}

/**
 * Opens a project. For writing it takes the project's lock, brings the schema up to date and marks runs that a crash
 * cut short. Throws a Problem for a folder that is no project, is open elsewhere, damaged, or from a newer program.
 */
export function openProject(dir: string, options: OpenOptions = {}): OpenProject {
  const folder = resolve(dir);
  if (!isProject(folder)) throw notAProject(folder);
  if (options.readOnly)
    return opened(folder, refusingWrites(openForReading(join(folder, DATABASE), projectSchema)));
  const project = openLocked(folder);
  project.checkpoints.upgrade();
  project.runs.recoverInterrupted((id) => project.checkpoints.latest(id) !== undefined);
  return project;
}

function opened(dir: string, db: WritableDb, lock?: Lock): OpenProject {
  const project = new OpenProject(dir, db, lock);
  project.info();
  return project;
}

function openLocked(dir: string, prepare?: (db: WritableDb) => void): OpenProject {
  const lock = takeLock(join(dir, 'project.lock'), `The project ${dir}`);
  let db: WritableDb | undefined;
  try {
    db = openDatabase(join(dir, DATABASE), projectSchema);
    prepare?.(db);
    return opened(dir, db, lock);
  } catch (error) {
    db?.close();
    lock.release();
    throw error;
  }
}
