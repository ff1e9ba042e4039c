// One YOLO label file: rows `class cx cy width height` in fractions of the image, or polygons.
import type { ImageHeader } from './image-files.ts';
import { linesOf, numberOf } from './source-text.ts';
import type { StagedBox } from './staged.ts';
import { edgesOf, type Span, spanAround, spanOf, spanText } from './yolo-span.ts';

export interface YoloRow {
  /** The row, its columns with one blank between. */
  readonly text: string;
  /** As written; not yet checked against the class list. */
  readonly classId: number;
  /** Undefined where a column is no number. */
  readonly x: Span | undefined;
  readonly y: Span | undefined;
  readonly trackId?: string;
  readonly score?: number;
}

export interface YoloLabels {
  readonly rows: readonly YoloRow[];
  /** What was wrong with rows that were left out. */
  readonly faults: readonly string[];
  /** Rows that repeat another one. */
  readonly repeated: number;
  readonly polygons: boolean;
}

/** Rows of a label file. One row with more than 6 columns makes polygons of all; equal rows count once. */
export function parseYolo(text: string): YoloLabels {
  const lines = [...new Set(linesOf(text).map((line) => line.split(/\s+/).join(' ')))];
  const repeated = linesOf(text).length - lines.length;
  const polygons = lines.some((line) => line.split(' ').length > 6);
  const faults: string[] = [];
  const rows: YoloRow[] = [];
  for (const line of lines) {
    const row = polygons ? polygonRow(line) : boxRow(line);
    if (typeof row === 'string') faults.push(`the row "${line.slice(0, 60)}" ${row}`);
    else rows.push(row);
  }
  return { rows, faults, repeated, polygons };
}

function boxRow(text: string): YoloRow | string {
  const [id, cx, cy, width, height, last] = text.split(' ');
  const classId = numberOf(id);
  if (height === undefined) return 'has fewer than 5 columns';
  if (!Number.isInteger(classId)) return 'has a class that is no whole number';
  const row = { text, classId, x: spanOf(cx, width), y: spanOf(cy, height) };
  const sixth = numberOf(last);
  if (Number.isNaN(sixth)) return row;
  return Number.isInteger(sixth) ? { ...row, trackId: String(sixth) } : { ...row, score: sixth };
}

function polygonRow(text: string): YoloRow | string {
  const [id, ...points] = text.split(' ');
  const classId = numberOf(id);
  if (!Number.isInteger(classId)) return 'has a class that is no whole number';
  if (points.length < 4 || points.length % 2 === 1) return 'is no polygon';
  const x = spanAround(points.filter((_, index) => index % 2 === 0));
  const y = spanAround(points.filter((_, index) => index % 2 === 1));
  return { text, classId, x, y };
}

type Corners = Pick<StagedBox, 'x1' | 'y1' | 'x2' | 'y2'>;

/** The corners of a row in pixels of an upright image; NaN where a column is no number. */
export function cornersOfRow({ x, y }: YoloRow, { width, height }: ImageHeader): Corners {
  const unknown = [Number.NaN, Number.NaN] as const;
  const [x1, x2] = x ? edgesOf(x, width) : unknown;
  const [y1, y2] = y ? edgesOf(y, height) : unknown;
  return { x1, y1, x2, y2 };
}

/** A row for a box after clipping it to the image; undefined where nothing of it is left. */
export function rowOfBox(
  box: StagedBox,
  { width, height }: Pick<ImageHeader, 'width' | 'height'>,
): { text: string; clipped: boolean; isExact: boolean } | undefined {
  const [x1, x2] = [Math.max(0, box.x1), Math.min(width, box.x2)];
  const [y1, y2] = [Math.max(0, box.y1), Math.min(height, box.y2)];
  if (x2 <= x1 || y2 <= y1) return undefined;
  const [x, y] = [spanText(x1, x2, width), spanText(y1, y2, height)];
  const clipped = x1 !== box.x1 || x2 !== box.x2 || y1 !== box.y1 || y2 !== box.y2;
  const text = [box.classIndex, x.center, y.center, x.size, y.size].join(' ');
  return { text, clipped, isExact: !clipped && x.isExact && y.isExact };
}
