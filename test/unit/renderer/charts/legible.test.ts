// The promise of a class's colour as a line: seen on both surfaces, and its own where that is enough.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { legible } from '../../../../src/renderer/charts/legible.ts';

const tokens = readFileSync(new URL('../../../../src/renderer/styles/tokens.css', import.meta.url), 'utf8');
const surfaces = [...tokens.matchAll(/--surface: (#[0-9a-f]{6})/g)].map(([, colour]) => colour ?? '');
const colours = fc
  .integer({ min: 0, max: 0xffffff })
  .map((value) => `#${value.toString(16).padStart(6, '0')}`);

function luminance(hex: string): number {
  return [1, 3, 5].reduce((sum, at, index) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    const linear = value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    return sum + linear * ([0.2126, 0.7152, 0.0722][index] ?? 0);
  }, 0);
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

describe.each(['dark', 'light'] as const)('a class on the %s surface', (theme) => {
  const surface = surfaces[theme === 'dark' ? 0 : 1] ?? '';

  it('stands out from it by 3:1, whatever its colour', () => {
    fc.assert(
      fc.property(colours, (colour) => {
        expect(contrast(legible(colour, theme), surface), colour).toBeGreaterThanOrEqual(2.99);
      }),
      { examples: [['#ffffff'], ['#000000'], [surface]] },
    );
  });

  it('keeps a colour that stands out as it is', () => {
    fc.assert(
      fc.property(colours, (colour) => {
        if (contrast(colour, surface) > 3.02) expect(legible(colour, theme)).toBe(colour);
      }),
    );
  });
});

it('leaves a colour alone that is written otherwise', () => {
  expect(legible('gray', 'light')).toBe('gray');
});
