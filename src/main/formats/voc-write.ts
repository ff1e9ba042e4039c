// Pascal VOC out: Annotations/, ImageSets/Main/ and, where wanted, JPEGImages/.
import type { ExportDataset, ExportOptions, Written } from './dataset-format.ts';
import { addToDecimal } from './exact-decimal.ts';
import { exportSplits, type NamedImage, namedImages } from './export-names.ts';
import type { OutputFolder } from './output-folder.ts';
import { isRecord } from './source-text.ts';
import type { StagedBox } from './staged.ts';
import { partExtra, takeTags, takeText } from './voc-xml.ts';

/** Tags written here, which an extra of the same name does not replace. */
const fileTags = new Set(['filename', 'path', 'size', 'object', 'ddod', 'folder']);
const objectTags = new Set(
  ['name', 'bndbox', 'difficult', 'truncated', 'occluded', 'ddod', 'pose'].concat(
    'part',
    'polygon',
    'robndbox',
  ),
);

/** Writes in `options.convention`, else in the one the labels came with, else 0-based half-open. */
export async function writeVoc(
  dataset: ExportDataset,
  out: OutputFolder,
  options: ExportOptions,
): Promise<Written> {
  const wanted = options.convention ?? dataset.convention;
  const convention = wanted === 'voc-1-based' ? wanted : 'voc-0-based';
  const named = namedImages(dataset.images, options.imageRoot);
  for (const [index, entry] of named.entries()) {
    await out.text(`Annotations/${entry.stem}.xml`, annotationXml(entry, dataset, convention));
    if (options.copyImages) await out.copy(`JPEGImages/${entry.name}`, entry.image.path);
    options.onProgress?.(index + 1, named.length);
  }
  for (const split of exportSplits) {
    const stems = named.filter(({ image }) => image.split === split).map(({ stem }) => `${stem}\n`);
    if (split && stems.length > 0) await out.text(`ImageSets/Main/${split}.txt`, stems.join(''));
  }
  return { convention, notes: [] };
}

function annotationXml({ image, name }: NamedImage, dataset: ExportDataset, convention: string): string {
  const { tags, json } = partExtra(image.extra, fileTags);
  const folder = takeText(json, 'folder');
  const sizeTags = takeTags(json, 'size');
  const ours = { ...(image.group !== undefined && { group: image.group }), ...asExtra(json) };
  const lines = element('annotation', [
    element('folder', folder),
    element('filename', name),
    ...tagsOf(tags),
    element('size', [
      element('width', String(image.width)),
      element('height', String(image.height)),
      ...tagsOf({ depth: '3', ...sizeTags }),
    ]),
    ...image.boxes.map((box) => objectXml(box, dataset, convention)),
    ...oursXml(ours),
  ]);
  return `${lines.join('\n')}\n`;
}

function objectXml(box: StagedBox, { classes }: ExportDataset, convention: string): string[] {
  const { tags, json } = partExtra(box.extra, objectTags);
  const pose = takeText(json, 'pose');
  const first = convention === 'voc-1-based' ? 1 : 0;
  const corner = (name: string, value: number, delta: number) =>
    element(name, addToDecimal(String(value), delta) ?? String(value));
  const flag = (name: string, on: boolean | undefined) => element(name, on ? '1' : '0');
  return element('object', [
    element('name', classes[box.classIndex]?.name ?? ''),
    element('pose', pose),
    flag('truncated', box.truncated),
    flag('difficult', box.difficult),
    ...(box.occluded ? [flag('occluded', true)] : []),
    element('bndbox', [
      ...[corner('xmin', box.x1, first), corner('ymin', box.y1, first)],
      ...[corner('xmax', box.x2, 0), corner('ymax', box.y2, 0)],
    ]),
    ...tagsOf(tags),
    ...oursXml({ ...marksOf(box), ...asExtra(json) }),
  ]);
}

function marksOf({ ignore, score, trackId }: StagedBox): Record<string, unknown> {
  const marks = { ignore, score, trackId };
  return Object.fromEntries(Object.entries(marks).filter(([, value]) => value !== undefined));
}

function asExtra(extra: Record<string, unknown>): Record<string, unknown> {
  return Object.keys(extra).length === 0 ? {} : { extra };
}

function oursXml(ours: Record<string, unknown>): string[][] {
  return Object.keys(ours).length === 0 ? [] : [element('ddod', JSON.stringify(ours))];
}

function tagsOf(tags: Record<string, unknown>): string[][] {
  return Object.entries(tags).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((item: unknown) =>
      element(name, isRecord(item) ? tagsOf(item) : String(item)),
    ),
  );
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Lines of one element: text in one line, children indented. */
function element(name: string, content: string | string[][]): string[] {
  if (typeof content !== 'string') {
    return [`<${name}>`, ...content.flat().map((line) => `  ${line}`), `</${name}>`];
  }
  return [`<${name}>${content.replace(/[&<>]/g, (mark) => escapes[mark] ?? mark)}</${name}>`];
}
