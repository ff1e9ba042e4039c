// One CVAT file: XML 1.1 text -> its images and tracks. What this program adds lies in an attribute `ddod`, as JSON.
import { XMLParser } from 'fast-xml-parser';
import { datasetFileLimit, extraOf, isRecord, numberOf, Unreadable } from './source-text.ts';
import type { Turns } from './turns.ts';
import { piecesOf } from './xml-pieces.ts';
import { jsonOf, listOf, parsedXml, textOf } from './xml-values.ts';

/** Parsing takes many times the file's size in memory. */
export const cvatLimit = datasetFileLimit / 2;

/** The name of the attribute that holds what CVAT has no place for. */
export const ownAttribute = 'ddod';

export interface CvatBox {
  readonly label: string;
  readonly corners: { readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number };
  /** Degrees, clockwise about the centre. */
  readonly rotation: number;
  readonly occluded: boolean;
  readonly extra: Record<string, unknown> | undefined;
  readonly ours: Readonly<Record<string, unknown>>;
}

export interface CvatTrackBox extends CvatBox {
  readonly frame: number;
  /** The object has left the picture from this frame on. */
  readonly outside: boolean;
}

export interface CvatTrack {
  readonly id: string;
  readonly label: string;
  readonly boxes: readonly CvatTrackBox[];
  readonly others: readonly string[];
  /** Where shapes of those kinds are. */
  readonly unread: readonly CvatTrackBox[];
}

export interface CvatImage {
  readonly name: string;
  readonly subset: string;
  readonly size: CvatFile['size'];
  /** Rectangles, then the boxes around polygons. */
  readonly boxes: readonly CvatBox[];
  readonly polygons: number;
  /** Kinds of shapes that are counted, not read. */
  readonly others: readonly string[];
  readonly ours: { readonly group?: unknown; readonly extra?: Record<string, unknown> };
}

export interface CvatFile {
  readonly labels: readonly string[];
  /** Of a video's frames. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
  readonly images: readonly CvatImage[];
  readonly tracks: readonly CvatTrack[];
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  htmlEntities: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
});

const otherShapes = ['polyline', 'points', 'cuboid', 'mask', 'skeleton', 'ellipse', 'tag'] as const;

/** The content of a file, in turns with other work; throws Unreadable where it is none of CVAT's. */
export async function parseCvat(text: string, turns: Turns): Promise<CvatFile> {
  const parts = piecesOf(text, ['image', 'track']);
  const root = parsedXml(parts?.rest ?? text, parser).annotations;
  if (root === undefined) throw new Unreadable('the file is XML but not of CVAT');
  const annotations = isRecord(root) ? root : {};
  const images = listOf(annotations.image).filter(isRecord).map(imageOf);
  const tracks = listOf(annotations.track).filter(isRecord).map(trackOf);
  for (const { name, text: piece } of parts?.pieces ?? []) {
    if (turns.isOver) await turns.next();
    const element = parsedXml(piece, parser)[name];
    if (!isRecord(element)) continue;
    if (name === 'image') images.push(imageOf(element));
    else tracks.push(trackOf(element));
  }
  const meta = sectionOf(annotations.meta);
  return {
    labels: listOf(sectionOf(meta.labels).label).map((label) => textOf(sectionOf(label).name)),
    size: sizeOf(textOf(sectionOf(meta.original_size).width), textOf(sectionOf(meta.original_size).height)),
    images,
    tracks,
  };
}

/** The part of `meta` that describes the data: of a task, a job or a project. */
function sectionOf(value: unknown): Record<string, unknown> {
  if (!isRecord(value)) return {};
  const inner = ['task', 'job', 'project'].map((key) => value[key]).find(isRecord);
  return inner ?? value;
}

function imageOf(image: Record<string, unknown>): CvatImage {
  const ours = jsonOf(image[`@${ownAttribute}`]);
  const extra = isRecord(ours.extra) ? extraOf(ours.extra, new Set()) : undefined;
  return {
    name: textOf(image['@name']),
    subset: textOf(image['@subset']),
    size: sizeOf(textOf(image['@width']), textOf(image['@height'])),
    boxes: [...listOf(image.box).filter(isRecord).map(boxOf), ...polygonsOf(image)],
    polygons: listOf(image.polygon).length,
    others: othersOf(image),
    ours: { group: ours.group, ...(extra && { extra }) },
  };
}

function trackOf(track: Record<string, unknown>): CvatTrack {
  return {
    id: textOf(track['@id']),
    label: textOf(track['@label']),
    boxes: listOf(track.box).filter(isRecord).map(trackBoxOf),
    others: [...new Set([...othersOf(track), ...listOf(track.polygon).map(() => 'polygon')])],
    unread: [...otherShapes, 'polygon'].flatMap((kind) =>
      listOf(track[kind]).filter(isRecord).map(trackBoxOf),
    ),
  };
}

function trackBoxOf(shape: Record<string, unknown>): CvatTrackBox {
  return {
    ...boxOf(shape),
    frame: numberOf(shape['@frame']),
    outside: textOf(shape['@outside']) === '1',
  };
}

function othersOf(holder: Record<string, unknown>): string[] {
  return otherShapes.flatMap((shape) => listOf(holder[shape]).map(() => shape));
}

const boxAttributes = new Set(
  '@label @xtl @ytl @xbr @ybr @rotation @occluded @points @frame @outside @keyframe #text attribute'.split(
    ' ',
  ),
);
/** What CVAT writes for "nothing". */
const usual: Readonly<Record<string, string>> = { source: 'manual', z_order: '0', group_id: '0' };

function boxOf(box: Record<string, unknown>): CvatBox {
  const named = new Map(
    listOf(box.attribute)
      .filter(isRecord)
      .map((attribute) => [textOf(attribute['@name']), textOf(attribute['#text'])]),
  );
  const ours = jsonOf(named.get(ownAttribute));
  named.delete(ownAttribute);
  const attributes = Object.entries(extraOf(box, boxAttributes) ?? {})
    .map(([key, value]) => [key.replace(/^@/, ''), value] as const)
    .filter(([key, value]) => typeof value === 'string' && usual[key] !== value);
  const extra = extraOf(
    {
      ...Object.fromEntries(attributes),
      ...(named.size > 0 && { attributes: extraOf(Object.fromEntries(named), new Set()) }),
      ...(isRecord(ours.extra) ? ours.extra : {}),
    },
    new Set(),
  );
  const corner = (name: string) => numberOf(box[`@${name}`]);
  return {
    label: textOf(box['@label']),
    corners: { x1: corner('xtl'), y1: corner('ytl'), x2: corner('xbr'), y2: corner('ybr') },
    rotation: numberOf(box['@rotation']) || 0,
    occluded: textOf(box['@occluded']) === '1',
    extra,
    ours,
  };
}

/** Boxes around polygons. */
function polygonsOf(image: Record<string, unknown>): CvatBox[] {
  return listOf(image.polygon)
    .filter(isRecord)
    .map((polygon) => {
      const points = textOf(polygon['@points'])
        .split(';')
        .map((point) => point.split(',').map(numberOf));
      const xs = points.map(([x = Number.NaN]) => x);
      const ys = points.map(([, y = Number.NaN]) => y);
      const corners = { x1: Math.min(...xs), y1: Math.min(...ys), x2: Math.max(...xs), y2: Math.max(...ys) };
      return { ...boxOf(polygon), corners, rotation: 0 };
    });
}

function sizeOf(width: string, height: string): CvatFile['size'] {
  return Number(width) > 0 && Number(height) > 0
    ? { width: Number(width), height: Number(height) }
    : undefined;
}
