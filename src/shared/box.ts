// Pure geometry of boxes on a canvas: clip, overlap, what lies under the pointer, resize by a handle.
// All in upright image pixels; a tolerance is in the same pixels (screen pixels divided by the zoom).
import type { Rect } from './model.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const handles = ['nw', 'n', 'ne', 'e', 'se', 's', 'sw', 'w'] as const;
export type Handle = (typeof handles)[number];

export interface HitTarget {
  readonly index: number;
  readonly part: Handle | 'body';
}

/** `{x, y, width, height}` from two opposite corners in any order. */
export function rectFromCorners(a: Point, b: Point): Rect {
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  return { x, y, width: Math.max(a.x, b.x) - x, height: Math.max(a.y, b.y) - y };
}

/** Area in square pixels; 0 for a degenerate rectangle. */
export function area(rect: Rect): number {
  return Math.max(0, rect.width) * Math.max(0, rect.height);
}

/** The part of `rect` inside the image, or undefined where nothing of positive size is left. */
export function clip(rect: Rect, image: Size): Rect | undefined {
  const x = Math.max(0, rect.x);
  const y = Math.max(0, rect.y);
  const width = Math.min(image.width, rect.x + rect.width) - x;
  const height = Math.min(image.height, rect.y + rect.height) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : undefined;
}

/** The smallest rectangle around all of them; undefined for none. */
export function boundsOf(rects: readonly Rect[]): Rect | undefined {
  const [first] = rects;
  if (!first) return undefined;
  if (rects.length === 1) return { x: first.x, y: first.y, width: first.width, height: first.height };
  let [left, top, right, bottom] = [first.x, first.y, first.x, first.y];
  for (const { x, y, width, height } of rects) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + width);
    bottom = Math.max(bottom, y + height);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** Intersection over union, 0..1. */
export function iou(a: Rect, b: Rect): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  // rounding may put a shared area just above the union of equal boxes
  return Math.min(1, shared / (area(a) + area(b) - shared));
}

/** True on the border too. */
export function contains(rect: Rect, point: Point): boolean {
  const dx = point.x - rect.x;
  const dy = point.y - rect.y;
  return dx >= 0 && dy >= 0 && dx <= rect.width && dy <= rect.height;
}

/** Where a handle sits on the rectangle. */
export function handlePoint(rect: Rect, handle: Handle): Point {
  const fx = handle.includes('w') ? 0 : handle.includes('e') ? 1 : 0.5;
  const fy = handle.startsWith('n') ? 0 : handle.startsWith('s') ? 1 : 0.5;
  return { x: rect.x + fx * rect.width, y: rect.y + fy * rect.height };
}

function cornerAt(rect: Rect, point: Point, tolerance: number): Handle | undefined {
  return (['nw', 'ne', 'se', 'sw'] as const).find((corner) => {
    const at = handlePoint(rect, corner);
    return Math.abs(at.x - point.x) <= tolerance && Math.abs(at.y - point.y) <= tolerance;
  });
}

function edgeAt(rect: Rect, point: Point, tolerance: number): Handle | undefined {
  const right = rect.x + rect.width;
  const bottom = rect.y + rect.height;
  const within = (value: number, low: number, high: number) => value >= low && value <= high;
  const near = (value: number, edge: number) => Math.abs(value - edge) <= tolerance;
  if (within(point.x, rect.x, right)) {
    if (near(point.y, rect.y)) return 'n';
    if (near(point.y, bottom)) return 's';
  }
  if (within(point.y, rect.y, bottom)) {
    if (near(point.x, rect.x)) return 'w';
    if (near(point.x, right)) return 'e';
  }
  return undefined;
}

/** The handle of one rectangle under the pointer: corners before edges. */
export function handleAt(rect: Rect, point: Point, tolerance: number): Handle | undefined {
  return cornerAt(rect, point, tolerance) ?? edgeAt(rect, point, tolerance);
}

function pick(
  rects: readonly Rect[],
  part: (rect: Rect) => HitTarget['part'] | undefined,
): HitTarget | undefined {
  let best: HitTarget | undefined;
  let bestArea = Number.POSITIVE_INFINITY;
  rects.forEach((rect, index) => {
    const found = part(rect);
    // the smaller box wins, so that one inside another can be reached; of equals the one drawn last
    if (found === undefined || area(rect) > bestArea) return;
    best = { index, part: found };
    bestArea = area(rect);
  });
  return best;
}

/**
 * What lies under the pointer, in passes: the selected box's handles, then any corner, any edge, any body.
 * `rects` are in drawing order.
 */
export function hitTest(
  rects: readonly Rect[],
  point: Point,
  tolerance: number,
  selected?: number,
): HitTarget | undefined {
  const chosen = selected === undefined ? undefined : rects[selected];
  const handle = chosen && handleAt(chosen, point, tolerance);
  if (selected !== undefined && handle) return { index: selected, part: handle };
  return (
    pick(rects, (rect) => cornerAt(rect, point, tolerance)) ??
    pick(rects, (rect) => edgeAt(rect, point, tolerance)) ??
    pick(rects, (rect) => (contains(rect, point) ? 'body' : undefined))
  );
}

/** Moves by (dx, dy); with `image` the box stays inside as far as its size allows. */
export function move(rect: Rect, dx: number, dy: number, image?: Size): Rect {
  const hold = (value: number, room: number) => Math.max(0, Math.min(value, Math.max(0, room)));
  const x = rect.x + dx;
  const y = rect.y + dy;
  if (!image) return { ...rect, x, y };
  return { ...rect, x: hold(x, image.width - rect.width), y: hold(y, image.height - rect.height) };
}

/** Drags a handle by (dx, dy). Past the opposite edge the box turns over; with `image` it is clipped to it. */
export function resizeByHandle(rect: Rect, handle: Handle, dx: number, dy: number, image?: Size): Rect {
  const limitX = (value: number) => (image ? Math.max(0, Math.min(value, image.width)) : value);
  const limitY = (value: number) => (image ? Math.max(0, Math.min(value, image.height)) : value);
  const a = { x: rect.x, y: rect.y };
  const b = { x: rect.x + rect.width, y: rect.y + rect.height };
  if (handle.includes('w')) a.x = limitX(a.x + dx);
  if (handle.includes('e')) b.x = limitX(b.x + dx);
  if (handle.startsWith('n')) a.y = limitY(a.y + dy);
  if (handle.startsWith('s')) b.y = limitY(b.y + dy);
  return rectFromCorners(a, b);
}
