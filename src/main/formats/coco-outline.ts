// What a COCO annotation says of the shape in its box, brought along when the box is moved or resized.
import { arrayOf, numberOf } from './source-text.ts';
import type { StagedBox } from './staged.ts';

type Extra = Readonly<Record<string, unknown>>;

/** Keeps the corners of the box that a shape was drawn for. */
const ownKey = 'shape_of';
const shapeKeys = ['area', 'segmentation', 'keypoints'] as const;
/** Pixels that adding and subtracting loses. */
const same = 1e-6;

/** The extra of a box that was read: with the corners its shape belongs to, where it has one. */
export function withOutline(extra: Extra | undefined, box: StagedBox): Record<string, unknown> | undefined {
  if (extra === undefined || !shapeKeys.some((key) => key in extra)) return extra && { ...extra };
  return { ...extra, [ownKey]: [box.x1, box.y1, box.x2, box.y2] };
}

/** The extra of a box to be written: its shape as the box lies now. Run lengths cannot be moved and go. */
export function outlineNow({ [ownKey]: of, ...extra }: Extra, box: StagedBox): Record<string, unknown> {
  const [x1, y1, x2, y2] = arrayOf(of).map(numberOf);
  if (x1 === undefined || y1 === undefined || x2 === undefined || y2 === undefined) return extra;
  const shifts = [box.x1 - x1, box.y1 - y1, box.x2 - x2, box.y2 - y2];
  if (shifts.every((shift) => Math.abs(shift) <= same)) return extra;
  const [scaleX, scaleY] = [(box.x2 - box.x1) / (x2 - x1), (box.y2 - box.y1) / (y2 - y1)];
  const moved = (value: unknown, isX: boolean) =>
    isX ? box.x1 + (numberOf(value) - x1) * scaleX : box.y1 + (numberOf(value) - y1) * scaleY;
  const { area, segmentation, keypoints, ...rest } = extra;
  return {
    ...rest,
    ...(typeof area === 'number' && { area: area * scaleX * scaleY }),
    ...(Array.isArray(segmentation) && {
      segmentation: segmentation.map((ring) => arrayOf(ring).map((value, at) => moved(value, at % 2 === 0))),
    }),
    ...(Array.isArray(keypoints) && { keypoints: movedPoints(keypoints, moved) }),
  };
}

/** Triples of x, y and visibility; a point that is not labelled stays 0, 0. */
function movedPoints(points: readonly unknown[], moved: (value: unknown, isX: boolean) => number): unknown[] {
  return points.map((value, at) => {
    const isLabelled = numberOf(points[at - (at % 3) + 2]) > 0;
    return at % 3 === 2 || !isLabelled ? value : moved(value, at % 3 === 0);
  });
}
