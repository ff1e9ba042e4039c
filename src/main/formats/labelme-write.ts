// labelme out: a JSON file in the place of each image, to be laid beside it, or beside its copy.
import { basename } from 'node:path';
import { counted } from '../../shared/counted.ts';
import type { ExportDataset, ExportOptions, Written } from './dataset-format.ts';
import { type NamedImage, namedImages } from './export-names.ts';
import type { OutputFolder } from './output-folder.ts';
import { marksToKeep, ownKey, placeToKeep } from './own-marks.ts';
import { isBlank } from './source-text.ts';
import type { StagedBox } from './staged.ts';

/** The layout that labelme and X-AnyLabeling read. */
const version = '5.4.1';
const imageKeys = new Set([
  'version',
  'flags',
  'shapes',
  'imagePath',
  'imageData',
  'imageHeight',
  'imageWidth',
  ownKey,
]);
const shapeKeys = new Set(['label', 'points', 'shape_type', 'difficult', 'score', 'mask', ownKey]);

export async function writeLabelme(
  dataset: ExportDataset,
  out: OutputFolder,
  options: ExportOptions,
): Promise<Written> {
  const named = namedImages(dataset.images, options.imageRoot);
  const names = dataset.classes.map(({ name }) => name);
  for (const [index, entry] of named.entries()) {
    await out.text(`${entry.stem}.json`, `${JSON.stringify(documentOf(entry, names), null, 2)}\n`);
    if (options.copyImages) await out.copy(entry.name, entry.image.path);
    options.onProgress?.(index + 1, named.length);
  }
  const ignored = dataset.images
    .flatMap(({ boxes }) => boxes)
    .filter((box) => box.ignore !== undefined).length;
  const notes =
    ignored > 0
      ? [`${counted(ignored, 'ignored box is', 'ignored boxes are')} among the others, marked in ${ownKey}.`]
      : [];
  return { convention: 'xyxy-0-based', notes };
}

function documentOf({ image, name }: NamedImage, names: readonly string[]): Record<string, unknown> {
  const [plain, rest] = parted(image.extra, imageKeys);
  return {
    version,
    flags: {},
    ...plain,
    shapes: image.boxes.map((box) => shapeOf(box, names)),
    imagePath: basename(name),
    imageData: null,
    imageHeight: image.height,
    imageWidth: image.width,
    [ownKey]: { name, ...placeToKeep(image, rest) },
  };
}

function shapeOf(box: StagedBox, names: readonly string[]): Record<string, unknown> {
  const { classIndex, x1, y1, x2, y2, difficult, score, extra, ...marks } = box;
  const [plain, rest] = parted(extra, shapeKeys);
  const kept = marksToKeep({ ...marks, extra: rest });
  return {
    group_id: null,
    flags: {},
    ...plain,
    label: names[classIndex] ?? '',
    points: [
      [x1, y1],
      [x2, y2],
    ],
    shape_type: 'rectangle',
    ...(difficult && { difficult }),
    ...(score !== undefined && { score }),
    ...(kept && { [ownKey]: kept }),
  };
}

/** Keys that can stand among the tool's own and are read again, and the others. */
function parted(extra: Record<string, unknown> = {}, own: ReadonlySet<string>) {
  const entries = Object.entries(extra);
  const isPlain = ([key, value]: [string, unknown]) => !own.has(key) && !isBlank(value);
  return [
    Object.fromEntries(entries.filter(isPlain)),
    Object.fromEntries(entries.filter((entry) => !isPlain(entry))),
  ] as const;
}
