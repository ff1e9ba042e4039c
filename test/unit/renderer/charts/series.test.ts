import { describe, expect, it } from 'vitest';
import { joined, smoothed } from '../../../../src/renderer/charts/series.ts';

describe('series', () => {
  it('puts curves of different steps on one axis', () => {
    const table = joined([
      { name: 'loss', steps: [1, 2, 4], values: [5, 4, 3] },
      { name: 'AP', steps: [2, 3], values: [0.1, null] },
    ]);
    expect(table).toEqual([
      [1, 2, 3, 4],
      [5, 4, null, 3],
      [null, 0.1, null, null],
    ]);
  });

  it('smooths over gaps without filling them', () => {
    expect(smoothed([4, null, 2], 1)).toEqual([4, null, 2]);
    expect(smoothed([4, null, 2], 2)).toEqual([4, null, 3]);
    expect(smoothed([7, 7, 7], 9)).toEqual([7, 7, 7]);
  });
});
