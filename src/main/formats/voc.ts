// Pascal VOC: one XML file an image, splits in ImageSets/Main or in folders.
// The specification counts from 1 with inclusive ends, most tools write 0-based half-open: `convention` says which.
import { stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { counted } from '../../shared/counted.ts';
import { vocConventions } from './conventions.ts';
import type { DatasetFormat, ReadOptions } from './dataset-format.ts';
import { addToDecimal } from './exact-decimal.ts';
import { nameBelow, stemOf } from './image-files.ts';
import { type ImageIndex, imagesFor, type Preference, within } from './image-index.ts';
import { readManifest } from './manifest.ts';
import { labelFileLimit, linesOf, numberOf, readSourceText, Unreadable } from './source-text.ts';
import type { SourceTree } from './source-tree.ts';
import { folderSplit, type Split } from './split-folders.ts';
import type { StagedBox, StagedDataset } from './staged.ts';
import { type ImageDraft, Staging } from './staging.ts';
import { writeVoc } from './voc-write.ts';
import { parseVoc, type VocFile, type VocObject } from './voc-xml.ts';

type VocConvention = (typeof vocConventions)[number];

export const voc: DatasetFormat = {
  name: 'voc',
  detect: detectVoc,
  read: readVoc,
  write: writeVoc,
};

async function detectVoc(source: string, tree: SourceTree): Promise<number> {
  if (!(await stat(source)).isDirectory()) return 0;
  if ((await tree.labels(source, 'voc')).length > 0) return 0.9;
  return (await tree.below(source)).some(isXml) ? 0.1 : 0;
}

function isXml(file: string): boolean {
  return extname(file).toLowerCase() === '.xml' && !basename(file).startsWith('._');
}

/** Reads a VOC folder. Classes come in the order of `classOrder`, else of labels.txt, then as they appear in train, val, test. */
async function readVoc(source: string, options: ReadOptions, tree: SourceTree): Promise<StagedDataset> {
  if (!(await stat(source)).isDirectory()) throw new Unreadable('it is no folder');
  const manifest = await readManifest(source, 'voc');
  const classOrder = options.classOrder ?? (manifest ? undefined : await listedClasses(source));
  const staging = new Staging('voc', { ...options, ...(classOrder && { classOrder }) }, manifest);
  const stated = options.convention ?? manifest?.convention;
  const convention = conventionOf(stated, staging);
  const files = await tree.below(source);
  const images = await imagesFor(source, options, tree);
  const annotations = await orderedAnnotations(source, files, staging);
  const drafts: ImageDraft[] = [];
  for (const { file, name, split } of annotations) {
    const draft = await staging.attempt(file, async () => {
      const parsed = parseVoc(await readSourceText(file, labelFileLimit));
      const path = imageOf(
        name,
        parsed.filename,
        images,
        within(nameBelow(source, file), folderSplit(nameBelow(source, file))),
      );
      return { ...draftOf(path, parsed, staging, convention, options), ...(split && { split }) };
    });
    if (draft) drafts.push({ ...draft, labelFile: file });
  }
  const sole = onlyOnce(drafts, staging);
  noteUnlabelled(images, sole, staging);
  await staging.takeImages(sole);
  return staging.finish(convention, stated !== undefined);
}

function conventionOf(stated: string | undefined, staging: Staging): VocConvention {
  const known = vocConventions.find((name) => name === stated);
  if (stated !== undefined && known === undefined) {
    staging.warn(`The convention ${stated} is unknown; the boxes were read as voc-0-based.`);
  }
  return known ?? 'voc-0-based';
}

const classLists = ['labels.txt', 'classes.txt', 'labelmap.txt'];

/** Class names a list beside the annotations states, one a line; CVAT's labelmap.txt has more after a colon. */
async function listedClasses(source: string): Promise<string[] | undefined> {
  for (const name of classLists) {
    const text = await readSourceText(join(source, name), labelFileLimit).catch(() => undefined);
    if (text === undefined) continue;
    const lines = linesOf(text).filter((line) => !line.startsWith('#'));
    const names = name === 'labelmap.txt' ? lines.map((line) => line.replace(/:.*$/, '')) : lines;
    return names.filter(
      (line) => line !== 'background' && line !== '__background__' && line !== '_background_',
    );
  }
  return undefined;
}

interface Annotation {
  readonly file: string;
  /** Path below the annotations' folder without suffix: what split lists and images are matched by. */
  readonly name: string;
  readonly split?: Split;
}

/** Annotation files with their split: those of train first, then val, test and the rest, lists in their own order. */
async function orderedAnnotations(
  source: string,
  files: readonly string[],
  staging: Staging,
): Promise<Annotation[]> {
  const byName = new Map<string, Annotation>();
  for (const file of files.filter(isXml)) {
    const path = stemOf(nameBelow(source, file));
    const name = path.replace(/^(.*\/)?Annotations\//i, '');
    const split = folderSplit(path);
    byName.set(byName.has(name) ? path : name, { file, name, ...(split && { split }) });
  }
  const ordered: Annotation[] = [];
  for (const { file, split } of splitLists(files)) {
    for (const line of linesOf(await readSourceText(file, labelFileLimit).catch(() => ''))) {
      const name = [line, line.replace(/\s+-?[01]$/, ''), stemOf(line)].find((form) => byName.has(form));
      const annotation = name === undefined ? undefined : byName.get(name);
      if (annotation) ordered.push({ ...annotation, split });
      else if (!ordered.some((known) => known.name === line))
        staging.skip(file, `${line} has no annotation file`);
      if (name !== undefined) byName.delete(name);
    }
  }
  const rank = { train: 0, val: 1, test: 2, none: 3 };
  const rest = [...byName.values()].sort((a, b) => rank[a.split ?? 'none'] - rank[b.split ?? 'none']);
  return [...ordered, ...rest];
}

function splitLists(files: readonly string[]): { file: string; split: Split }[] {
  return (['train', 'val', 'test'] as const).flatMap((split) => {
    const listed = (name: string) => files.filter((path) => path.endsWith(join('ImageSets', 'Main', name)));
    const found = listed(`${split}.txt`);
    const lists = split === 'train' && found.length === 0 ? listed('trainval.txt') : found;
    return lists.map((file) => ({ file, split }));
  });
}

function draftOf(
  path: string,
  file: VocFile,
  staging: Staging,
  convention: VocConvention,
  options: ReadOptions,
): Omit<ImageDraft, 'labelFile'> {
  const boxes = file.objects.flatMap((object) => boxOf(object, path, staging, convention, options));
  const { group } = file.ours;
  return {
    path,
    boxes: () => boxes,
    ...(boxes.length < file.objects.length && { lost: file.objects.length - boxes.length }),
    ...(file.size && { stated: file.size }),
    ...(typeof group === 'string' && { group }),
    ...(file.extra && { extra: file.extra }),
  };
}

/** By the annotation's own name first; a `<filename>` decides only where that fails, `<path>` never. */
function imageOf(name: string, filename: string, images: ImageIndex, near: Preference): string {
  const ways = [() => images.byStem(name, near)];
  if (filename !== '')
    ways.push(
      () => images.byName(filename, near),
      () => images.byStem(filename, near),
    );
  let first: unknown;
  for (const way of ways) {
    try {
      return way();
    } catch (error) {
      first ??= error;
    }
  }
  throw first;
}

function boxOf(
  object: VocObject,
  image: string,
  staging: Staging,
  convention: VocConvention,
  options: ReadOptions,
): StagedBox[] {
  for (const shape of object.otherShapes)
    staging.count(`shape of the kind ${shape} was left out.`, `shapes of the kind ${shape} were left out.`);
  if (!object.corners) {
    if (object.otherShapes.length === 0) staging.skip(image, 'an object without a box was left out');
    return [];
  }
  const classIndex = staging.classIndex(object.name);
  if (classIndex === undefined) {
    staging.skip(image, 'an object without a class name was left out');
    return [];
  }
  const [xmin, ymin, xmax, ymax] = object.corners;
  const first = (text: string) => (convention === 'voc-1-based' ? lessOne(text) : numberOf(text));
  const corners = { x1: first(xmin), y1: first(ymin), x2: numberOf(xmax), y2: numberOf(ymax) };
  return [
    { classIndex, ...corners, ...marksOf(object, options), ...(object.extra && { extra: object.extra }) },
  ];
}

function lessOne(text: string): number {
  return Number.isNaN(numberOf(text)) ? Number.NaN : Number(addToDecimal(text, -1) ?? Number.NaN);
}

function marksOf(object: VocObject, options: ReadOptions): Partial<StagedBox> {
  const { ignore, score, trackId } = object.ours;
  const reason = typeof ignore === 'string' ? ignore : undefined;
  const why = reason ?? (options.ignoreDifficult && object.difficult ? 'difficult' : undefined);
  return {
    ...(why !== undefined && { ignore: why }),
    ...(object.difficult && { difficult: true }),
    ...(object.truncated && { truncated: true }),
    ...(object.occluded && { occluded: true }),
    ...(typeof score === 'number' && { score }),
    ...(typeof trackId === 'string' && { trackId }),
  };
}

/** Drafts without those whose image another one took before. */
function onlyOnce(drafts: readonly ImageDraft[], staging: Staging): ImageDraft[] {
  const taken = new Set<string>();
  return drafts.filter((draft) => {
    if (taken.has(draft.path))
      staging.skip(draft.labelFile, 'another annotation file describes the same image');
    else if (taken.add(draft.path)) return true;
    return false;
  });
}

function noteUnlabelled(images: ImageIndex, drafts: readonly ImageDraft[], staging: Staging): void {
  const labelled = new Set(drafts.map((draft) => draft.path));
  const missing = images.files.filter((file) => !labelled.has(file)).length;
  if (missing > 0)
    staging.warn(
      `${counted(missing, 'image without an annotation file was', 'images without an annotation file were')} left out.`,
    );
}
