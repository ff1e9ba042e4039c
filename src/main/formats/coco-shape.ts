// Boxes of COCO segmentations, for annotations without `bbox`: polygons, and run lengths in columns.
import { isRecord } from './source-text.ts';

/** `[x, y, width, height]` around a segmentation; undefined where it is none. */
export function boundsOfSegmentation(shape: unknown): [number, number, number, number] | undefined {
  if (Array.isArray(shape)) return boundsOfPoints(shape.flat(1));
  if (!isRecord(shape) || !Array.isArray(shape.size)) return undefined;
  const height = Number(shape.size[0]);
  const counts = typeof shape.counts === 'string' ? expandCounts(shape.counts) : shape.counts;
  return Array.isArray(counts) && height > 0 ? boundsOfRuns(counts.map(Number), height) : undefined;
}

function boundsOfPoints(values: readonly unknown[]): [number, number, number, number] | undefined {
  let [x1, y1, x2, y2] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i + 1 < values.length; i += 2) {
    const [x, y] = [Number(values[i]), Number(values[i + 1])];
    [x1, y1, x2, y2] = [Math.min(x1, x), Math.min(y1, y), Math.max(x2, x), Math.max(y2, y)];
  }
  return x2 >= x1 && y2 >= y1 ? [x1, y1, x2 - x1, y2 - y1] : undefined;
}

/** Runs alternate between outside and inside, down the columns of `height` pixels. */
function boundsOfRuns(
  counts: readonly number[],
  height: number,
): [number, number, number, number] | undefined {
  let [x1, y1, x2, y2] = [Infinity, Infinity, -Infinity, -Infinity];
  let at = 0;
  for (const [index, count] of counts.entries()) {
    if (!(count >= 0)) return undefined;
    if (index % 2 === 1 && count > 0) {
      const last = at + count - 1;
      const [left, right] = [Math.floor(at / height), Math.floor(last / height)];
      const whole = right > left;
      x1 = Math.min(x1, left);
      x2 = Math.max(x2, right + 1);
      y1 = Math.min(y1, whole ? 0 : at % height);
      y2 = Math.max(y2, whole ? height : (last % height) + 1);
    }
    at += count;
  }
  return x2 > x1 ? [x1, y1, x2 - x1, y2 - y1] : undefined;
}

/** The run lengths of a compressed string: groups of 5 bits from character 48 on, from the third on as differences. */
function expandCounts(text: string): number[] {
  const counts: number[] = [];
  let at = 0;
  while (at < text.length) {
    let value = 0;
    let shift = 0;
    let group = 32;
    while ((group & 32) !== 0 && at < text.length) {
      group = text.charCodeAt(at++) - 48;
      value |= (group & 31) << shift;
      shift += 5;
    }
    // the sign is the highest bit that was sent
    if ((group & 16) !== 0 && shift < 32) value |= -1 << shift;
    const before = counts.length > 2 ? (counts[counts.length - 2] ?? 0) : 0;
    counts.push(value + before);
  }
  return counts;
}
