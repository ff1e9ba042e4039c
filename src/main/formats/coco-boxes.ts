// One annotation of a COCO file: its box, its marks, and what is kept of the rest.
import { withOutline } from './coco-outline.ts';
import { boundsOfSegmentation } from './coco-shape.ts';
import { arrayOf, extraOf, isRecord, numberOf } from './source-text.ts';
import type { StagedBox } from './staged.ts';
import type { Staging } from './staging.ts';

const boxKeys = new Set(
  'id image_id category_id bbox iscrowd ignore ignore_reason score track_id difficult truncated occluded'.split(
    ' ',
  ),
);

export function isId(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

export function cocoBox(
  annotation: Record<string, unknown>,
  classIndex: number,
  staging: Staging,
): StagedBox {
  const stated = arrayOf(annotation.bbox);
  const bounds = stated.length === 4 ? stated : (boundsOfSegmentation(annotation.segmentation) ?? []);
  const [x = Number.NaN, y = Number.NaN, width = Number.NaN, height = Number.NaN] = bounds.map(numberOf);
  if ((width > 0 && width < 1) || (height > 0 && height < 1)) {
    staging.count(
      'box is less than one pixel wide or high, which some trainers drop; it was kept.',
      'boxes are less than one pixel wide or high, which some trainers drop; they were kept.',
    );
  }
  const box = { classIndex, x1: x, y1: y, x2: x + width, y2: y + height, ...marksOf(annotation) };
  const extra = withOutline(boxExtra(annotation, width * height), box);
  return { ...box, ...(extra && { extra }) };
}

function marksOf(annotation: Record<string, unknown>): Partial<StagedBox> {
  const { score, track_id: track, ignore_reason: reason } = annotation;
  const isOn = (value: unknown) => value === true || value === 1;
  return {
    ...(isOn(annotation.iscrowd) && { ignore: typeof reason === 'string' ? reason : 'crowd' }),
    ...(isOn(annotation.difficult) && { difficult: true }),
    ...(isOn(annotation.truncated) && { truncated: true }),
    ...(isOn(annotation.occluded) && { occluded: true }),
    ...(typeof score === 'number' && { score }),
    ...(isId(track) && { trackId: String(track) }),
  };
}

/** Unknown keys; an area only where it is not that of the box, a segmentation only where it is not empty. */
function boxExtra(annotation: Record<string, unknown>, boxArea: number): Record<string, unknown> | undefined {
  const known = new Set(boxKeys);
  const { area, segmentation } = annotation;
  if (typeof area !== 'number' || Math.abs(area - boxArea) <= 1e-9 * Math.abs(boxArea)) known.add('area');
  if (!isRecord(segmentation) && arrayOf(segmentation).length === 0) known.add('segmentation');
  return extraOf(annotation, known);
}
