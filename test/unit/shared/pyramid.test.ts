import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { levelFor, levelScale, tileRect, tilesIn, topLevel } from '../../../src/shared/pyramid.ts';

const size = fc.record({
  width: fc.integer({ min: 1, max: 20_000 }),
  height: fc.integer({ min: 1, max: 20_000 }),
});

describe('pyramid of tiles', () => {
  it('has the image itself on top and one pixel at the bottom', () => {
    expect(topLevel({ width: 4096, height: 100 })).toBe(12);
    expect(topLevel({ width: 4097, height: 100 })).toBe(13);
    expect(levelScale({ width: 4096, height: 100 }, 12)).toBe(1);
    expect(levelScale({ width: 4096, height: 100 }, 10)).toBe(0.25);
  });

  it('takes a level fine enough, and none finer than needed', () => {
    fc.assert(
      fc.property(size, fc.double({ min: 0.01, max: 64, noNaN: true }), (image, scale) => {
        const level = levelFor(image, scale);
        const top = topLevel(image);
        if (level < top) expect(levelScale(image, level)).toBeGreaterThanOrEqual(scale * 0.75 - 1e-9);
        if (level > 0 && level <= top) expect(levelScale(image, level - 1)).toBeLessThan(scale * 0.75 + 1e-9);
      }),
    );
  });

  it('covers the image with tiles that do not overlap', () => {
    fc.assert(
      fc.property(size, (image) => {
        const level = Math.max(0, topLevel(image) - 1);
        const tiles = tilesIn(image, level, { x: 0, y: 0, ...image });
        const covered = tiles
          .map((tile) => tileRect(image, tile))
          .reduce((sum, { width, height }) => sum + width * height, 0);
        expect(covered / (image.width * image.height)).toBeCloseTo(1, 6);
      }),
    );
  });
});
