// What a pressed pointer does until it is released: one small state each. `to` gives the box as it would be.
import {
  clip,
  type Handle,
  move,
  type Point,
  rectFromCorners,
  resizeByHandle,
  type Size,
} from '../../shared/box.ts';
import type { Rect } from '../../shared/model.ts';

export interface Drag {
  readonly kind: 'draw' | 'move' | 'resize';
  /** The box while the pointer is at `at`; undefined where none of it lies in the image. */
  to(at: Point): Rect | undefined;
}

/** A point pulled to the image's edge where it lies within `pull` image pixels of it, or outside. */
export function snapped(at: Point, image: Size, pull: number): Point {
  const snap = (value: number, side: number) => (value <= pull ? 0 : value >= side - pull ? side : value);
  return { x: snap(at.x, image.width), y: snap(at.y, image.height) };
}

export function drawing(from: Point, image: Size, pull: number): Drag {
  const start = snapped(from, image, pull);
  return { kind: 'draw', to: (at) => clip(rectFromCorners(start, snapped(at, image, pull)), image) };
}

export function moving(rect: Rect, from: Point, image: Size): Drag {
  return { kind: 'move', to: (at) => move(rect, at.x - from.x, at.y - from.y, image) };
}

export function resizing(rect: Rect, handle: Handle, from: Point, image: Size, pull: number): Drag {
  return {
    kind: 'resize',
    to: (at) => {
      const end = snapped(at, image, pull);
      const turned = resizeByHandle(rect, handle, end.x - from.x, end.y - from.y, image);
      return turned.width > 0 && turned.height > 0 ? turned : undefined;
    },
  };
}

/** True where a drag ended where it began. */
export function sameRect(a: Rect, b: Rect): boolean {
  return a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
}
