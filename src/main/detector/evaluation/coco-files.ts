// Reads COCO ground truth and COCO results for evaluation, with the conventions of pycocotools' COCO and loadRes.
import { readFileSync } from 'node:fs';
import { Problem } from '../../../shared/problem.ts';
import type { DetectionRows, EvaluationInput, LabelRows } from './rows.ts';

export interface CocoFiles {
  readonly input: EvaluationInput;
  /** Class names by class index: the categories by rising id. */
  readonly classes: readonly string[];
  /** What the numbers silently leave out; a sentence each. */
  readonly warnings: readonly string[];
}

export interface CocoReading {
  /** `ignore` of a file excuses a box as `iscrowd` does. */
  readonly honourIgnore?: boolean;
}

type Entry = Readonly<Record<string, unknown>>;
type Columns = { imageIndex: number[]; classIndex: number[]; boxes: number[] };

/**
 * Ground truth (an object with images, annotations and categories) and results (an array of image_id, category_id, bbox
 * and score). Areas are the file's, or width x height where it gives none; `ignore` of a file counts for nothing, as in
 * pycocotools, unless `honourIgnore` is set. Annotations and detections of unlisted categories are left out.
 * @throws Problem where a file cannot be read or does not have this shape, or a detection's image is not in the ground truth
 */
export function readCocoFiles(
  gtFile: string,
  dtFile: string,
  { honourIgnore = false }: CocoReading = {},
): CocoFiles {
  const truth = entryOf(readJson(gtFile), gtFile, 'The file', 'a COCO object');
  const categories = entries(truth.categories, gtFile, 'categories');
  const images = imageIds(entries(truth.images, gtFile, 'images'), gtFile);
  const classIds = categoryIds(categories, gtFile);
  const places = { images: indexOf(images), classes: indexOf(classIds) };
  const warnings: string[] = [];
  const annotations = entries(truth.annotations, gtFile, 'annotations');
  const gt = readLabels(honourIgnore ? annotations.map(excused) : annotations, gtFile, places, warnings);
  const dt = readDetections(entries(readJson(dtFile), dtFile), dtFile, places, warnings);
  const names = new Map(categories.map(({ id, name }) => [id, name]));
  const classes = classIds.map((id) => String(names.get(id) ?? id));
  return { input: { numImages: images.length, numClasses: classIds.length, gt, dt }, classes, warnings };
}

type ImageId = number | string;

interface Places {
  readonly images: ReadonlyMap<ImageId, number>;
  readonly classes: ReadonlyMap<number, number>;
}

function readLabels(list: readonly Entry[], file: string, places: Places, warnings: string[]): LabelRows {
  const columns: Columns = { imageIndex: [], classIndex: [], boxes: [] };
  const area: number[] = [];
  const iscrowd: number[] = [];
  const seen = new Set<unknown>();
  let rowOfIdZero: number | undefined;
  list.forEach((entry, i) => {
    const where = `annotations[${i}]`;
    if (seen.has(entry.id)) throw malformed(file, `${where}.id ${entry.id} is used twice`);
    if (entry.id !== undefined) seen.add(entry.id);
    const row = area.length;
    if (!addRow(columns, entry, file, where, places)) return;
    if (entry.id === 0) rowOfIdZero = row;
    const [width = 0, height = 0] = columns.boxes.slice(-2);
    area.push(entry.area === undefined ? width * height : finite(entry.area, file, `${where}.area`));
    iscrowd.push(entry.iscrowd ? 1 : 0);
  });
  const skipped = list.length - area.length;
  if (skipped > 0) warnings.push(`${skipped} annotations of unlisted images or categories were left out.`);
  if (rowOfIdZero !== undefined)
    warnings.push('As in pycocotools, the box whose annotation id is 0 can never be found.');
  const crowds = Uint8Array.from(iscrowd);
  return {
    ...typed(columns),
    area: Float64Array.from(area),
    iscrowd: crowds,
    ignore: crowds,
    ...(rowOfIdZero !== undefined && { rowOfIdZero }),
  };
}

const excused = (entry: Entry): Entry => (entry.ignore ? { ...entry, iscrowd: 1 } : entry);

function readDetections(
  list: readonly Entry[],
  file: string,
  places: Places,
  warnings: string[],
): DetectionRows {
  const columns: Columns = { imageIndex: [], classIndex: [], boxes: [] };
  const scores: number[] = [];
  list.forEach((entry, i) => {
    const image = imageId(entry.image_id, file, `[${i}].image_id`);
    if (!places.images.has(image))
      throw malformed(file, `[${i}].image_id ${image} is not in the ground truth`);
    const score = finite(entry.score, file, `[${i}].score`);
    if (addRow(columns, entry, file, `[${i}]`, places)) scores.push(score);
  });
  const skipped = list.length - scores.length;
  if (skipped > 0) warnings.push(`${skipped} detections of unlisted categories were left out.`);
  return { ...typed(columns), scores: Float64Array.from(scores) };
}

/** False where the entry's image or category is not listed. */
function addRow(
  columns: Columns,
  entry: Entry,
  file: string,
  where: string,
  { images, classes }: Places,
): boolean {
  const image = images.get(imageId(entry.image_id, file, `${where}.image_id`));
  const category = classes.get(finite(entry.category_id, file, `${where}.category_id`));
  const { bbox } = entry;
  if (!Array.isArray(bbox) || bbox.length !== 4 || !bbox.every((value) => Number.isFinite(value))) {
    throw malformed(file, `${where}.bbox is not four numbers (x, y, width, height)`);
  }
  if (image === undefined || category === undefined) return false;
  columns.imageIndex.push(image);
  columns.classIndex.push(category);
  for (const value of bbox) columns.boxes.push(value);
  return true;
}

function typed({ imageIndex, classIndex, boxes }: Columns) {
  return {
    imageIndex: Int32Array.from(imageIndex),
    classIndex: Int32Array.from(classIndex),
    boxes: Float64Array.from(boxes),
  };
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Problem(`${file} cannot be read (${codeOf(error)}).`, 'Give the path of a COCO JSON file.');
  }
  try {
    return JSON.parse(text);
  } catch {
    throw malformed(file, 'the text is not JSON');
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

function entries(value: unknown, file: string, name = ''): Entry[] {
  const what = name === '' ? 'the file' : name;
  if (!Array.isArray(value)) throw malformed(file, `${what} is not an array`);
  return value.map((item, i) => entryOf(item, file, `${name}[${i}]`, 'an object'));
}

function entryOf(value: unknown, file: string, what: string, wanted: string): Entry {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject) throw malformed(file, `${what} is not ${wanted}`);
  return value as Entry;
}

function categoryIds(list: readonly Entry[], file: string): number[] {
  const ids = list.map(({ id }, i) => finite(id, file, `categories[${i}].id`));
  return [...new Set(ids)].sort((a, b) => a - b);
}

function imageIds(list: readonly Entry[], file: string): ImageId[] {
  const ids = list.map(({ id }, i) => imageId(id, file, `images[${i}].id`));
  return [...new Set(ids)].sort((a, b) => (a < b ? -1 : 1));
}

function imageId(value: unknown, file: string, what: string): ImageId {
  return typeof value === 'string' ? value : finite(value, file, what);
}

function indexOf<Id>(ids: readonly Id[]): Map<Id, number> {
  return new Map(ids.map((id, index) => [id, index]));
}

function finite(value: unknown, file: string, what: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw malformed(file, `${what} is not a number`);
}

function malformed(file: string, what: string): Problem {
  return new Problem(`${file} is not in the COCO format: ${what}.`, 'Correct the file or give another.');
}
