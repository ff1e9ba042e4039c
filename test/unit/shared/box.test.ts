// The laws of box geometry.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as box from '../../../src/shared/box.ts';
import type { Rect } from '../../../src/shared/model.ts';

const coordinate = fc.double({ min: -500, max: 1500, noNaN: true });
const length = fc.double({ min: 0.5, max: 900, noNaN: true });
const rect: fc.Arbitrary<Rect> = fc.record({ x: coordinate, y: coordinate, width: length, height: length });
const image = { width: 1000, height: 700 };

describe('rectFromCorners', () => {
  it('does not mind the order of the corners', () => {
    expect(box.rectFromCorners({ x: 9, y: 2 }, { x: 4, y: 8 })).toEqual({ x: 4, y: 2, width: 5, height: 6 });
  });
});

describe('iou', () => {
  it('is symmetric and stays within 0 and 1', () => {
    fc.assert(
      fc.property(rect, rect, (a, b) => {
        expect(box.iou(a, b)).toBe(box.iou(b, a));
        expect(box.iou(a, b)).toBeGreaterThanOrEqual(0);
        expect(box.iou(a, b)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is 1 for a box and itself, 0 for boxes that only touch, 1/7 for a quarter shared', () => {
    const a = { x: 0, y: 0, width: 10, height: 10 };
    expect(box.iou(a, a)).toBe(1);
    expect(box.iou(a, { ...a, x: 10 })).toBe(0);
    expect(box.iou(a, { ...a, x: 5, y: 5 })).toBeCloseTo(25 / 175, 12);
  });
});

describe('clip', () => {
  it('lies inside the image and changes nothing the second time', () => {
    fc.assert(
      fc.property(rect, (r) => {
        const inside = box.clip(r, image);
        if (!inside) return;
        expect(inside.x).toBeGreaterThanOrEqual(0);
        expect(inside.y).toBeGreaterThanOrEqual(0);
        expect(inside.x + inside.width).toBeLessThanOrEqual(image.width + 1e-9);
        expect(inside.y + inside.height).toBeLessThanOrEqual(image.height + 1e-9);
        const again = box.clip(inside, image);
        expect(again?.width).toBeCloseTo(inside.width, 9);
      }),
    );
  });

  it('gives nothing for a box outside', () => {
    expect(box.clip({ x: 1000, y: 10, width: 5, height: 5 }, image)).toBeUndefined();
  });
});

describe('resizeByHandle', () => {
  const handle = fc.constantFrom(...box.handles);

  it('moves the handle with the pointer and never makes a negative size', () => {
    fc.assert(
      fc.property(rect, handle, coordinate, coordinate, (r, h, dx, dy) => {
        const resized = box.resizeByHandle(r, h, dx, dy);
        expect(resized.width).toBeGreaterThanOrEqual(0);
        expect(resized.height).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('leaves the opposite corner where it was', () => {
    const r = { x: 10, y: 10, width: 20, height: 30 };
    expect(box.resizeByHandle(r, 'se', 5, 7)).toEqual({ x: 10, y: 10, width: 25, height: 37 });
    expect(box.resizeByHandle(r, 'nw', 5, 7)).toEqual({ x: 15, y: 17, width: 15, height: 23 });
    expect(box.resizeByHandle(r, 'n', 100, 7)).toEqual({ x: 10, y: 17, width: 20, height: 23 });
  });

  it('turns over past the opposite edge', () => {
    const r = { x: 10, y: 10, width: 20, height: 30 };
    expect(box.resizeByHandle(r, 'e', -50, 0)).toEqual({ x: -20, y: 10, width: 30, height: 30 });
  });
});

describe('move', () => {
  it('keeps a box that fits inside the image', () => {
    fc.assert(
      fc.property(coordinate, coordinate, (dx, dy) => {
        const moved = box.move({ x: 100, y: 100, width: 50, height: 60 }, dx, dy, image);
        expect(moved.x).toBeGreaterThanOrEqual(0);
        expect(moved.x + moved.width).toBeLessThanOrEqual(image.width);
        expect(moved.y + moved.height).toBeLessThanOrEqual(image.height);
      }),
    );
  });
});

describe('hitTest', () => {
  const outer = { x: 0, y: 0, width: 100, height: 100 };
  const inner = { x: 40, y: 40, width: 20, height: 20 };

  it('reaches the smaller box inside a larger one, whichever was drawn last', () => {
    expect(box.hitTest([outer, inner], { x: 50, y: 50 }, 2)).toEqual({ index: 1, part: 'body' });
    expect(box.hitTest([inner, outer], { x: 50, y: 50 }, 2)).toEqual({ index: 0, part: 'body' });
  });

  it('prefers a corner to an edge and an edge to a body', () => {
    expect(box.hitTest([outer, inner], { x: 41, y: 39 }, 2)?.part).toBe('nw');
    expect(box.hitTest([outer, inner], { x: 50, y: 59 }, 2)).toEqual({ index: 1, part: 's' });
  });

  it("gives the selected box's handles the first word", () => {
    const twin = { ...outer };
    expect(box.hitTest([outer, twin], { x: 0, y: 0 }, 3, 0)).toEqual({ index: 0, part: 'nw' });
    expect(box.hitTest([outer, twin], { x: 0, y: 0 }, 3)).toEqual({ index: 1, part: 'nw' });
  });

  it('finds nothing in the open', () => {
    expect(box.hitTest([inner], { x: 5, y: 5 }, 2)).toBeUndefined();
  });
});
