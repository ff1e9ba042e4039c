// Boxes of a staged dataset as labels of an image.
import type { Box, ImageState, JsonObject } from '../../shared/model.ts';
import type { StagedBox, StagedImage } from '../formats/staged.ts';

/** The boxes of an image that can become labels, why others cannot, and how many labels are missing, or to be looked at. */
export function usableBoxes(image: StagedImage, classes: number) {
  const noArea = 'a box without area was left out';
  const reasons: string[] = [];
  const boxes = image.boxes.filter((box) => {
    const reason = whyUnusable(box, classes) ?? (hasArea(box) ? undefined : noArea);
    if (reason !== undefined) reasons.push(reason);
    return reason === undefined;
  });
  const missed = reasons.filter((reason) => boxes.length === 0 || reason !== noArea).length;
  return { boxes, reasons, lost: (image.lost ?? 0) + missed + Number(image.isDraft ?? false) };
}

function hasArea(box: StagedBox): boolean {
  return box.x2 > box.x1 && box.y2 > box.y1;
}

/** Why a box cannot become a label; undefined where it can. */
function whyUnusable(box: StagedBox, classes: number): string | undefined {
  if (![box.x1, box.y1, box.x2, box.y2].every(Number.isFinite))
    return 'a box with a coordinate that is not a number was left out';
  if (box.classIndex >= classes || box.classIndex < 0)
    return `a box of the unknown class ${box.classIndex} was left out`;
  return undefined;
}

/** The state of an image whose labels state so many boxes; of `lost` others they say that they are there. */
export function importedState(boxes: number, lost: number): ImageState {
  if (lost > 0) return boxes > 0 ? 'in-progress' : 'unlabelled';
  return boxes > 0 ? 'done' : 'empty';
}

/** The label of an image that a staged box states. */
export function labelOf(box: StagedBox, id: number, imageId: number, classId: number): Box {
  return {
    id,
    imageId,
    classId,
    x: box.x1,
    y: box.y1,
    width: box.x2 - box.x1,
    height: box.y2 - box.y1,
    ignore: box.ignore !== undefined,
    ignoreReason: box.ignore ?? null,
    difficult: box.difficult ?? false,
    truncated: box.truncated ?? false,
    occluded: box.occluded ?? false,
    score: box.score ?? null,
    trackId: box.trackId ?? null,
    origin: 'imported',
    ...orderOf(box.extra),
  };
}

/** What makes two boxes the same label: class and place, to a ten-thousandth of a pixel. */
export function placeOf(box: Box): string {
  return [box.classId, ...[box.x, box.y, box.width, box.height].map((value) => value.toFixed(4))].join(' ');
}

/** CVAT's `z_order` becomes the box's own order; label-export.ts writes it back. */
function orderOf({ z_order, ...extra }: Record<string, unknown> = {}): Pick<Box, 'z' | 'extra'> {
  const isOrder = typeof z_order === 'string' && /^-?\d{1,6}$/.test(z_order);
  const rest = isOrder || z_order === undefined ? extra : { ...extra, z_order };
  return {
    z: isOrder ? Number(z_order) : 0,
    extra: Object.keys(rest).length > 0 ? (rest as JsonObject) : null,
  };
}
