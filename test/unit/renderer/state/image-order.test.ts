import { describe, expect, it } from 'vitest';
import { beside, heirOf } from '../../../../src/renderer/state/image-order.ts';

const all = [10, 11, 12, 13, 14, 15];

describe('the image beside another', () => {
  it('is the one shown beside it', () => {
    expect([beside(13, 1, [15, 13, 10], all), beside(13, -1, [15, 13, 10], all)]).toEqual([10, 15]);
    expect(beside(10, 1, [15, 13, 10], all)).toBeUndefined();
  });

  it('is the nearest that is shown for one that the filter leaves out', () => {
    expect([beside(12, 1, [10, 14, 15], all), beside(12, -1, [10, 14, 15], all)]).toEqual([14, 10]);
    expect([beside(12, 1, [10, 11], all), beside(12, -1, [14], all)]).toEqual([undefined, undefined]);
  });

  it('is not known for one that is nowhere', () => {
    expect(beside(99, 1, all, all)).toBeUndefined();
  });
});

describe('the heir of an image that is gone', () => {
  it('comes after it, or else before it, or is whatever there is', () => {
    expect(heirOf(12, all, [10, 11, 14, 15])).toBe(14);
    expect(heirOf(15, all, [10, 11])).toBe(11);
    expect(heirOf(99, all, [10, 11])).toBe(10);
    expect(heirOf(12, all, [])).toBeUndefined();
  });
});
