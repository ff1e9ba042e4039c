// COCO detection JSON: one file a split, images beside it or in folders named like it.
import { basename, extname } from 'node:path';
import { decoded } from '../../shared/decoded.ts';
import { cocoBox, isId } from './coco-boxes.ts';
import { writeCoco } from './coco-write.ts';
import type { DatasetFormat, ReadOptions } from './dataset-format.ts';
import { folderOf } from './draft-list.ts';
import { nameBelow } from './image-files.ts';
import { type ImageIndex, imagesFor, nearTo } from './image-index.ts';
import { readLists } from './json-lists.ts';
import { readManifest } from './manifest.ts';
import { extraOf, isRecord, numberOf, Unreadable } from './source-text.ts';
import type { SourceTree } from './source-tree.ts';
import { type Split, splitOfFile } from './split-folders.ts';
import type { StagedBox, StagedDataset } from './staged.ts';
import { type ImageDraft, Staging } from './staging.ts';

export const coco: DatasetFormat = { name: 'coco', detect: detectCoco, read: readCoco, write: writeCoco };

async function detectCoco(source: string, tree: SourceTree): Promise<number> {
  return (await tree.labels(source, 'coco')).length > 0 ? 0.85 : 0;
}

/**
 * JSON files that open like COCO; where none does, the user says that these are: all of them. Of a folder with
 * `instances_*` files only those, with a warning of the others.
 */
async function labelFiles(source: string, tree: SourceTree, staging: Staging): Promise<string[]> {
  const telling = await tree.labels(source, 'coco');
  const found = telling.length > 0 ? telling : (await tree.filesOf(source)).filter(isJson);
  const instances = found.filter((file) => /^instances_/i.test(basename(file)));
  const [other] = found.filter((file) => !instances.includes(file));
  if (instances.length === 0 || other === undefined) return found;
  const more = found.length - instances.length - 1;
  const names = more > 0 ? `${basename(other)} and ${more} more` : basename(other);
  staging.warn(`Beside files called instances_..., COCO files of other names were not read: ${names}.`);
  return instances;
}

function isJson(file: string): boolean {
  return extname(file).toLowerCase() === '.json' && basename(file) !== 'manifest.json';
}

/** Reads a COCO file, or every COCO file of a folder. Classes keep the order of `categories`. */
async function readCoco(source: string, options: ReadOptions, tree: SourceTree): Promise<StagedDataset> {
  const folder = await folderOf(source);
  const known = await readManifest(folder, 'coco');
  const staging = new Staging('coco', options, known);
  const labels = await labelFiles(source, tree, staging);
  if (labels.length === 0) throw new Unreadable('there is no COCO file');
  const reader = new CocoReader(await imagesFor(folder, options, tree), staging, known === undefined);
  const rank = { train: 0, val: 1, test: 2, none: 3 };
  const ordered = labels.map((file) => ({ file, split: splitOfFile(folder, file) }));
  ordered.sort((a, b) => rank[a.split ?? 'none'] - rank[b.split ?? 'none']);
  for (const { file, split } of ordered) await reader.take(file, split);
  return reader.finish();
}

const listKeys = ['images', 'annotations', 'categories'] as const;
const imageKeys = new Set(['id', 'file_name', 'width', 'height', 'group']);

/** What a file's annotations say of one image. */
interface Owned {
  readonly boxes: StagedBox[];
  /** Annotations that could not be taken, and those that are marked to be left out. */
  lost: number;
  leftOut: number;
}

class CocoReader {
  readonly #images: ImageIndex;
  readonly #staging: Staging;
  readonly #drafts: ImageDraft[] = [];
  readonly #taken = new Set<string>();
  /** Ids of an export of ours are running numbers, not worth keeping. */
  readonly #keepIds: boolean;

  constructor(images: ImageIndex, staging: Staging, keepIds: boolean) {
    this.#images = images;
    this.#staging = staging;
    this.#keepIds = keepIds;
  }

  async take(file: string, split: Split | undefined): Promise<void> {
    const lists = await this.#staging.attempt(file, () => readLists(file, listKeys));
    if (lists === undefined) return;
    const [listed, annotations = [], categories = []] = listKeys.map((key) => lists.get(key));
    if (!listed) {
      this.#staging.skip(file, 'the file has no list of images');
      return;
    }
    const classes = this.#classes(categories.filter(isRecord), annotations, file);
    const owned = new Map<string, Owned>();
    const images = listed.filter(isRecord);
    for (const image of images) owned.set(String(image.id), { boxes: [], lost: 0, leftOut: 0 });
    await this.#readBoxes(annotations, classes, owned, file);
    for (const image of images) await this.#takeImage(image, owned.get(String(image.id)), file, split);
  }

