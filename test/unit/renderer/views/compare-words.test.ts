import { describe, expect, it } from 'vitest';
import { bestOf, valueWords } from '../../../../src/renderer/views/train/compare-words.ts';

describe('a comparison', () => {
  it('finds the best number', () => {
    expect(bestOf([0.1, 0.3, null, 0.2])).toBe(1);
    expect(bestOf([null, -1, 0])).toBe(2);
    expect(bestOf([null, null])).toBe(-1);
  });

  it("writes a recipe's values short", () => {
    expect([null, true, false, 0.5, 'official', []].map(valueWords)).toEqual([
      '–',
      'on',
      'off',
      '0.5',
      'official',
      'none',
    ]);
    expect(
      valueWords([
        { long: 640, short: 480 },
        { long: 320, short: 320 },
      ]),
    ).toBe('640×480, 320');
    expect(valueWords({ kind: 'cosine', finalRatio: 0.01 })).toBe('kind cosine, finalRatio 0.01');
  });
});
