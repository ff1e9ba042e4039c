// One Pascal VOC annotation file: XML text <-> its fields. What this program adds lies in <ddod>, as JSON.
import { XMLParser } from 'fast-xml-parser';
import { extraOf, isRecord, Unreadable } from './source-text.ts';
import { jsonOf, listOf, parsedXml, textOf } from './xml-values.ts';

export interface VocObject {
  readonly name: string;
  /** Decimals as written; '' where one is missing. */
  readonly corners: readonly [xmin: string, ymin: string, xmax: string, ymax: string] | undefined;
  readonly difficult: boolean;
  readonly truncated: boolean;
  readonly occluded: boolean;
  /** `part`, `polygon`, `robndbox`: shapes that are counted, not read. */
  readonly otherShapes: readonly string[];
  /** Fields VOC has no tag for: ignore, score, trackId. */
  readonly ours: Readonly<Record<string, unknown>>;
  readonly extra: Record<string, unknown> | undefined;
}

export interface VocFile {
  readonly filename: string;
  readonly size: { readonly width: number; readonly height: number } | undefined;
  readonly objects: readonly VocObject[];
  readonly ours: Readonly<Record<string, unknown>>;
  readonly extra: Record<string, unknown> | undefined;
}

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  htmlEntities: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
});
const otherShapes = ['part', 'polygon', 'robndbox'] as const;
const fileKeys = new Set(['filename', 'path', 'size', 'object', 'ddod']);
const objectKeys = new Set(['name', 'bndbox', 'difficult', 'truncated', 'occluded', 'ddod', ...otherShapes]);
const sizeKeys = new Set(['width', 'height']);

/** The fields of an annotation file; throws Unreadable where it is none. */
export function parseVoc(text: string): VocFile {
  const root = parsedXml(text, parser).annotation;
  if (root === undefined) throw new Unreadable('the file is XML but no VOC annotation');
  const annotation = isRecord(root) ? root : {};
  const size = isRecord(annotation.size) ? annotation.size : {};
  const kept = { ...withoutDefaults(extraOf(annotation, fileKeys)), ...sizeExtra(size) };
  return {
    filename: textOf(annotation.filename),
    size: statedSize(size),
    objects: listOf(annotation.object).filter(isRecord).map(parseObject),
    ...ourFields(annotation.ddod, kept),
  };
}

function sizeExtra(size: Record<string, unknown>): Record<string, unknown> {
  const extra = withoutDefaults(extraOf(size, sizeKeys));
  return Object.keys(extra).length === 0 ? {} : { size: extra };
}

/** Tags every VOC file carries, with the value that says nothing. */
const vocDefaults: Readonly<Record<string, string>> = {
  folder: 'JPEGImages',
  pose: 'Unspecified',
  depth: '3',
};

function withoutDefaults(extra: Record<string, unknown> = {}): Record<string, unknown> {
  return Object.fromEntries(Object.entries(extra).filter(([key, value]) => vocDefaults[key] !== value));
}

function statedSize(size: Record<string, unknown>): VocFile['size'] {
  const [width, height] = [Number(textOf(size.width)), Number(textOf(size.height))];
  return width > 0 && height > 0 ? { width, height } : undefined;
}

function parseObject(object: Record<string, unknown>): VocObject {
  const box = listOf(object.bndbox).find(isRecord);
  return {
    name: textOf(object.name),
    corners: box && [textOf(box.xmin), textOf(box.ymin), textOf(box.xmax), textOf(box.ymax)],
    difficult: flagOf(object.difficult),
    truncated: flagOf(object.truncated),
    occluded: flagOf(object.occluded),
    otherShapes: otherShapes.flatMap((shape) => listOf(object[shape]).map(() => shape)),
    ...ourFields(object.ddod, withoutDefaults(extraOf(object, objectKeys))),
  };
}

/** What <ddod> holds, with its `extra` joined to the tags that were kept. */
function ourFields(node: unknown, kept: Record<string, unknown>): Pick<VocFile, 'ours' | 'extra'> {
  const ours = jsonOf(node);
  const extra = { ...kept, ...(isRecord(ours.extra) ? extraOf(ours.extra, new Set()) : undefined) };
  return { ours, extra: Object.keys(extra).length === 0 ? undefined : extra };
}

function flagOf(value: unknown): boolean {
  return /^(1|true|yes)$/i.test(textOf(value));
}

const xmlName = /^(?!xml|#|ddod$)[A-Za-z_][\w.-]*$/i;

/** The extra `key` as the text of its own tag, taken out of `json`; left there where a tag cannot hold it. */
export function takeText(json: Record<string, unknown>, key: string): string {
  const value = json[key];
  if (typeof value !== 'string' || !fitsTags(value)) return vocDefaults[key] ?? '';
  delete json[key];
  return value;
}

/** Like `takeText` for a record of tags. */
export function takeTags(json: Record<string, unknown>, key: string): Record<string, unknown> {
  const value = json[key];
  if (!isRecord(value) || !fitsTags(value) || 'width' in value || 'height' in value) return {};
  delete json[key];
  return value;
}

/** True for values that plain tags give back unchanged. */
function fitsTags(value: unknown): boolean {
  if (typeof value === 'string') return /^$|^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value);
  if (Array.isArray(value))
    return value.length > 1 && value.every((item) => !Array.isArray(item) && fitsTags(item));
  if (!isRecord(value)) return false;
  const entries = Object.entries(value);
  return entries.length > 0 && entries.every(([key, item]) => xmlName.test(key) && fitsTags(item));
}

/** Splits extra into what goes into tags and what has to be JSON. */
export function partExtra(
  extra: Record<string, unknown> | undefined,
  own: ReadonlySet<string>,
): { tags: Record<string, unknown>; json: Record<string, unknown> } {
  const entries = Object.entries(extra ?? {});
  const isTag = ([key, value]: [string, unknown]) => xmlName.test(key) && !own.has(key) && fitsTags(value);
  return {
    tags: Object.fromEntries(entries.filter(isTag)),
    json: Object.fromEntries(entries.filter((entry) => !isTag(entry))),
  };
}
