// The proof of an export: its files are read again, and every box is looked for among those that were written.
import type { LabelExportResult } from '../../shared/contract/label-exports.ts';
import type { ExportDataset } from '../formats/dataset-format.ts';
import { stageImport } from '../formats/stage.ts';
import type { StagedBox, StagedDataset } from '../formats/staged.ts';
import { commonFolder } from './image-path.ts';

type ReadBack = LabelExportResult['readBack'];

/** Pixels within which a box is the same: far below what the coarsest format rounds to. */
const SAME = 0.001;

export interface Reading {
  readonly format: string;
  /** The folder that the names of images started from. */
  readonly root: string;
  readonly convention: string | undefined;
  readonly onProgress: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Reads the export in `dir` and compares it with what it was written from. The images themselves are not needed. */
export async function readBack(written: ExportDataset, dir: string, reading: Reading): Promise<ReadBack> {
  const { format, root, convention, onProgress, signal } = reading;
  const headers = new Map(written.images.map(({ path, ...image }) => [path, image]));
  const { dataset } = await stageImport(dir, {
    format,
    known: { root: commonFolder([...headers.keys()]) ?? root, headers },
    onProgress,
    ...(convention !== undefined && { convention }),
    ...(signal && { signal }),
  });
  return compared(written, dataset);
}

function compared(written: ExportDataset, read: StagedDataset): ReadBack {
  const byPath = new Map(read.images.map((image) => [image.path, image.boxes]));
  const result = { found: 0, same: 0, largestShift: 0, unchecked: 0 };
  for (const image of written.images) {
    const boxes = byPath.get(image.path);
    if (!boxes) {
      result.unchecked += image.boxes.length;
      continue;
    }
    const free = new Set(boxes);
    for (const box of image.boxes) {
      const name = written.classes[box.classIndex]?.name;
      const [twin, shift] = nearest(box, free, (other) => read.classes[other.classIndex]?.name === name);
      if (!twin) continue;
      free.delete(twin);
      result.found += 1;
      if (shift <= SAME) result.same += 1;
      result.largestShift = Math.max(result.largestShift, shift);
    }
  }
  return result;
}

/** The box whose corners are least far away, and how far the farthest of its corners is, in pixels. */
function nearest(
  box: StagedBox,
  others: ReadonlySet<StagedBox>,
  fits: (other: StagedBox) => boolean,
): [StagedBox | undefined, number] {
  let best: StagedBox | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const other of others) {
    const shift = Math.max(
      Math.abs(box.x1 - other.x1),
      Math.abs(box.y1 - other.y1),
      Math.abs(box.x2 - other.x2),
      Math.abs(box.y2 - other.y2),
    );
    if (shift < least && fits(other)) [best, least] = [other, shift];
    if (least === 0) break;
  }
  return [best, least];
}
