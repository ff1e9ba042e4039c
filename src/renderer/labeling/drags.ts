// What a pressed pointer does until it is released: one small state each. `to` gives the rectangles as they would be.
import {
  boundsOf,
  clip,
  type Handle,
  move,
  type Point,
  rectFromCorners,
  resizeByHandle,
  type Size,
} from '../../shared/box.ts';
import type { Rect } from '../../shared/model.ts';
import type { EditorBox } from './gesture.ts';

export interface Drag {
  readonly kind: 'draw' | 'move' | 'resize' | 'select';
  /** What it moves or resizes. */
  readonly boxes: readonly EditorBox[];
  /**
   * While the pointer is at `at`: the rectangles of `boxes`, or the one being drawn; undefined where there would be
   * none in the image.
   */
  to(at: Point): readonly Rect[] | undefined;
}

/** A point pulled to the image's edge where it lies within `pull` image pixels of it, or outside. */
export function snapped(at: Point, image: Size, pull: number): Point {
  const snap = (value: number, side: number) => (value <= pull ? 0 : value >= side - pull ? side : value);
  return { x: snap(at.x, image.width), y: snap(at.y, image.height) };
}

export function drawing(from: Point, image: Size, pull: number): Drag {
  const start = snapped(from, image, pull);
  const to = (at: Point) => {
    const rect = clip(rectFromCorners(start, snapped(at, image, pull)), image);
    return rect && [rect];
  };
  return { kind: 'draw', boxes: [], to };
}

/** A rubber band: selects what it touches. */
export function banding(from: Point): Drag {
  return { kind: 'select', boxes: [], to: (at) => [rectFromCorners(from, at)] };
}

export function moving(boxes: readonly EditorBox[], from: Point, image: Size, pull: number): Drag {
  return { kind: 'move', boxes, to: (at) => movedTogether(boxes, at.x - from.x, at.y - from.y, image, pull) };
}

export function resizing(
  boxes: readonly EditorBox[],
  handle: Handle,
  from: Point,
  image: Size,
  pull: number,
): Drag {
  const bounds = boundsOf(boxes);
  const to = (at: Point) => {
    const end = snapped(at, image, pull);
    const turned = bounds && resizeByHandle(bounds, handle, end.x - from.x, end.y - from.y, image);
    if (!bounds || !turned || turned.width <= 0 || turned.height <= 0) return undefined;
    return boxes.map((box) => scaled(box, bounds, turned));
  };
  return { kind: 'resize', boxes, to };
}

/** All moved by the same way, which is shortened where one of them would leave the image. */
export function movedTogether(
  boxes: readonly Rect[],
  dx: number,
  dy: number,
  image: Size,
  pull = 0,
): readonly Rect[] | undefined {
  const bounds = boundsOf(boxes);
  if (!bounds) return undefined;
  const moved = move(bounds, dx, dy, image);
  const near = snappedRect(moved, image, pull);
  // a box that lies beside the edge may be moved along it
  const end = { x: Math.abs(dx) > pull ? near.x : moved.x, y: Math.abs(dy) > pull ? near.y : moved.y };
  return boxes.map((box) => ({ ...rectOf(box), x: box.x + end.x - bounds.x, y: box.y + end.y - bounds.y }));
}

function snappedRect(rect: Rect, image: Size, pull: number): Rect {
  const snap = (low: number, length: number, side: number) =>
    low <= pull ? Math.min(low, 0) : low + length >= side - pull ? Math.max(0, side - length) : low;
  return { ...rect, x: snap(rect.x, rect.width, image.width), y: snap(rect.y, rect.height, image.height) };
}

/** A box of a group, after the group's bounds became others. */
function scaled(box: Rect, from: Rect, to: Rect): Rect {
  const [fx, fy] = [to.width / from.width, to.height / from.height];
  return {
    x: to.x + (box.x - from.x) * fx,
    y: to.y + (box.y - from.y) * fy,
    width: box.width * fx,
    height: box.height * fy,
  };
}

function rectOf({ x, y, width, height }: Rect): Rect {
  return { x, y, width, height };
}
