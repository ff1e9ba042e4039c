// The part of an image that an example shows: its boxes with something around them.
import { boundsOf } from './box.ts';
import type { Rect } from './model.ts';

const SMALLEST = 40;
const MARGIN = 1.7;

/** A square of whole pixels; it may reach beyond the image. Undefined without boxes. */
export function exampleView(boxes: readonly Rect[]): Rect | undefined {
  const bounds = boundsOf(boxes);
  if (!bounds) return undefined;
  const side = Math.max(SMALLEST, MARGIN * Math.max(bounds.width, bounds.height));
  const from = (start: number, length: number) => Math.floor(start + length / 2 - side / 2);
  const whole = Math.ceil(side);
  return {
    x: from(bounds.x, bounds.width),
    y: from(bounds.y, bounds.height),
    width: whole,
    height: whole,
  };
}
