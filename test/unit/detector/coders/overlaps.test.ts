import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { areaAt, intersectionAt, iofAt, iouAt } from '../../../../src/main/detector/coders/overlaps.ts';

const side = fc.integer({ min: 1, max: 60 });
const place = fc.integer({ min: -40, max: 80 });
const box = fc.tuple(place, place, side, side).map(([x, y, w, h]) => Float32Array.of(x, y, x + w, y + h));

/** Shared unit cells of two boxes with whole coordinates, counted one by one. */
function countShared(a: Float32Array, b: Float32Array): number {
  let count = 0;
  for (let y = a[1]!; y < a[3]!; y++) {
    for (let x = a[0]!; x < a[2]!; x++) if (x >= b[0]! && x < b[2]! && y >= b[1]! && y < b[3]!) count++;
  }
  return count;
}

describe('overlaps', () => {
  it('count the cells two boxes share', () => {
    fc.assert(
      fc.property(box, box, (a, b) => {
        expect(intersectionAt(a, 0, b, 0)).toBe(countShared(a, b));
      }),
    );
  });

  it('obey the laws of IoU: symmetric, within 0..1, 1 with itself', () => {
    fc.assert(
      fc.property(box, box, (a, b) => {
        const iou = iouAt(a, 0, b, 0);
        expect(iou).toBe(iouAt(b, 0, a, 0));
        expect(iou >= 0 && iou <= 1).toBe(true);
        expect(iouAt(a, 0, a, 0)).toBe(1);
        expect(iou).toBeLessThanOrEqual(iofAt(a, 0, b, 0));
        const shared = countShared(a, b);
        expect(iou).toBeCloseTo(shared / (areaAt(a, 0) + areaAt(b, 0) - shared), 6);
      }),
    );
  });

  it('are 0 for boxes inside out, without area or not a number', () => {
    const real = Float32Array.of(0, 0, 10, 10);
    for (const odd of [
      Float32Array.of(8, 8, 2, 2),
      Float32Array.of(5, 5, 5, 5),
      Float32Array.of(NaN, 0, 5, 5),
    ]) {
      expect(iouAt(odd, 0, real, 0)).toBe(0);
      expect(iouAt(real, 0, odd, 0)).toBe(0);
    }
  });
});