  async finish(): Promise<StagedDataset> {
    await this.#staging.takeImages(this.#drafts);
    return this.#staging.finish();
  }

  /** Category id, as text -> class index. */
  #classes(
    categories: readonly Record<string, unknown>[],
    annotations: readonly unknown[],
    file: string,
  ): Map<string, number> {
    const classes = new Map<string, number>();
    const dummy = dummyCategory(categories, annotations, file);
    for (const category of categories) {
      const { id, name } = category;
      if (category === dummy) continue;
      const index = isId(id) ? this.#staging.classIndex(name, this.#keepIds ? id : undefined) : undefined;
      if (index === undefined) this.#staging.skip(file, `the category ${String(id)} has no id or no name`);
      else if (classes.has(String(id)))
        this.#staging.skip(file, `the category id ${String(id)} is given twice`);
      else classes.set(String(id), index);
    }
    if (dummy) this.#staging.warn(`The unused category ${String(dummy.name)} (id 0) was left out.`);
    return classes;
  }

  async #readBoxes(
    annotations: readonly unknown[],
    classes: ReadonlyMap<string, number>,
    owned: ReadonlyMap<string, Owned>,
    file: string,
  ): Promise<void> {
    const { turns } = this.#staging;
    const ids = new Set<string>();
    for (const annotation of annotations) {
      if (!isRecord(annotation)) continue;
      if (turns.isOver) await turns.next();
      const { id, image_id, category_id } = annotation;
      const called = id === undefined ? 'an annotation' : `the annotation ${String(id)}`;
      if (id !== undefined && ids.has(String(id))) {
        this.#staging.count(
          'annotation has an id that another one has too; all were read.',
          'annotations have an id that another one has too; all were read.',
        );
      }
      ids.add(String(id));
      const classIndex = classes.get(String(category_id));
      const image = owned.get(String(image_id));
      if (annotation.ignore) {
        this.#staging.skip(file, `${called} is marked to be left out (ignore)`);
        if (image) image.leftOut++;
      } else if (!image) {
        this.#staging.skip(file, `${called} belongs to the unknown image ${String(image_id)}`);
      } else if (classIndex === undefined) {
        this.#staging.skip(file, `${called} has the unknown class id ${String(category_id)}`);
        image.lost++;
      } else image.boxes.push(cocoBox(annotation, classIndex, this.#staging));
    }
  }

  async #takeImage(
    image: Record<string, unknown>,
    owned: Owned | undefined,
    labelFile: string,
    split: Split | undefined,
  ): Promise<void> {
    const name = String(image.file_name ?? '');
    const path = await this.#staging.attempt(name === '' ? labelFile : name, () => {
      if (name === '') throw new Unreadable(`the image ${String(image.id)} has no file name`);
      return this.#find(name, labelFile, split);
    });
    if (path === undefined) return;
    if (this.#taken.has(path)) {
      this.#staging.skip(path, `the image is described again in ${basename(labelFile)}`);
      return;
    }
    this.#taken.add(path);
    const { id, group } = image;
    const { boxes = [], lost = 0, leftOut = 0 } = owned ?? {};
    // an image of nothing but what is to be left out shows something all the same
    const missing = lost + (boxes.length === 0 ? leftOut : 0);
    const stated = { width: numberOf(image.width), height: numberOf(image.height) };
    const kept = {
      ...(this.#keepIds && id !== undefined && { source_id: id }),
      ...extraOf(image, imageKeys),
    };
    this.#drafts.push({
      path,
      labelFile,
      stated,
      boxes: () => boxes,
      ...(missing > 0 && { lost: missing }),
      ...(split && { split }),
      ...(typeof group === 'string' && { group }),
      ...(Object.keys(kept).length > 0 && { extra: kept }),
    });
  }

  /** Of several images with the name, the one beside the file or in a folder of its split is meant. */
  #find(name: string, labelFile: string, split: Split | undefined): string {
    const clean = plainPath(name);
    return this.#images.byName(clean, nearTo(nameBelow(this.#images.root, labelFile), split));
  }
}

/** The path in an address, decoded; other names as they are. */
function plainPath(name: string): string {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(name)) return name;
  const path = name.replace(/[?#].*$/, '');
  return decoded(path) ?? path;
}

/** The class 0 without boxes that Roboflow puts above all others. */
function dummyCategory(
  categories: readonly Record<string, unknown>[],
  annotations: readonly unknown[],
  file: string,
): Record<string, unknown> | undefined {
  if (!/_annotations\.coco\.json$/i.test(file)) return undefined;
  const zero = categories.find(({ id }) => id === 0);
  const above = categories.some((other) => other !== zero && other.supercategory === zero?.name);
  const used = annotations.some((annotation) => isRecord(annotation) && annotation.category_id === 0);
  return above && !used ? zero : undefined;
}
