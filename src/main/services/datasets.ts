// Datasets of a project: commits a staged import, or works out what it would do.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { WritableDb } from '../db/database.ts';
import { readImageByKey } from '../db/images.ts';
import { type ImportRow, listImports } from '../db/imports.ts';
import type { StagedDataset, StagedImage } from '../formats/staged.ts';
import { DatasetImport, type ImportOptions, type ImportReport } from './dataset-import.ts';
import { pathKey, storedPath } from './image-path.ts';
import { adoptImageRoot, imageRootOf } from './image-root.ts';
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
        const files = staged.images.map((image) => image.path);
        adoptImageRoot(this.#db, this.#dir, files);
        const root = imageRootOf(this.#db, this.#dir);
        const report = new DatasetImport(this.#db, this.#journal, root, staged, options).run();
        if (options.dryRun) throw new DryRun(report);
        return report;
      });
    } catch (error) {
      if (error instanceof DryRun) return error.report;
      throw error;
    }
  }

  /** How many of these images are in the project already. */
  known(staged: StagedDataset): number {
    const root = imageRootOf(this.#db, this.#dir);
    const isThere = (image: StagedImage) =>
      readImageByKey(this.#db, pathKey(storedPath(image.path, root))) !== undefined;
    return this.#db.consistently(() => staged.images.filter(isThere).length);
  }

  /** Imports so far, newest first, with the convention to reuse on export. */
  imports(): ImportRow[] {
    return listImports(this.#db);
  }
}
