// ddod.json beside YOLO labels: what their rows cannot say, ignored boxes above all. Trainers do not look at it.
// It is keyed by the rows' own text, so that what it says of a row is forgotten when another tool changes that row.
import { join } from 'node:path';
import { nameBelow } from './image-files.ts';
import { datasetFileLimit, extraOf, isRecord, readSourceJson } from './source-text.ts';
import type { StagedBox } from './staged.ts';

export const sidecarName = 'ddod.json';

/** A box's fields besides its class; its corners only where the row does not give them back. */
export type Marks = Omit<StagedBox, 'classIndex' | Corner> & Partial<Pick<StagedBox, Corner>>;
type Corner = 'x1' | 'y1' | 'x2' | 'y2';

export interface SidecarImage {
  /** The image's name where it is not the label file's. */
  readonly file?: string;
  readonly group?: string;
  readonly extra?: Record<string, unknown>;
  /** Text of a row -> what else is known of its box. */
  readonly rows?: ReadonlyMap<string, Marks>;
  /** Boxes without a row: `at` is their place among all boxes, corners are pixels. */
  readonly apart?: readonly ({ readonly at: number } & StagedBox)[];
}

/** Path of a label file below `labels/`, without suffix -> its image's entry. */
export type Sidecar = ReadonlyMap<string, SidecarImage>;

/** Path of a label file below its `labels` folder. */
export function labelName(folder: string, label: string): string {
  return nameBelow(folder, label).replace(/^(.*\/)?labels\//, '');
}

/** The side file of a folder; empty where there is none or it is damaged. */
export async function readSidecar(folder: string): Promise<Sidecar> {
  const json = await readSourceJson(join(folder, sidecarName), datasetFileLimit).catch(() => undefined);
  const images = isRecord(json) && isRecord(json.images) ? json.images : {};
  const entries = Object.entries(images).flatMap(([name, entry]) =>
    isRecord(entry) ? [[name, checkedEntry(entry)] as const] : [],
  );
  return new Map(entries);
}

function checkedEntry({ file, group, extra, rows, apart }: Record<string, unknown>): SidecarImage {
  const kept = isRecord(extra) ? extraOf(extra, new Set()) : undefined;
  const marks = Object.entries(isRecord(rows) ? rows : {}).flatMap(([row, value]) =>
    isRecord(value) ? [[row, checkedMarks(value)] as const] : [],
  );
  const boxes = Array.isArray(apart) ? apart.filter(isRecord) : [];
  return {
    ...(typeof file === 'string' && { file }),
    ...(typeof group === 'string' && { group }),
    ...(kept && { extra: kept }),
    rows: new Map(marks),
    apart: boxes.map((box) => ({ at: numberIn(box, 'at'), ...checkedBox(box) })),
  };
}

function checkedBox(box: Record<string, unknown>): StagedBox {
  const [x1, y1, x2, y2] = [
    numberIn(box, 'x1'),
    numberIn(box, 'y1'),
    numberIn(box, 'x2'),
    numberIn(box, 'y2'),
  ];
  return { classIndex: numberIn(box, 'classIndex'), x1, y1, x2, y2, ...checkedMarks(box) };
}

function numberIn(record: Record<string, unknown>, key: string): number {
  const value = record[key];
  return typeof value === 'number' ? value : Number.NaN;
}

function checkedMarks(record: Record<string, unknown>): Marks {
  const { ignore, difficult, truncated, occluded, score, trackId, extra } = record;
  const kept = isRecord(extra) ? extraOf(extra, new Set()) : undefined;
  const corners = (['x1', 'y1', 'x2', 'y2'] as const).map((key) => [key, numberIn(record, key)] as const);
  return {
    ...(corners.every(([, value]) => Number.isFinite(value)) && Object.fromEntries(corners)),
    ...(typeof ignore === 'string' && { ignore }),
    ...(difficult === true && { difficult }),
    ...(truncated === true && { truncated }),
    ...(occluded === true && { occluded }),
    ...(typeof score === 'number' && { score }),
    ...(typeof trackId === 'string' && { trackId }),
    ...(kept && { extra: kept }),
  };
}
