// One YOLO label file: rows `class cx cy width height` in fractions of the image, or polygons.
import type { ImageHeader } from './image-files.ts';
import { linesOf, numberOf } from './source-text.ts';
import type { StagedBox } from './staged.ts';

export interface YoloRow {
  /** As written; not yet checked against the class list. */
  readonly classId: number;
  /** Centre and size as fractions of the upright image. */
  readonly cx: number;
  readonly cy: number;
  readonly width: number;
  readonly height: number;
  readonly trackId?: string;
  readonly score?: number;
}

export interface YoloLabels {
  readonly rows: readonly YoloRow[];
  /** What was wrong with rows that were left out. */
  readonly faults: readonly string[];
  readonly polygons: boolean;
}

/** Rows of a label file. One row with more than 6 columns makes polygons of all; equal rows count once. */
export function parseYolo(text: string): YoloLabels {
  const lines = [...new Set(linesOf(text).map((line) => line.split(/\s+/).join(' ')))];
  const repeated = linesOf(text).length - lines.length;
  const table = lines.map((line) => line.split(' ').map(numberOf));
  const polygons = table.some((columns) => columns.length > 6);
  const faults = repeated > 0 ? [`${repeated} rows that repeat another one were left out`] : [];
  const rows: YoloRow[] = [];
  for (const [index, columns] of table.entries()) {
    const row = polygons ? polygonRow(columns) : boxRow(columns);
    if (typeof row === 'string') faults.push(`the row "${(lines[index] ?? '').slice(0, 60)}" ${row}`);
    else rows.push(row);
  }
  return { rows, faults, polygons };
}

function boxRow(columns: readonly number[]): YoloRow | string {
  const [classId = Number.NaN, cx, cy, width, height, sixth] = columns;
  if (cx === undefined || cy === undefined || width === undefined || height === undefined) {
    return 'has fewer than 5 columns';
  }
  if (!Number.isInteger(classId)) return 'has a class that is no whole number';
  const row = { classId, cx, cy, width, height };
  if (sixth === undefined || Number.isNaN(sixth)) return row;
  return Number.isInteger(sixth) ? { ...row, trackId: String(sixth) } : { ...row, score: sixth };
}

function polygonRow(columns: readonly number[]): YoloRow | string {
  const [classId = Number.NaN, ...points] = columns;
  if (!Number.isInteger(classId)) return 'has a class that is no whole number';
  if (points.length < 4 || points.length % 2 === 1) return 'is no polygon';
  const xs = points.filter((_, index) => index % 2 === 0);
  const ys = points.filter((_, index) => index % 2 === 1);
  const [x1, y1, x2, y2] = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  return { classId, cx: (x1 + x2) / 2, cy: (y1 + y2) / 2, width: x2 - x1, height: y2 - y1 };
}

/** The corners of a row in pixels of an upright image. */
export function cornersOfRow(
  row: YoloRow,
  { width, height }: ImageHeader,
): Pick<StagedBox, 'x1' | 'y1' | 'x2' | 'y2'> {
  return {
    x1: (row.cx - row.width / 2) * width,
    y1: (row.cy - row.height / 2) * height,
    x2: (row.cx + row.width / 2) * width,
    y2: (row.cy + row.height / 2) * height,
  };
}

/** A row for a box after clipping it to the image; undefined where nothing of it is left. */
export function rowOfBox(
  box: StagedBox,
  { width, height }: Pick<ImageHeader, 'width' | 'height'>,
): { text: string; clipped: boolean } | undefined {
  const x = [Math.max(0, box.x1), Math.min(width, box.x2)] as const;
  const y = [Math.max(0, box.y1), Math.min(height, box.y2)] as const;
  if (x[1] <= x[0] || y[1] <= y[0]) return undefined;
  const values = [
    (x[0] + x[1]) / 2 / width,
    (y[0] + y[1]) / 2 / height,
    (x[1] - x[0]) / width,
    (y[1] - y[0]) / height,
  ];
  const clipped = x[0] !== box.x1 || x[1] !== box.x2 || y[0] !== box.y1 || y[1] !== box.y2;
  return { text: [box.classIndex, ...values.map(fraction)].join(' '), clipped };
}

/** The shortest text that reads back as the same float64, without exponent. */
function fraction(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(20) : text;
}
