// Label Studio JSON: a list of tasks, each with an image's address and results in percent of the image.
import { basename, extname } from 'node:path';
import { decoded } from '../../shared/decoded.ts';
import type { DatasetFormat, ReadOptions } from './dataset-format.ts';
import { type DraftList, draftList, folderOf } from './draft-list.ts';
import { type ImageHeader, isImageName, nameBelow } from './image-files.ts';
import { type ImageIndex, nearTo } from './image-index.ts';
import { readLists } from './json-lists.ts';
import { type Region, regionsOf } from './label-studio-regions.ts';
import { writeLabelStudio } from './label-studio-write.ts';
import { readManifest } from './manifest.ts';
import { keptPlace, ownKey } from './own-marks.ts';
import { arrayOf, isRecord, readSourceJson, Unreadable } from './source-text.ts';
import type { SourceTree } from './source-tree.ts';
import { folderSplit } from './split-folders.ts';
import type { StagedBox, StagedDataset } from './staged.ts';
import { Staging } from './staging.ts';

export const labelStudio: DatasetFormat = {
  name: 'label-studio',
  detect: async (source, tree) => ((await tree.labels(source, 'label-studio')).length > 0 ? 0.85 : 0),
  read: readLabelStudio,
  write: writeLabelStudio,
};

async function readLabelStudio(
  source: string,
  options: ReadOptions,
  tree: SourceTree,
): Promise<StagedDataset> {
  const files = await tree.labels(source, 'label-studio');
  if (files.length === 0) throw new Unreadable('there is no Label Studio file');
  const known = await readManifest(await folderOf(source), 'label-studio');
  const staging = new Staging('label-studio', options, known);
  const list = await draftList(source, options, staging, tree);
  const tasks: Task[] = [];
  for (const file of files) {
    const read = await staging.attempt(
      file,
      async () => (await readLists(file, [''])).get('') ?? [await readSourceJson(file)],
    );
    for (const fields of (read ?? []).filter(isRecord)) tasks.push({ file, fields });
  }
  const variant = variantOf(tasks, options.variant, staging);
  for (const task of tasks) await takeTask(task, variant, list, staging);
  return list.finish();
}

interface Task {
  readonly file: string;
  readonly fields: Record<string, unknown>;
}

/** The usual one first. */
const variants = ['latest', 'first', 'predictions'] as const;
type Variant = (typeof variants)[number];

/** What is taken of each task; a model's predictions only where they are asked for, or nobody annotated anything. */
function variantOf(tasks: readonly Task[], wanted: string | undefined, staging: Staging): Variant {
  const counts = tasks.map(({ fields }) => annotationsOf(fields).length);
  const isPredicted = tasks.some(({ fields }) => predictionsOf(fields).length > 0);
  const isAnnotated = tasks.some(
    ({ fields }, at) => (counts[at] ?? 0) > 0 || shortResults(fields) !== undefined,
  );
  const choices = variants.filter((variant) => {
    if (variant === 'first') return counts.some((count) => count > 1);
    return variant === 'latest' ? isAnnotated : isPredicted;
  });
  const chosen = choices.find((choice) => choice === wanted) ?? choices[0] ?? 'latest';
  if (choices.length > 1) staging.offer(chosen, choices);
  if (isPredicted && chosen !== 'predictions')
    staging.warn('Predictions of a model were not taken; the variant predictions has them.');
  return chosen;
}

async function takeTask(
  { file, fields: task }: Task,
  variant: Variant,
  list: DraftList,
  staging: Staging,
): Promise<void> {
  const results = resultsOf(task, variant, staging);
  if (results === undefined) {
    const what = variant === 'predictions' ? 'prediction' : 'finished annotation';
    staging.count(`task without a ${what} was left out.`, `tasks without a ${what} were left out.`);
    return;
  }
  const { regions, lost } = regionsOf(results, staging);
  const address = addressOf(task);
  const place = keptPlace(isRecord(task.meta) ? task.meta[ownKey] : undefined);
  const split = place.split ?? folderSplit(nameBelow(list.images.root, file));
  const stated = regions.find((region) => region.original !== undefined)?.original;
  await list.take(address ?? file, (images) => imageOf(address, images, file), {
    labelFile: file,
    boxes: (header) => regions.flatMap((region) => boxesOf(region, header, staging)),
    ...(lost > 0 && { lost }),
    ...(variant === 'predictions' && { isDraft: true }),
    ...(stated && { stated }),
    ...place,
    ...(split && { split }),
  });
}

/** Results of the annotation, or the prediction, that counts. Undefined where there is none. */
function resultsOf(task: Record<string, unknown>, variant: Variant, staging: Staging): unknown[] | undefined {
  const found = variant === 'predictions' ? predictionsOf(task) : annotationsOf(task);
  if (found.length === 0) return variant === 'predictions' ? undefined : shortResults(task);
  if (found.length > 1 && variant === 'latest')
    staging.count(
      'task has several annotations; the latest was taken.',
      'tasks have several annotations; the latest was taken.',
    );
  return variant === 'first' ? found[0]?.result : found.at(-1)?.result;
}

