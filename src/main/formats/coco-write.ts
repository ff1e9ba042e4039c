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
    await out.text(`annotations/instances_${split ?? 'all'}.json`, documentOf(members, dataset));
    for (const { name, image } of options.copyImages ? members : []) {
      await out.copy(`images/${name}`, image.path);
    }
    done += members.length;
    options.onProgress?.(done, named.length);
  }
  return { convention: 'xywh-0-based', notes: [] };
}

function documentOf(members: readonly NamedImage[], { classes }: ExportDataset): string {
  const images = members.map(({ image, name }, index) => ({
    ...image.extra,
    ...(image.group !== undefined && { group: image.group }),
    id: index + 1,
    file_name: name,
    width: image.width,
    height: image.height,
  }));
  const owned = members.flatMap(({ image }, index) =>
    image.boxes.map((box) => ({ box, imageId: index + 1 })),
  );
  const annotations = owned.map(({ box, imageId }, index) => annotationOf(box, imageId, index + 1));
  const categories = classes.map(({ name }, index) => ({ id: index + 1, name, supercategory: '' }));
  const lists = Object.entries({ images, annotations, categories }).map(
    ([key, rows]) => `"${key}": [\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]`,
  );
  return `{\n${lists.join(',\n')}\n}\n`;
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
