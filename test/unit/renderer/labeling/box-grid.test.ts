import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoxGrid, touches } from '../../../../src/renderer/labeling/box-grid.ts';

const image = { width: 640, height: 480 };
const rect = fc.record({
  x: fc.double({ min: -50, max: 660, noNaN: true }),
  y: fc.double({ min: -50, max: 500, noNaN: true }),
  width: fc.double({ min: 0.01, max: 700, noNaN: true }),
  height: fc.double({ min: 0.01, max: 500, noNaN: true }),
});

describe('box grid', () => {
  it('finds what a look at every box finds, in the same order', () => {
    fc.assert(
      fc.property(fc.array(rect, { maxLength: 60 }), rect, (boxes, part) => {
        const found = new BoxGrid(boxes, image).within(part);
        expect(found).toEqual(boxes.filter((box) => touches(box, part)));
      }),
    );
  });

  it('finds a box at a point on its corner', () => {
    const box = { x: 10, y: 10, width: 5, height: 5 };
    expect(new BoxGrid([box], image).within({ x: 15, y: 15, width: 0, height: 0 })).toEqual([box]);
    expect(new BoxGrid([box], image).within({ x: 15.01, y: 15, width: 0, height: 0 })).toEqual([]);
  });
});
