// Collects what a reader finds: classes as they appear, images with their headers, files left out and why.
import { counted } from '../../shared/counted.ts';
import type { ReadOptions } from './dataset-format.ts';
import { type ImageHeader, readImageHeader } from './image-files.ts';
import type { KnownExport } from './manifest.ts';
import { cleanName, Unreadable } from './source-text.ts';
import type { StagedBox, StagedDataset, StagedImage } from './staged.ts';
import { Turns } from './turns.ts';

const atOnce = 8;

/** What a reader knows of an image before its file is opened. */
export interface ImageDraft extends Omit<StagedImage, 'width' | 'height' | 'orientation' | 'boxes'> {
  /** The size the labels state, where they do. */
  readonly stated?: { readonly width: number; readonly height: number };
  /** Boxes, given the file's upright size in pixels. */
  readonly boxes: (header: ImageHeader) => StagedBox[];
  /** The label file to name beside the image. */
  readonly labelFile: string;
}

export class Staging {
  readonly #dataset: StagedDataset;
  readonly #options: ReadOptions;
  readonly #classes = new Map<string, number>();
  readonly #counts = new Map<string, { readonly one: string; readonly count: number }>();
  /** Remarks on images of another size than their labels state. */
  readonly #otherSizes: string[] = [];
  readonly turns: Turns;

  /** `known` is an earlier export whose classes come first, unless the options state an order. */
  constructor(format: string, options: ReadOptions, known?: KnownExport) {
    this.#dataset = { format, classes: [], images: [], skipped: [], warnings: [] };
    this.#options = options;
    this.turns = new Turns(options.signal);
    const first: KnownExport['classes'] =
      options.classOrder?.map((name) => ({ name })) ?? known?.classes ?? [];
    for (const { name, sourceId } of first) this.classIndex(name, sourceId);
  }

  /** Index of the class with this name, added where it is new; undefined for an empty name. */
  classIndex(name: unknown, sourceId?: string | number): number | undefined {
    const clean = cleanName(name);
    if (clean === '') return undefined;
    const known = this.#classes.get(clean);
    if (known !== undefined) return this.#withSource(known, sourceId);
    const index = this.#dataset.classes.length;
    this.#classes.set(clean, index);
    this.#dataset.classes.push(sourceId === undefined ? { name: clean } : { name: clean, sourceId });
    return index;
  }

  /** Says that labels of other kinds could be taken instead. */
  offer(chosen: string, choices: readonly string[]): void {
    this.#dataset.variant = { chosen, choices };
  }

  /** Says that nothing in the source names this class: its name is made up. */
  markUnnamed(index: number): void {
    const label = this.#dataset.classes[index];
    if (label) label.isUnnamed = true;
  }

  #withSource(index: number, sourceId: string | number | undefined): number {
    const label = this.#dataset.classes[index];
    if (label && label.sourceId === undefined && sourceId !== undefined) label.sourceId = sourceId;
    return index;
  }

  skip(file: string, reason: string): void {
    this.#dataset.skipped.push({ file, reason });
  }

  warn(sentence: string): void {
    if (!this.#dataset.warnings.includes(sentence)) this.#dataset.warnings.push(sentence);
  }

  /** Counts a kind of remark that is said once at the end, with its number in front: of one case, or of several. */
  count(one: string, other: string): void {
    this.#counts.set(other, { one, count: (this.#counts.get(other)?.count ?? 0) + 1 });
  }

  /** Runs `work`; a reason it throws becomes a skipped row of `file`. */
  async attempt<T>(file: string, work: () => T | Promise<T>): Promise<T | undefined> {
    if (this.turns.isOver) await this.turns.next();
    this.#options.signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.skip(file, error.message);
      return undefined;
    }
  }

  /** Reads the headers of all drafts and keeps those whose image is sound, in the given order. */
  async takeImages(drafts: readonly ImageDraft[]): Promise<void> {
    const { known } = this.#options;
    for (let start = 0; start < drafts.length; start += atOnce) {
      const part = drafts.slice(start, start + atOnce);
      const headers = await Promise.all(
        part.map(({ path }) => this.attempt(path, () => known?.headers.get(path) ?? readImageHeader(path))),
      );
      for (const [index, draft] of part.entries()) {
        const header = headers[index];
        if (header) this.#take(draft, header);
      }
      this.#options.onProgress?.(start + part.length, drafts.length);
    }
  }

  #take({ stated, boxes, labelFile, ...image }: ImageDraft, header: ImageHeader): void {
    const known = stated && stated.width > 0 && stated.height > 0;
    if (known && (stated.width !== header.width || stated.height !== header.height)) {
      const sizes = `${stated.width}x${stated.height} where the upright image has ${header.width}x${header.height}`;
      this.#otherSizes.push(`${labelFile} states ${sizes}`);
    }
    this.#dataset.images.push({ ...image, ...header, boxes: boxes(header) });
  }

  /** The dataset; `convention` where the format leaves coordinates open, and whether something states it. */
  finish(convention?: string, isConventionStated = false): StagedDataset {
    const [first, ...others] = this.#otherSizes;
    if (first !== undefined) {
      const more =
        others.length > 0 ? ` (and so for ${counted(others.length, 'more image', 'more images')})` : '';
      this.warn(`${first}${more}; boxes were taken as pixels of the upright image.`);
    }
    for (const [other, { one, count }] of this.#counts) this.warn(counted(count, one, other));
    return convention === undefined ? this.#dataset : { ...this.#dataset, convention, isConventionStated };
  }
}
