// Images that JSON and XML labels describe by name: each found once, the others reported.
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { ReadOptions } from './dataset-format.ts';
import { type ImageIndex, imagesFor } from './image-index.ts';
import type { SourceTree } from './source-tree.ts';
import type { StagedDataset } from './staged.ts';
import type { ImageDraft, Staging } from './staging.ts';

const rank = { train: 0, val: 1, test: 2, none: 3 };

export class DraftList {
  readonly images: ImageIndex;
  readonly #staging: Staging;
  readonly #drafts: ImageDraft[] = [];
  readonly #taken = new Set<string>();

  constructor(images: ImageIndex, staging: Staging) {
    this.images = images;
    this.#staging = staging;
  }

  /** Adds the image that `find` gives; `name` stands for it in the report where there is none. */
  async take(
    name: string,
    find: (images: ImageIndex) => string,
    draft: Omit<ImageDraft, 'path'>,
  ): Promise<void> {
    const path = await this.#staging.attempt(name === '' ? draft.labelFile : name, () => find(this.images));
    if (path === undefined) return;
    if (this.#taken.has(path)) {
      this.#staging.skip(path, `the image is described again in ${basename(draft.labelFile)}`);
      return;
    }
    this.#taken.add(path);
    this.#drafts.push({ ...draft, path });
  }

  /** Opens the images and ends the reading; those of train come first, then val, test and the rest. */
  async finish(convention?: string, isConventionStated?: boolean): Promise<StagedDataset> {
    const sorted = [...this.#drafts].sort((a, b) => rank[a.split ?? 'none'] - rank[b.split ?? 'none']);
    await this.#staging.takeImages(sorted);
    return this.#staging.finish(convention, isConventionStated);
  }
}

/** The folder of a source, which may be a file. */
export async function folderOf(source: string): Promise<string> {
  return (await stat(source)).isDirectory() ? source : dirname(source);
}

/** An empty list over the images of `options.images`, else of the source. */
export async function draftList(
  source: string,
  options: ReadOptions,
  staging: Staging,
  tree: SourceTree,
): Promise<DraftList> {
  return new DraftList(await imagesFor(await folderOf(source), options, tree), staging);
}
