// COCO detection JSON out: annotations/instances_<split>.json, one record a line, every id from 1.
import { outlineNow } from './coco-outline.ts';
import type { ExportDataset, ExportOptions, Written } from './dataset-format.ts';
import { exportSplits, type NamedImage, namedImages } from './export-names.ts';
import type { OutputFolder } from './output-folder.ts';
import type { StagedBox } from './staged.ts';

export async function writeCoco(
  dataset: ExportDataset,
  out: OutputFolder,
  options: ExportOptions,
): Promise<Written> {
  const named = namedImages(dataset.images, options.imageRoot);
  let done = 0;
  for (const split of exportSplits) {
    const members = named.filter(({ image }) => image.split === split);
    if (members.length === 0 && (split !== undefined || named.length > 0)) continue;
    const onImage = () => options.onProgress?.(++done, named.length);
    await out.text(`annotations/instances_${split ?? 'all'}.json`, documentOf(members, dataset, onImage));
    for (const { name, image } of options.copyImages ? members : []) {
      await out.copy(`images/${name}`, image.path);
    }
  }
  return { convention: 'xywh-0-based', notes: [] };
}

function* documentOf(
  members: readonly NamedImage[],
  { classes }: ExportDataset,
  onImage: () => void,
): Iterable<string> {
  const categories = classes.map(({ name }, index) => ({ id: index + 1, name, supercategory: '' }));
  yield '{\n';
  yield* listOf('images', members.map(imageOf));
  yield ',\n';
  yield* listOf('annotations', annotationsOf(members, onImage));
  yield ',\n';
  yield* listOf('categories', categories);
  yield '\n}\n';
}

function* listOf(key: string, rows: Iterable<Record<string, unknown>>): Iterable<string> {
  let before = `"${key}": [\n`;
  for (const row of rows) {
    yield `${before}${JSON.stringify(row)}`;
    before = ',\n';
  }
  yield before === ',\n' ? '\n]' : `${before}\n]`;
}

function imageOf({ image, name }: NamedImage, index: number): Record<string, unknown> {
  return {
    ...image.extra,
    ...(image.group !== undefined && { group: image.group }),
    id: index + 1,
    file_name: name,
    width: image.width,
    height: image.height,
  };
}

function* annotationsOf(
  members: readonly NamedImage[],
  onImage: () => void,
): Iterable<Record<string, unknown>> {
  let id = 0;
  for (const [index, { image }] of members.entries()) {
    for (const box of image.boxes) yield annotationOf(box, index + 1, ++id);
    onImage();
  }
}

function annotationOf(box: StagedBox, imageId: number, id: number): Record<string, unknown> {
  const width = extent(box.x1, box.x2);
  const height = extent(box.y1, box.y2);
  const { area, segmentation, ...extra } = outlineNow(box.extra ?? {}, box);
  const boxArea = width * height;
  // a mask's area can never be above its box's
  const maskArea = typeof area === 'number' && area > 0 && area <= boxArea * (1 + 1e-6) ? area : boxArea;
  return {
    ...extra,
    ...marksOf(box),
    id,
    image_id: imageId,
    category_id: box.classIndex + 1,
    bbox: [box.x1, box.y1, width, height],
    area: maskArea,
    iscrowd: box.ignore === undefined ? 0 : 1,
    segmentation: segmentation ?? [],
  };
}

function marksOf({
  ignore,
  difficult,
  truncated,
  occluded,
  score,
  trackId,
}: StagedBox): Record<string, unknown> {
  const marks = {
    ignore_reason: ignore === 'crowd' ? undefined : ignore,
    difficult: difficult || undefined,
    truncated: truncated || undefined,
    occluded: occluded || undefined,
    score,
    track_id: trackId,
  };
  return Object.fromEntries(Object.entries(marks).filter(([, value]) => value !== undefined));
}

/** The size that, added to `from` in float64, gives exactly `to`; the plain difference where there is none. */
function extent(from: number, to: number): number {
  const size = to - from;
  const step = Math.max(Math.abs(size), Math.abs(to)) * 2 ** -53;
  for (const steps of [0, -1, 1, -2, 2]) {
    if (from + (size + steps * step) === to) return size + steps * step;
  }
  return size;
}
