// Apple Create ML out: one folder a split, each with its JSON list and, where wanted, its images.
import { counted } from '../../shared/counted.ts';
import type { ExportDataset, ExportOptions, Written } from './dataset-format.ts';
import { exportSplits, type NamedImage, namedImages } from './export-names.ts';
import type { OutputFolder } from './output-folder.ts';
import type { StagedBox } from './staged.ts';

const ignoredKey = 'ignored_annotations';
const fileName = '_annotations.createml.json';

export async function writeCreateml(
  dataset: ExportDataset,
  out: OutputFolder,
  options: ExportOptions,
): Promise<Written> {
  const named = namedImages(dataset.images, options.imageRoot);
  const names = dataset.classes.map(({ name }) => name);
  let done = 0;
  for (const split of exportSplits) {
    const members = named.filter(({ image }) => image.split === split);
    if (members.length === 0 && (split !== undefined || named.length > 0)) continue;
    const folder = split === undefined ? '' : `${split}/`;
    const onImage = () => options.onProgress?.(++done, named.length);
    await out.text(`${folder}${fileName}`, listOf(members, names, onImage));
    for (const { name, image } of options.copyImages ? members : []) {
      await out.copy(`${folder}${name}`, image.path);
    }
  }
  const ignored = dataset.images
    .flatMap(({ boxes }) => boxes)
    .filter((box) => box.ignore !== undefined).length;
  if (ignored === 0) return { convention: 'createml-pixels', notes: [] };
  return {
    convention: 'createml-pixels',
    notes: [`${counted(ignored, 'ignored box is', 'ignored boxes are')} under ${ignoredKey}.`],
    apart: { place: ignoredKey, boxes: ignored, cut: 0 },
  };
}

function* listOf(
  members: readonly NamedImage[],
  names: readonly string[],
  onImage: () => void,
): Iterable<string> {
  let before = '[\n';
  for (const member of members) {
    yield `${before}${JSON.stringify(entryOf(member, names))}`;
    before = ',\n';
    onImage();
  }
  yield before === ',\n' ? '\n]\n' : `${before}\n]\n`;
}

function entryOf({ image, name }: NamedImage, names: readonly string[]): Record<string, unknown> {
  const ignored = image.boxes.flatMap((box, at) =>
    box.ignore === undefined ? [] : [{ at, ...annotationOf(box, names) }],
  );
  return {
    image: name,
    annotations: image.boxes.filter((box) => box.ignore === undefined).map((box) => annotationOf(box, names)),
    ...(ignored.length > 0 && { [ignoredKey]: ignored }),
    ...(image.group !== undefined && { group: image.group }),
    ...without(image.extra, ['image', 'imagefilename', 'annotations', ignoredKey, 'group']),
  };
}

function annotationOf(box: StagedBox, names: readonly string[]): Record<string, unknown> {
  const { x1, y1, x2, y2 } = box;
  const [width, height] = [x2 - x1, y2 - y1];
  const coordinates = { x: x1 + width / 2, y: y1 + height / 2, width, height };
  const back = [
    coordinates.x - width / 2,
    coordinates.y - height / 2,
    coordinates.x + width / 2,
    coordinates.y + height / 2,
  ];
  const corners = [x1, y1, x2, y2];
  const isExact = back.every((value, index) => value === corners[index]);
  const marks = {
    ignore_reason: box.ignore,
    difficult: box.difficult || undefined,
    truncated: box.truncated || undefined,
    occluded: box.occluded || undefined,
    score: box.score,
    track_id: box.trackId,
    corners: isExact ? undefined : corners,
  };
  const stated = { label: names[box.classIndex] ?? '', coordinates };
  return {
    ...without(box.extra, [...Object.keys(stated), ...Object.keys(marks), 'at']),
    ...stated,
    ...marks,
  };
}

function without(
  extra: Record<string, unknown> | undefined,
  keys: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(extra ?? {}).filter(([key]) => !keys.includes(key)));
}
