// Where the image lies on the canvas: screen = image * scale + offset. Screen points are CSS pixels of the canvas.
import type { Point, Size } from '../../shared/box.ts';

export interface Viewport {
  /** Screen pixels per image pixel. */
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

const LARGEST_SCALE = 64;
/** How small an image may get beside the whole of it in sight. */
const SMALLEST_OF_FIT = 0.25;

export function toImage(view: Viewport, at: Point): Point {
  return { x: (at.x - view.x) / view.scale, y: (at.y - view.y) / view.scale };
}

export function toScreen(view: Viewport, at: Point): Point {
  return { x: at.x * view.scale + view.x, y: at.y * view.scale + view.y };
}

/**
 * The whole image in sight, with a margin in screen pixels: centred, but where that would lay it under what stands at the top.
 * Small images are enlarged to 4 times at most.
 */
export function wholeImage(image: Size, area: Size, margin = 24, top = margin): Viewport {
  const room = (side: number, taken: number) => Math.max(1, side - taken);
  const scale = Math.min(
    room(area.width, 2 * margin) / image.width,
    room(area.height, top + margin) / image.height,
    4,
  );
  const middle = centred(image, area, scale);
  return { ...middle, y: Math.max(middle.y, Math.min(top, area.height - image.height * scale)) };
}

/** The image's middle in the canvas' middle. */
export function centred(image: Size, area: Size, scale: number): Viewport {
  return { scale, x: (area.width - image.width * scale) / 2, y: (area.height - image.height * scale) / 2 };
}

/** Zooms by a factor and keeps what lies under `at` where it is. */
export function zoomAt(view: Viewport, at: Point, factor: number, image: Size, area: Size): Viewport {
  const smallest = wholeImage(image, area).scale * SMALLEST_OF_FIT;
  const scale = Math.min(LARGEST_SCALE, Math.max(smallest, view.scale * factor));
  const under = toImage(view, at);
  return held({ scale, x: at.x - under.x * scale, y: at.y - under.y * scale }, image, area);
}

export function panBy(view: Viewport, dx: number, dy: number, image: Size, area: Size): Viewport {
  return held({ ...view, x: view.x + dx, y: view.y + dy }, image, area);
}

/** Some of the image always stays in sight. */
function held(view: Viewport, image: Size, area: Size): Viewport {
  const keep = 48;
  const hold = (offset: number, side: number, room: number) =>
    Math.min(room - keep, Math.max(keep - side * view.scale, offset));
  return {
    ...view,
    x: hold(view.x, image.width, area.width),
    y: hold(view.y, image.height, area.height),
  };
}
