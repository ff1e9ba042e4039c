// Label Studio JSON: a list of tasks, each with an image's address and results in percent of the image.
import { basename, extname } from 'node:path';
import { Problem } from '../../shared/problem.ts';
import type { DatasetFormat, ReadOptions } from './dataset-format.ts';
import { type DraftList, draftList } from './draft-list.ts';
import { type ImageHeader, isImageName, nameBelow } from './image-files.ts';
import { type ImageIndex, nearTo } from './image-index.ts';
import { readLists } from './json-lists.ts';
import { type Region, regionsOf } from './label-studio-regions.ts';
import { isRecord, readSourceJson, Unreadable } from './source-text.ts';
import type { SourceTree } from './source-tree.ts';
import { folderSplit } from './split-folders.ts';
import type { StagedBox, StagedDataset } from './staged.ts';
import { Staging } from './staging.ts';

export const labelStudio: DatasetFormat = {
  name: 'label-studio',
  detect: async (source, tree) => ((await tree.labels(source, 'label-studio')).length > 0 ? 0.85 : 0),
  read: readLabelStudio,
  write: () =>
    Promise.reject(
      new Problem(
        'Label Studio files are read, not written.',
        'Export as coco, voc, yolo, cvat or createml.',
      ),
    ),
};

async function readLabelStudio(
  source: string,
  options: ReadOptions,
  tree: SourceTree,
): Promise<StagedDataset> {
  const files = await tree.labels(source, 'label-studio');
  if (files.length === 0) throw new Unreadable('there is no Label Studio file');
  const staging = new Staging('label-studio', options);
  const list = await draftList(source, options, staging, tree);
  for (const file of files) {
    const tasks = await staging.attempt(
      file,
      async () => (await readLists(file, [''])).get('') ?? [await readSourceJson(file)],
    );
    for (const task of (tasks ?? []).filter(isRecord)) await takeTask(task, file, list, staging);
  }
  return list.finish();
}

async function takeTask(
  task: Record<string, unknown>,
  file: string,
  list: DraftList,
  staging: Staging,
): Promise<void> {
  const results = resultsOf(task, staging);
  if (results === undefined) {
    staging.count('tasks without a finished annotation were left out.');
    return;
  }
  const { regions, lost } = regionsOf(results, staging);
  const address = addressOf(task);
  const split = folderSplit(nameBelow(list.images.root, file));
  const stated = regions.find((region) => region.original !== undefined)?.original;
  await list.take(address ?? file, (images) => imageOf(address, images, file), {
    labelFile: file,
    boxes: (header) => regions.flatMap((region) => boxesOf(region, header, staging)),
    ...(lost > 0 && { lost }),
    ...(stated && { stated }),
    ...(split && { split }),
  });
}

/** Results of the annotation that counts: the latest that was not cancelled. Undefined where nobody annotated. */
function resultsOf(task: Record<string, unknown>, staging: Staging): unknown[] | undefined {
  const lists = [task.annotations, task.completions].filter(Array.isArray);
  if (lists.length === 0) return shortResults(task);
  const finished = lists
    .flat()
    .filter(isRecord)
    .filter((annotation) => annotation.was_cancelled !== true && Array.isArray(annotation.result));
  if (finished.length > 1) staging.count('tasks have several annotations; the latest was taken.');
  const latest = finished.sort((a, b) => timeOf(a) - timeOf(b)).at(-1);
  return latest?.result as unknown[] | undefined;
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
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
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
  const corners = { x1: Math.min(...xs), y1: Math.min(...ys), x2: Math.max(...xs), y2: Math.max(...ys) };
  return region.labels.flatMap((label) => {
    const classIndex = staging.classIndex(label);
    const { score, extra } = region;
    return classIndex === undefined
      ? []
      : [{ classIndex, ...corners, ...(score !== undefined && { score }), ...(extra && { extra }) }];
  });
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
