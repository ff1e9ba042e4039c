// Apple Create ML: one JSON list a folder; boxes by centre and size, in pixels from the top-left corner.
import { basename } from 'node:path';
import { createmlConventions, scaled } from './conventions.ts';
import { writeCreateml } from './createml-write.ts';
import type { DatasetFormat, ReadOptions } from './dataset-format.ts';
import { type DraftList, draftList, folderOf } from './draft-list.ts';
import { nameBelow } from './image-files.ts';
import { nearTo } from './image-index.ts';
import { readLists } from './json-lists.ts';
import { readManifest } from './manifest.ts';
import { arrayOf, extraOf, isRecord, numberOf, Unreadable } from './source-text.ts';
import type { SourceTree } from './source-tree.ts';
import { folderSplit, type Split, splitNamed } from './split-folders.ts';
import type { StagedBox, StagedDataset } from './staged.ts';
import { Staging } from './staging.ts';

export const createml: DatasetFormat = {
  name: 'createml',
  detect: async (source, tree) => ((await tree.labels(source, 'createml')).length > 0 ? 0.85 : 0),
  read: readCreateml,
  write: writeCreateml,
};

/** Whether coordinates are pixels or fractions of the image; only the numbers tell. */
type Convention = (typeof createmlConventions)[number];

interface Entry {
  readonly file: string;
  readonly image: Record<string, unknown>;
  readonly name: string;
  readonly split: Split | undefined;
}

async function readCreateml(source: string, options: ReadOptions, tree: SourceTree): Promise<StagedDataset> {
  const files = await tree.labels(source, 'createml');
  if (files.length === 0) throw new Unreadable('there is no Create ML file');
  const folder = await folderOf(source);
  const known = await readManifest(folder, 'createml');
  const staging = new Staging('createml', options, known);
  const list = await draftList(source, options, staging, tree);
  const entries: Entry[] = [];
  for (const file of files) entries.push(...(await entriesOf(file, folder, staging)));
  const stated = options.convention ?? known?.convention;
  const convention = conventionOf(stated, entries, staging);
  const reader = { staging, list, convention };
  for (const entry of entries) await takeEntry(entry, reader);
  return list.finish(convention, stated === convention);
}

async function entriesOf(file: string, folder: string, staging: Staging): Promise<Entry[]> {
  const lists = await staging.attempt(file, () => readLists(file, ['']));
  const split = folderSplit(nameBelow(folder, file)) ?? splitNamed(basename(folder));
  return (lists?.get('') ?? [])
    .filter(isRecord)
    .map((image) => ({ file, image, name: String(image.image ?? image.imagefilename ?? ''), split }));
}

function conventionOf(stated: string | undefined, entries: readonly Entry[], staging: Staging): Convention {
  const known = createmlConventions.find((name) => name === stated);
  if (known) return known;
  if (stated !== undefined)
    staging.warn(`The convention ${stated} is unknown to Create ML and was not used.`);
  const values = entries.flatMap(({ image }) =>
    arrayOf(image.annotations)
      .filter(isRecord)
      .flatMap(({ coordinates }) => coordinatesOf(coordinates)),
  );
  return values.length === 0 || values.some((value) => value > 1) ? 'createml-pixels' : 'createml-normalised';
}

/** Centre and size; NaN where one is missing. */
function coordinatesOf(value: unknown): [x: number, y: number, width: number, height: number] {
  const { x, y, width, height } = isRecord(value) ? value : {};
  return [numberOf(x), numberOf(y), numberOf(width), numberOf(height)];
}

const imageKeys = new Set(['image', 'imagefilename', 'annotations', 'ignored_annotations', 'group']);

async function takeEntry(
  { file, image, name, split }: Entry,
  { staging, list, convention }: { staging: Staging; list: DraftList; convention: Convention },
): Promise<void> {
  const stated = arrayOf(image.annotations);
  const boxes = stated.flatMap((item) => boxOf(item, name, staging));
  const lost = stated.length - boxes.length;
  // what is ignored lies apart, with its place in the order, so that Create ML does not learn it
  for (const item of arrayOf(image.ignored_annotations)) {
    const place = isRecord(item) ? numberOf(item.at) : Number.NaN;
    boxes.splice(Number.isNaN(place) ? boxes.length : place, 0, ...boxOf(item, name, staging));
  }
  const extra = extraOf(image, imageKeys);
  const near = nearTo(nameBelow(list.images.root, file), split);
  const find = () => {
    if (name === '') throw new Unreadable('an entry names no image');
    return list.images.byName(name, near);
  };
  await list.take(name, find, {
    labelFile: file,
    boxes: ({ width, height }) =>
      convention === 'createml-pixels' ? boxes : boxes.map((box) => scaled(box, width, height)),
    ...(lost > 0 && { lost }),
    ...(split && { split }),
    ...(typeof image.group === 'string' && { group: image.group }),
    ...(extra && { extra }),
  });
}

const boxKeys = new Set(
  'label coordinates corners at ignore_reason difficult truncated occluded score track_id'.split(' '),
);

function boxOf(item: unknown, image: string, staging: Staging): StagedBox[] {
  if (!isRecord(item)) return [];
  const classIndex = staging.classIndex(item.label);
  if (classIndex === undefined) {
    staging.skip(image, 'a box without a label was left out');
    return [];
  }
  const extra = extraOf(item, boxKeys);
  return [{ classIndex, ...cornersOf(item), ...marksOf(item), ...(extra && { extra }) }];
}

/** What a centre and a size round away is in `corners`, as long as nobody moved the box since. */
const nearEnough = 1e-6;

function cornersOf({ coordinates, corners }: Record<string, unknown>) {
  const [x, y, width, height] = coordinatesOf(coordinates);
  const own = [x - width / 2, y - height / 2, x + width / 2, y + height / 2] as const;
  const exact = arrayOf(corners).map(numberOf);
  const fits = exact.length === 4 && own.every((value, i) => Math.abs(value - (exact[i] ?? 0)) <= nearEnough);
  const [x1 = own[0], y1 = own[1], x2 = own[2], y2 = own[3]] = fits ? exact : [];
  return { x1, y1, x2, y2 };
}

function marksOf(item: Record<string, unknown>): Partial<StagedBox> {
  const { ignore_reason: ignore, score, track_id: trackId } = item;
  return {
    ...(typeof ignore === 'string' && { ignore }),
    ...(item.difficult === true && { difficult: true }),
    ...(item.truncated === true && { truncated: true }),
    ...(item.occluded === true && { occluded: true }),
    ...(typeof score === 'number' && { score }),
    ...(typeof trackId === 'string' && { trackId }),
  };
}
