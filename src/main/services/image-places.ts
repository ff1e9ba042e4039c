// Files of images that are gone from where the project knew them: counted, and found again in another folder.
import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { MissingFiles, Relocated } from '../../shared/contract/places.ts';
import type { ImageRecord } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import type { WritableDb } from '../db/database.ts';
import { eachImage, everyImagePath, imageIdByKey, listImages, setImagePath } from '../db/images.ts';
import { setImageRoot } from '../db/project.ts';
import { filesBelow, isImageName } from '../formats/image-files.ts';
import { fileHash } from './datasets.ts';
import { pathKey, resolvedPath, storedPath } from './image-path.ts';
import { imageRootOf, storedRoot } from './image-root.ts';

interface Watched {
  readonly onProgress: (done: number, total: number, what: string) => void;
  readonly signal?: AbortSignal | undefined;
}

const AT_ONCE = 64;
/** Images whose records are held at once while they are only counted. */
const PAGE = 512;

export class ImagePlaces {
  readonly #db: WritableDb;
  readonly #dir: string;

  /** `dir` is the project's folder. */
  constructor(db: WritableDb, dir: string) {
    this.#db = db;
    this.#dir = dir;
  }

  /** How many files are not where the project knows them. */
  async missing(signal?: AbortSignal): Promise<MissingFiles> {
    const found = { missing: 0, total: 0, first: null as string | null };
    let page = listImages(this.#db, {}, 0, PAGE);
    while (page.length > 0) {
      const gone = await this.#gone(page, signal);
      found.missing += gone.length;
      found.total += page.length;
      found.first ??= gone[0]?.path ?? null;
      page = listImages(this.#db, {}, page.at(-1)?.id ?? 0, PAGE);
    }
    return found;
  }

  /**
   * Looks for the missing files below `folder`: first by the longest end of their path, the content being the same where it
   * is known, then by content alone. Nothing is changed until all was looked at; then it is, in one transaction.
   */
  async relocate(folder: string, { onProgress, signal }: Watched): Promise<Relocated> {
    const images = [...eachImage(this.#db)];
    const gone = await this.#gone(images, signal);
    const held = this.#filesOf(images, new Set(gone));
    const files = await imagesBelow(folder, signal);
    const search = new Search(files.filter((file) => !held.has(pathKey(file))));
    const unlike: number[] = [];
    for (const [index, image] of gone.entries()) {
      signal?.throwIfAborted();
      if ((await search.byName(image)) === 'different') unlike.push(image.id);
      onProgress(index + 1, gone.length, 'looking by name');
    }
    const byName = search.found.size;
    const left = gone.filter(({ id }) => !search.found.has(id));
    await search.byContent(left, (done, total) => onProgress(done, total, 'looking by content'), signal);
    const claimed = this.#move(search.found, gone.length === images.length ? folder : undefined);
    const { size } = search.found;
    const different = unlike.filter((id) => !search.found.has(id)).length;
    return { byName, byContent: size - byName - claimed, different, missing: gone.length - size + claimed };
  }

  async #gone(images: readonly ImageRecord[], signal?: AbortSignal): Promise<ImageRecord[]> {
    const root = imageRootOf(this.#db, this.#dir);
    const gone: ImageRecord[] = [];
    for (let start = 0; start < images.length; start += AT_ONCE) {
      signal?.throwIfAborted();
      const part = images.slice(start, start + AT_ONCE);
      const there = await Promise.all(
        part.map(({ path }) =>
          access(resolvedPath(path, root)).then(
            () => true,
            () => false,
          ),
        ),
      );
      gone.push(...part.filter((_, index) => !there[index]));
    }
    return gone;
  }

  /** Files that images have, as compared: another image with the same content is to find another copy. */
  #filesOf(images: readonly ImageRecord[], gone: ReadonlySet<ImageRecord>): Set<string> {
    const root = imageRootOf(this.#db, this.#dir);
    const here = images.filter((image) => !gone.has(image));
    return new Set(here.map(({ path }) => pathKey(resolve(resolvedPath(path, root)))));
  }

  /**
   * Gives images their new places. `newRoot` takes the place of the old root, where no image was left there; images that
   * were not found keep the place they had. Says how many files could not be given because another image has them.
   */
  #move(found: ReadonlyMap<number, string>, newRoot: string | undefined): number {
    if (found.size === 0) return 0;
    return this.#db.transact(() => {
      const old = this.#placesNow();
      if (newRoot !== undefined) setImageRoot(this.#db, storedRoot(newRoot, this.#dir));
      return this.#place(newRoot === undefined ? found : new Map([...old, ...found]), old, found);
    });
  }

  #placesNow(): Map<number, string> {
    const root = imageRootOf(this.#db, this.#dir);
    return new Map(everyImagePath(this.#db).map(({ id, path }) => [id, resolvedPath(path, root)]));
  }

  /** Two images may have changed their names with each other, so all let go of theirs before any takes a new one. */
  #place(
    places: ReadonlyMap<number, string>,
    old: ReadonlyMap<number, string>,
    found: ReadonlyMap<number, string>,
  ): number {
    const root = imageRootOf(this.#db, this.#dir);
    let claimed = 0;
    for (const id of places.keys()) setImagePath(this.#db, id, `?${id}`, `?${id}`);
    for (const [id, place] of places) {
      const path = storedPath(place, root);
      const isTaken = found.has(id) && imageIdByKey(this.#db, pathKey(path)) !== undefined;
      const kept = isTaken ? storedPath(old.get(id) ?? place, root) : path;
      setImagePath(this.#db, id, kept, pathKey(kept));
      claimed += Number(isTaken);
    }
    return claimed;
  }
}

async function imagesBelow(folder: string, signal?: AbortSignal): Promise<string[]> {
  try {
    return (await filesBelow(resolve(folder), signal)).filter(isImageName);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(`The folder ${folder} cannot be read.`, 'Choose the folder that holds the images now.');
  }
}

/** Files of a folder, each of which becomes the place of one image at most. */
class Search {
  /** Image -> file. */
  readonly found = new Map<number, string>();
  readonly #free: Set<string>;
  readonly #byBase = new Map<string, string[]>();
  readonly #hashes = new Map<string, string>();

  constructor(files: readonly string[]) {
    this.#free = new Set(files);
    for (const file of files) {
      const base = pathKey(file).split(/[/\\]/).pop() ?? '';
      this.#byBase.set(base, [...(this.#byBase.get(base) ?? []), file]);
    }
  }

  /** Takes the file whose path ends like the image's, if the content is right. */
  async byName(image: ImageRecord): Promise<'found' | 'different' | 'none'> {
    const parts = pathKey(image.path).split('/');
    const named = (this.#byBase.get(parts.at(-1) ?? '') ?? []).filter((file) => this.#free.has(file));
    const best = named.sort((a, b) => sharedEnd(b, parts) - sharedEnd(a, parts));
    for (const file of best) {
      if (image.contentHash !== null && (await this.#hashOf(file)) !== image.contentHash) continue;
      this.#take(image.id, file);
      return 'found';
    }
    return best.length > 0 ? 'different' : 'none';
  }

  /** Takes files of any name with the content of one of the images. */
  async byContent(
    images: readonly ImageRecord[],
    onProgress: (done: number, total: number) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const wanted = new Map<string, number[]>();
    for (const { id, contentHash } of images)
      if (contentHash !== null) wanted.set(contentHash, [...(wanted.get(contentHash) ?? []), id]);
    const files = wanted.size === 0 ? [] : [...this.#free];
    for (const [index, file] of files.entries()) {
      signal?.throwIfAborted();
      const id = wanted.get(await this.#hashOf(file))?.shift();
      if (id !== undefined) this.#take(id, file);
      onProgress(index + 1, files.length);
    }
  }

  #take(id: number, file: string): void {
    this.found.set(id, file);
    this.#free.delete(file);
  }

  async #hashOf(file: string): Promise<string> {
    const known = this.#hashes.get(file);
    if (known !== undefined) return known;
    const hash = await fileHash(file).catch(() => '');
    this.#hashes.set(file, hash);
    return hash;
  }
}

/** How many parts of the path agree from the end. */
function sharedEnd(file: string, parts: readonly string[]): number {
  const own = pathKey(file).split(/[/\\]/);
  let same = 0;
  while (same < parts.length && own.at(-1 - same) === parts.at(-1 - same)) same++;
  return same;
}
