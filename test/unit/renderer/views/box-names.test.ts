import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeNames } from '../../../../src/renderer/views/train/box-names.ts';
import type { SeenBox } from '../../../../src/shared/contract/recipes.ts';

const PICTURE = { width: 320, height: 240 };
const LETTER = 12;
const boxAt = (x: number, y: number, score: number | null, className = 'red-cell'): SeenBox => ({
  className,
  x,
  y,
  width: 40,
  height: 40,
  score,
});

describe('names on a small picture', () => {
  it('stand above their boxes, the surest first where two would cover one another', () => {
    const placed = placeNames(
      [boxAt(20, 100, 0.3), boxAt(24, 104, 0.9), boxAt(200, 100, 0.5)],
      PICTURE,
      LETTER,
    );
    expect(placed.map(({ words }) => words)).toEqual(['red-cell 0.90', 'red-cell 0.50']);
    expect(placed[0]).toMatchObject({ x: 24, y: 101 });
  });

  it('never cover one another, and never leave the picture', () => {
    const anyBox = fc
      .tuple(
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 0, max: 220 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
      )
      .map(([x, y, score]) => boxAt(x, y, score));
    fc.assert(
      fc.property(fc.array(anyBox, { maxLength: 40 }), (boxes) => {
        const placed = placeNames(boxes, PICTURE, LETTER);
        expect(placed.length > 0).toBe(boxes.length > 0);
        for (const [i, { x, y, words }] of placed.entries()) {
          const width = words.length * 0.62 * LETTER;
          expect(x).toBeGreaterThanOrEqual(0);
          expect(x + width).toBeLessThanOrEqual(PICTURE.width);
          expect(y).toBeGreaterThanOrEqual(LETTER);
          const over = placed.filter(
            (other, j) =>
              j !== i &&
              Math.abs(other.y - y) < LETTER &&
              other.x < x + width &&
              x < other.x + other.words.length * 0.62 * LETTER,
          );
          expect(over).toEqual([]);
        }
      }),
    );
  });
});
