// CVAT for images 1.1 out: annotations.xml and, where wanted, images/.
import { counted } from '../../shared/counted.ts';
import { ownAttribute } from './cvat-xml.ts';
import type { ExportDataset, ExportOptions, Written } from './dataset-format.ts';
import { type NamedImage, namedImages } from './export-names.ts';
import type { OutputFolder } from './output-folder.ts';
import { isRecord } from './source-text.ts';
import type { StagedBox } from './staged.ts';
import { Turns } from './turns.ts';

export async function writeCvat(
  dataset: ExportDataset,
  out: OutputFolder,
  options: ExportOptions,
): Promise<Written> {
  const named = namedImages(dataset.images, options.imageRoot);
  const meta = await metaXml(dataset, named, options);
  await out.text('annotations.xml', documentOf(dataset, named, meta, options));
  for (const { name, image } of options.copyImages ? named : []) await out.copy(`images/${name}`, image.path);
  const boxes = dataset.images.flatMap((image) => image.boxes);
  const ignored = boxes.filter((box) => box.ignore !== undefined).length;
  const notes =
    ignored > 0
      ? [
          `${counted(ignored, 'ignored box is', 'ignored boxes are')} among the others, marked in ${ownAttribute}.`,
        ]
      : [];
  return { convention: 'xyxy-0-based', notes };
}

function* documentOf(
  dataset: ExportDataset,
  named: readonly NamedImage[],
  meta: readonly string[],
  { onProgress }: ExportOptions,
): Iterable<string> {
  const head = ['<?xml version="1.0" encoding="utf-8"?>', '<annotations>', '  <version>1.1</version>'];
  yield `${[...head, ...meta].join('\n')}\n`;
  for (const [id, entry] of named.entries()) {
    yield `${imageXml(entry, id, dataset).join('\n')}\n`;
    onProgress?.(id + 1, named.length);
  }
  yield '</annotations>\n';
}

/** CVAT takes only attributes that a label declares. */
async function metaXml(
  { classes }: ExportDataset,
  named: readonly NamedImage[],
  { signal }: ExportOptions,
): Promise<string[]> {
  const turns = new Turns(signal);
  const used = classes.map(() => new Set<string>());
  for (const { image } of named) {
    if (turns.isOver) await turns.next();
    for (const box of image.boxes) for (const [name] of attributesOf(box)) used[box.classIndex]?.add(name);
  }
  const labels = classes.flatMap(({ name }, index) => [
    '        <label>',
    `          <name>${escaped(name)}</name>`,
    '          <attributes>',
    ...[...(used[index] ?? [])].sort().map(declaration),
    '          </attributes>',
    '        </label>',
  ]);
  const task = ['    <task>', '      <labels>', ...labels, '      </labels>', '    </task>'];
  return ['  <meta>', ...task, '  </meta>'];
}

function declaration(name: string): string {
  const rest = '<mutable>False</mutable><input_type>text</input_type><default_value></default_value>';
  return `            <attribute><name>${escaped(name)}</name>${rest}<values></values></attribute>`;
}

function imageXml({ image, name }: NamedImage, id: number, dataset: ExportDataset): string[] {
  const ours = defined({ group: image.group, extra: image.extra });
  const head = attributesText({
    id: String(id),
    name,
    subset: image.split,
    width: String(image.width),
    height: String(image.height),
    [ownAttribute]: ours && asciiJson(ours),
  });
  return [`  <image${head}>`, ...image.boxes.flatMap((box) => boxXml(box, dataset)), '  </image>'];
}

function boxXml(box: StagedBox, { classes }: ExportDataset): string[] {
  const head = attributesText({
    label: classes[box.classIndex]?.name ?? '',
    source: 'manual',
    occluded: box.occluded ? '1' : '0',
    xtl: String(box.x1),
    ytl: String(box.y1),
    xbr: String(box.x2),
    ybr: String(box.y2),
    z_order: '0',
    ...plainPart(box.extra),
  });
  const rows = attributesOf(box).map(
    ([name, value]) => `      <attribute name="${escaped(name)}">${escaped(value)}</attribute>`,
  );
  return rows.length === 0 ? [`    <box${head}/>`] : [`    <box${head}>`, ...rows, '    </box>'];
}

/** Attributes of CVAT's own that a box may have kept. */
const plainKeys = ['source', 'z_order', 'group_id'];

function plainPart(extra: Record<string, unknown> | undefined): Record<string, string> {
  return Object.fromEntries(
    plainKeys.flatMap((key) => (isPlain(key, extra?.[key]) ? [[key, extra?.[key]]] : [])),
  );
}

/** True for what reads back as the same text: the value of "nothing" would not. */
function isPlain(key: string, value: unknown): value is string {
  if (typeof value !== 'string') return false;
  return key === 'source' ? /^(auto|semi-auto|file)$/.test(value) : /^-?[1-9]\d*$/.test(value);
}

/** The kept attributes of a box, and in one of our own what CVAT has no place for. */
function attributesOf(box: StagedBox): (readonly [name: string, value: string])[] {
  const { attributes, ...rest } = box.extra ?? {};
  const kept = isRecord(attributes) ? Object.entries(attributes) : [];
  const fits =
    kept.length > 0 && kept.every(([name, value]) => name !== ownAttribute && fitsText(name, value));
  const others = Object.entries(rest).filter(
    ([key, value]) => !isPlain(key, value) || !plainKeys.includes(key),
  );
  const extra = { ...Object.fromEntries(others), ...(attributes !== undefined && !fits && { attributes }) };
  const ours = defined({
    ignore: box.ignore,
    difficult: box.difficult || undefined,
    truncated: box.truncated || undefined,
    score: box.score,
    trackId: box.trackId,
    extra: Object.keys(extra).length > 0 ? extra : undefined,
  });
  const stated = fits ? kept.map(([name, value]) => [name, String(value)] as const) : [];
  return ours ? [...stated, [ownAttribute, asciiJson(ours)]] : stated;
}

/** Texts that XML gives back unchanged, blanks at the ends included in what it does not. */
function fitsText(name: string, value: unknown): boolean {
  const text = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/;
  return text.test(name) && typeof value === 'string' && text.test(value);
}

/** JSON that any XML may hold. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function defined(record: Record<string, unknown>): Record<string, unknown> | undefined {
  const entries = Object.entries(record).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function attributesText(attributes: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => (value === undefined ? '' : ` ${name}="${escaped(value)}"`))
    .join('');
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (mark) => escapes[mark] ?? mark);
}
