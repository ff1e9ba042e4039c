// Label Studio out: a list of tasks with their annotations, and the labeling interface that shows them.
import { counted } from '../../shared/counted.ts';
import type { ExportDataset, ExportOptions, Written } from './dataset-format.ts';
import { type NamedImage, namedImages } from './export-names.ts';
import { cornersInPixels } from './label-studio-regions.ts';
import type { OutputFolder } from './output-folder.ts';
import { marksToKeep, ownKey, placeToKeep } from './own-marks.ts';
import { isRecord } from './source-text.ts';
import type { StagedBox, StagedImage } from './staged.ts';

const [control, object] = ['label', 'image'];

export async function writeLabelStudio(
  dataset: ExportDataset,
  out: OutputFolder,
  options: ExportOptions,
): Promise<Written> {
  const named = namedImages(dataset.images, options.imageRoot);
  const names = dataset.classes.map(({ name }) => name);
  await out.text('labeling-config.xml', interfaceXml(names));
  await out.text('tasks.json', listOf(named, names, options));
  for (const { name, image } of options.copyImages ? named : []) await out.copy(`images/${name}`, image.path);
  const ignored = dataset.images
    .flatMap(({ boxes }) => boxes)
    .filter((box) => box.ignore !== undefined).length;
  const start = options.copyImages ? 'this folder' : 'the folder that holds the images';
  return {
    convention: 'percent',
    notes: [
      `Label Studio finds the images once ${start} is its LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT, with local storage added there.`,
      ...(ignored > 0
        ? [
            `${counted(ignored, 'ignored box is', 'ignored boxes are')} among the others, marked in ${ownKey}.`,
          ]
        : []),
    ],
  };
}

function interfaceXml(names: readonly string[]): string {
  const labels = names.map((name) => `    <Label value="${escaped(name)}"/>`);
  return ['<View>', `  <Image name="${object}" value="$image"/>`]
    .concat(`  <RectangleLabels name="${control}" toName="${object}">`, labels)
    .concat('  </RectangleLabels>', '</View>', '')
    .join('\n');
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (mark) => escapes[mark] ?? mark);
}

function* listOf(
  named: readonly NamedImage[],
  names: readonly string[],
  { copyImages = false, onProgress }: ExportOptions,
): Iterable<string> {
  let before = '[\n';
  for (const [index, entry] of named.entries()) {
    yield `${before}${JSON.stringify(taskOf(entry, index + 1, names, copyImages))}`;
    before = ',\n';
    onProgress?.(index + 1, named.length);
  }
  yield before === ',\n' ? '\n]\n' : `${before}\n]\n`;
}

function taskOf({ image, name }: NamedImage, id: number, names: readonly string[], isCopied: boolean) {
  const path = `${isCopied ? 'images/' : ''}${name}`.split('/').map(encodeURIComponent).join('/');
  const kept = placeToKeep(image, image.extra ?? {});
  return {
    id,
    data: { image: `/data/local-files/?d=${path}` },
    annotations: [
      {
        id,
        was_cancelled: false,
        ground_truth: false,
        result: image.boxes.map((box, index) => resultOf(box, image, `${id}-${index + 1}`, names)),
      },
    ],
    predictions: [],
    ...(kept && { meta: { [ownKey]: kept } }),
  };
}

/** Keys of a result that the reader keeps as they are. */
const resultKeys = new Set(['text', 'parentID', 'item_index']);

function resultOf(box: StagedBox, image: StagedImage, id: string, names: readonly string[]) {
  const { classIndex, x1, y1, x2, y2, score, extra = {}, ...marks } = box;
  const { width, height } = image;
  const value = {
    x: (x1 / width) * 100,
    y: (y1 / height) * 100,
    width: ((x2 - x1) / width) * 100,
    height: ((y2 - y1) / height) * 100,
    rotation: 0,
    rectanglelabels: [names[classIndex] ?? ''],
  };
  const corners = [x1, y1, x2, y2];
  const back = cornersInPixels(value, image);
  const isExact = corners.every((corner, at) => corner === back[at]);
  const isPlain = ([key, item]: [string, unknown]) =>
    key === 'meta'
      ? isRecord(item) && Object.keys(item).length > 0 && !(ownKey in item)
      : resultKeys.has(key);
  const plain = Object.entries(extra).filter(isPlain);
  const rest = Object.fromEntries(Object.entries(extra).filter((entry) => !isPlain(entry)));
  const { meta, ...others } = Object.fromEntries(plain);
  const kept = { ...marksToKeep({ ...marks, extra: rest }), ...(!isExact && { corners }) };
  const own = Object.keys(kept).length > 0 ? { [ownKey]: kept } : undefined;
  return {
    ...others,
    id,
    type: 'rectanglelabels',
    from_name: control,
    to_name: object,
    original_width: width,
    original_height: height,
    image_rotation: 0,
    value,
    ...(score !== undefined && { score }),
    ...((isRecord(meta) || own) && { meta: { ...(isRecord(meta) && meta), ...own } }),
  };
}
