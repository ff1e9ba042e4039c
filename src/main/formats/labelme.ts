// labelme and X-AnyLabeling: a JSON file beside each image, shapes by their points in pixels.
import { posix } from 'node:path';
import type { DatasetFormat, ReadOptions } from './dataset-format.ts';
import { draftList, folderOf } from './draft-list.ts';
import { nameBelow, stemOf } from './image-files.ts';
import { type ImageIndex, nearTo } from './image-index.ts';
import { writeLabelme } from './labelme-write.ts';
import { readManifest } from './manifest.ts';
import { keptMarks, keptPlace, ownKey } from './own-marks.ts';
import { extraOf, isBlank, isRecord, numberOf, readSourceJson, Unreadable } from './source-text.ts';
import type { SourceTree } from './source-tree.ts';
import { folderSplit } from './split-folders.ts';
import type { StagedBox, StagedDataset } from './staged.ts';
import { Staging } from './staging.ts';

export const labelme: DatasetFormat = {
  name: 'labelme',
  detect: async (source, tree) => ((await tree.labels(source, 'labelme')).length > 0 ? 0.85 : 0),
  read: readLabelme,
  write: writeLabelme,
};

/** A file may hold its image as base64. */
const fileLimit = 128 * 2 ** 20;

const imageKeys = new Set(
  ['version', 'shapes', 'imagePath', 'imageData', 'imageHeight', 'imageWidth'].concat(ownKey),
);

async function readLabelme(source: string, options: ReadOptions, tree: SourceTree): Promise<StagedDataset> {
  const files = await tree.labels(source, 'labelme');
  if (files.length === 0) throw new Unreadable('there is no labelme file');
  const folder = await folderOf(source);
  const staging = new Staging('labelme', options, await readManifest(folder, 'labelme'));
  const list = await draftList(source, options, staging, tree);
  for (const file of files) {
    const json = await staging.attempt(file, async () => {
      const value = await readSourceJson(file, fileLimit);
      if (!isRecord(value) || !Array.isArray(value.shapes))
        throw new Unreadable('the file has no list of shapes');
      return { fields: value, shapes: value.shapes as unknown[] };
    });
    if (json === undefined) continue;
    const { fields, shapes } = json;
    const boxes = shapes.flatMap((shape) => boxOf(shape, file, staging));
    const own = isRecord(fields[ownKey]) ? fields[ownKey] : {};
    const place = keptPlace(own);
    const extra = joined(extraOf(withoutBlanks(fields), imageKeys), place.extra);
    // an export of ours lies as its images do, whatever their splits are
    const split = isRecord(fields[ownKey]) ? place.split : folderSplit(nameBelow(folder, file));
    await list.take(file, (images) => imageOf(fields.imagePath, file, images, own.name), {
      labelFile: file,
      stated: { width: numberOf(fields.imageWidth), height: numberOf(fields.imageHeight) },
      boxes: () => boxes,
      ...(boxes.length < shapes.length && { lost: shapes.length - boxes.length }),
      ...(split && { split }),
      ...(place.group !== undefined && { group: place.group }),
      ...(extra && { extra }),
    });
  }
  return list.finish();
}

/** `imagePath` starts from the label file; where that fails, the file with that name or with the label file's stem. */
function imageOf(imagePath: unknown, file: string, images: ImageIndex, ownName: unknown): string {
  const stated = typeof imagePath === 'string' ? imagePath.replaceAll('\\', '/') : '';
  const below = nameBelow(images.root, file);
  const beside = nearTo(below, undefined);
  if (typeof ownName === 'string') return images.byName(ownName, beside);
  if (stated === '') return images.byStem(stemOf(below), beside);
  try {
    return images.byName(posix.join(posix.dirname(below), stated), beside);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return images.byStem(stemOf(below), beside);
  }
}

const boxKeys = new Set(['label', 'points', 'shape_type', 'difficult', 'score', 'mask', ownKey]);

function boxOf(shape: unknown, file: string, staging: Staging): StagedBox[] {
  if (!isRecord(shape)) return [];
  const corners = cornersOf(shape, staging);
  if (corners === undefined) return [];
  const classIndex = staging.classIndex(shape.label);
  if (classIndex === undefined) {
    staging.skip(file, 'a shape without a label was left out');
    return [];
  }
  const kept = keptMarks(shape[ownKey]);
  const extra = joined(extraOf(withoutBlanks(shape), boxKeys), kept.extra);
  return [
    {
      classIndex,
      ...corners,
      ...kept,
      ...(shape.difficult === true && { difficult: true }),
      ...(typeof shape.score === 'number' && { score: shape.score }),
      ...(extra && { extra }),
    },
  ];
}

type Corners = Pick<StagedBox, 'x1' | 'y1' | 'x2' | 'y2'>;

/** The box of a rectangle (2 corners in any order, or 4), and around other shapes with an area. */
function cornersOf(
  { shape_type: type, points }: Record<string, unknown>,
  staging: Staging,
): Corners | undefined {
  const pairs = (Array.isArray(points) ? points : []).map((point) =>
    Array.isArray(point) ? [numberOf(point[0]), numberOf(point[1])] : [Number.NaN, Number.NaN],
  );
  const kind = typeof type === 'string' ? type : pairs.length > 2 ? 'polygon' : 'rectangle';
  if (kind === 'rectangle' && pairs.length > 0) return around(pairs);
  if (['polygon', 'rotation', 'mask'].includes(kind) && pairs.length > 0) {
    staging.count(
      `shape of the kind ${kind} was taken as the box around it.`,
      `shapes of the kind ${kind} were taken as the box around them.`,
    );
    return around(pairs);
  }
  const [centre, rim] = pairs;
  if (kind === 'circle' && centre && rim) {
    staging.count(
      'shape of the kind circle was taken as the box around it.',
      'shapes of the kind circle were taken as the box around them.',
    );
    return aroundCircle(centre, rim);
  }
  staging.count(`shape of the kind ${kind} was left out.`, `shapes of the kind ${kind} were left out.`);
  return undefined;
}

function around(pairs: readonly (readonly number[])[]): Corners {
  const xs = pairs.map(([x = Number.NaN]) => x);
  const ys = pairs.map(([, y = Number.NaN]) => y);
  return { x1: Math.min(...xs), y1: Math.min(...ys), x2: Math.max(...xs), y2: Math.max(...ys) };
}

function aroundCircle(
  [cx = Number.NaN, cy = Number.NaN]: readonly number[],
  [x = cx, y = cy]: readonly number[],
) {
  const radius = Math.hypot(x - cx, y - cy);
  return { x1: cx - radius, y1: cy - radius, x2: cx + radius, y2: cy + radius };
}

function joined(
  extra: Record<string, unknown> | undefined,
  more: Record<string, unknown> | undefined,
): Record<string, unknown> | undefined {
  return extra || more ? { ...extra, ...more } : undefined;
}

function withoutBlanks(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => !isBlank(value)));
}
