// Datasets of a project: commits a staged import, or works out what it would do.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { WritableDb } from '../db/database.ts';
import { imageIdByKey } from '../db/images.ts';
import { deletePartOfImport, type ImportRow, listImports, unfinishedImports } from '../db/imports.ts';
import type { StagedDataset, StagedImage } from '../formats/staged.ts';
import { DatasetImport } from './dataset-import.ts';
import { pathKey, storedPath } from './image-path.ts';
import { imageRootOf } from './image-root.ts';
import type { ImportOptions, ImportReport } from './import-options.ts';
import type { Journal } from './journal.ts';

/** sha256 of a file's bytes, hex. */
export async function fileHash(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(file)) hash.update(part as Uint8Array);
  return hash.digest('hex');
}

interface Watched {
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** The dataset with a content hash on every image; files that cannot be read move to `skipped`. */
export async function withHashes(
  staged: StagedDataset,
  { onProgress, signal }: Watched = {},
): Promise<StagedDataset> {
  const images: StagedImage[] = [];
  const skipped = [...staged.skipped];
  for (const [index, image] of staged.images.entries()) {
    signal?.throwIfAborted();
    try {
      images.push(image.hash ? image : { ...image, hash: await fileHash(image.path) });
    } catch {
      skipped.push({ file: image.path, reason: 'the file cannot be read' });
    }
    onProgress?.(index + 1, staged.images.length);
  }
  return { ...staged, images, skipped };
}

type TakeOptions = Omit<ImportOptions, 'dryRun'>;

/** Milliseconds of work between two pauses: a frame or so. */
const SLICE_MS = 15;
const DELETED_AT_ONCE = 200;

/** Some steps of a work. */
function slice<R>(steps: Iterator<number, R>): IteratorResult<number, R> {
  const end = performance.now() + SLICE_MS;
  for (;;) {
    const result = steps.next();
    if (result.done || performance.now() > end) return result;
  }
}

/** Lets other work go first. */
function pause(): Promise<void> {
  return new Promise((go) => setImmediate(go));
}

async function inSlices<T>(
  items: readonly T[],
  work: (item: T) => void,
  signal?: AbortSignal,
): Promise<void> {
  let end = performance.now() + SLICE_MS;
  for (const item of items) {
    work(item);
    if (performance.now() < end) continue;
    await pause();
    signal?.throwIfAborted();
    end = performance.now() + SLICE_MS;
  }
}

/** Thrown to roll a dry run back; carries its report out. */
class DryRun extends Error {
  readonly report: ImportReport;

  constructor(report: ImportReport) {
    super('dry run');
    this.report = report;
  }
}

export class Datasets {
  readonly #db: WritableDb;
  readonly #journal: Journal;
  readonly #dir: string;
  #taking: Promise<unknown> = Promise.resolve();

  /** `dir` is the project's folder. */
  constructor(db: WritableDb, journal: Journal, dir: string) {
    this.#db = db;
    this.#journal = journal;
    this.#dir = dir;
  }

  /**
   * Writes a staged dataset in one transaction. Images are merged by path, classes by name (NFC); the source is never
   * written. `dryRun` gives the same report and changes nothing.
   */
  commit(staged: StagedDataset, options: ImportOptions = {}): ImportReport {
    try {
      return this.#db.transact(() => {
        const steps = this.#steps(staged, options);
        for (;;) {
          const { done, value } = steps.next();
          if (!done) continue;
          if (options.dryRun) throw new DryRun(value);
          return value;
        }
      });
    } catch (error) {
      if (error instanceof DryRun) return error.report;
      throw error;
    }
  }

  /**
   * The same while other work goes on: in steps, of which nothing is seen before the last. Stopped or failed it leaves
   * nothing. One import at a time: the next waits.
   */
  take(staged: StagedDataset, options: TakeOptions, watched: Watched): Promise<ImportReport> {
    const work = this.#taking.then(() => this.#takeNow(staged, options, watched));
    this.#taking = work.catch(() => undefined);
    return work;
  }

  /** How many of these images are in the project already. */
  async known(staged: StagedDataset, signal?: AbortSignal): Promise<number> {
    const root = imageRootOf(this.#db, this.#dir);
    let count = 0;
    await inSlices(
      staged.images,
      ({ path }) => {
        if (imageIdByKey(this.#db, pathKey(storedPath(path, root))) !== undefined) count++;
      },
      signal,
    );
    return count;
  }

  async #takeNow(
    staged: StagedDataset,
    options: TakeOptions,
    { onProgress, signal }: Watched,
  ): Promise<ImportReport> {
    // what the end of the program left of an earlier one
    await this.#discard();
    try {
      const steps = this.#steps(staged, options);
      for (;;) {
        signal?.throwIfAborted();
        const { done, value } = this.#db.transact(() => slice(steps));
        if (done) return value;
        onProgress?.(value, staged.images.length);
        await pause();
      }
    } catch (error) {
      // a project that was closed meanwhile does so with its next import
      await this.#discard().catch(() => undefined);
      throw error;
    }
  }

  #steps(staged: StagedDataset, options: ImportOptions): Generator<number, ImportReport> {
    return new DatasetImport(this.#db, this.#journal, this.#dir, staged, options).steps();
  }

  async #discard(): Promise<void> {
    for (const id of unfinishedImports(this.#db))
      while (deletePartOfImport(this.#db, id, DELETED_AT_ONCE)) await pause();
  }

  /** Imports so far, newest first, with the convention to reuse on export. */
  imports(): ImportRow[] {
    return listImports(this.#db);
  }
}
