// The square part of an image that shows a box with something around it.
import type { Rect } from '../../shared/model.ts';

/** Smallest side of a part, so that a point is not shown as one large pixel. */
const LEAST = 16;

/** Whole pixels within the image of `size`; square where the image is large enough, and never empty. */
export function cropAround(
  box: Rect,
  size: { readonly width: number; readonly height: number },
  margin: number,
): Rect {
  const side = Math.max(LEAST, Math.ceil(Math.max(box.width, box.height) + 2 * margin));
  const along = (start: number, length: number, limit: number) => {
    const reach = Math.min(side, limit);
    const from = Math.round(start + length / 2 - reach / 2);
    return { from: Math.min(Math.max(0, from), limit - reach), reach };
  };
  const across = along(box.x, box.width, size.width);
  const down = along(box.y, box.height, size.height);
  return { x: across.from, y: down.from, width: across.reach, height: down.reach };
}