type Annotation = Record<string, unknown> & { readonly result: unknown[] };

/** The finished annotations of a task, the latest last. */
function annotationsOf(task: Record<string, unknown>): Annotation[] {
  return inTime([...arrayOf(task.annotations), ...arrayOf(task.completions)]);
}

function predictionsOf(task: Record<string, unknown>): Annotation[] {
  return inTime(arrayOf(task.predictions));
}

function inTime(list: readonly unknown[]): Annotation[] {
  const isFinished = (item: unknown): item is Annotation =>
    isRecord(item) && item.was_cancelled !== true && Array.isArray(item.result);
  return list.filter(isFinished).sort((a, b) => timeOf(a) - timeOf(b));
}

function timeOf({ updated_at: updated, created_at: created }: Record<string, unknown>): number {
  const time = typeof updated === 'number' || typeof updated === 'string' ? updated : created;
  const value = typeof time === 'number' ? time : Date.parse(String(time));
  return Number.isNaN(value) ? 0 : value;
}

/** JSON_MIN exports: the results lie in the task under the name of their control, without a wrapper. */
function shortResults(task: Record<string, unknown>): unknown[] | undefined {
  const isRegions = (value: unknown): value is unknown[] =>
    Array.isArray(value) && value.some((item) => isRecord(item) && 'x' in item && 'width' in item);
  const found = Object.values(task).filter(isRegions).flat();
  if (found.length === 0) return undefined;
  return found.filter(isRecord).map((value) => ({ ...value, value, type: 'rectanglelabels' }));
}

/** What `data` says of the image: its `image`, else the first text that looks like an image file. */
function addressOf(task: Record<string, unknown>): string | undefined {
  const data = isRecord(task.data) ? task.data : task;
  const texts = [data.image, ...Object.values(data)].filter((value) => typeof value === 'string');
  return texts.find((text) => isImageName(pathOf(text))) ?? texts.find((text) => text === data.image);
}

/** The path in an address: of `/data/local-files/?d=a/b.jpg`, `s3://bucket/a.jpg`, `https://host/a.jpg?x=1`. */
function pathOf(address: string): string {
  const local = /[?&]d=([^&#]*)/.exec(address)?.[1];
  const path = local ?? address.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*\//i, '').replace(/[?#].*$/, '');
  return decoded(path) ?? path;
}

/** Uploads get a mark of 8 hex digits before their name. */
function imageOf(address: string | undefined, images: ImageIndex, file: string): string {
  if (address === undefined) throw new Unreadable('a task names no image');
  const path = pathOf(address);
  const near = nearTo(nameBelow(images.root, file), undefined);
  const plain = basename(path).replace(/^[0-9a-f]{8}-/, '');
  try {
    return extname(path) === '' ? images.byStem(path, near) : images.byName(path, near);
  } catch (error) {
    if (plain === basename(path) || !(error instanceof Unreadable)) throw error;
    return images.byName(plain, near);
  }
}

/** One box a label, in pixels of the upright image. */
function boxesOf(region: Region, { width, height }: ImageHeader, staging: Staging): StagedBox[] {
  const points = region.corners.map(([x, y]) => [(x * width) / 100, (y * height) / 100] as const);
  const turned = region.rotation === 0 ? points : turn(points, region.rotation);
  const [xs, ys] = [turned.map(([x]) => x), turned.map(([, y]) => y)];
  const corners = exactly(region, {
    x1: Math.min(...xs),
    y1: Math.min(...ys),
    x2: Math.max(...xs),
    y2: Math.max(...ys),
  });
  return region.labels.flatMap((label) => {
    const classIndex = staging.classIndex(label);
    const { score, extra, marks } = region;
    return classIndex === undefined
      ? []
      : [
          {
            classIndex,
            ...corners,
            ...marks,
            ...(score !== undefined && { score }),
            ...(extra && { extra }),
          },
        ];
  });
}

type Corners = Pick<StagedBox, 'x1' | 'y1' | 'x2' | 'y2'>;

/** What percent round away is in `exact`, as long as nobody moved the box since. */
function exactly({ exact = [] }: Region, corners: Corners): Corners {
  const { x1, y1, x2, y2 } = corners;
  const [left = Number.NaN, top = Number.NaN, right = Number.NaN, bottom = Number.NaN] = exact;
  const shifts = [left - x1, top - y1, right - x2, bottom - y2];
  return shifts.every((shift) => Math.abs(shift) <= 1e-6)
    ? { x1: left, y1: top, x2: right, y2: bottom }
    : corners;
}

/** Clockwise by degrees about the first point, the top-left corner. */
function turn(points: readonly (readonly [number, number])[], degrees: number) {
  const [originX, originY] = points[0] ?? [0, 0];
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return points.map(([x, y]) => {
    const [dx, dy] = [x - originX, y - originY];
    return [originX + dx * cos - dy * sin, originY + dx * sin + dy * cos] as const;
  });
}
