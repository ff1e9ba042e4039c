import { describe, expect, it } from 'vitest';
import {
  anchorGenerator,
  countPerLevel,
  featureSizes,
  pointGenerator,
} from '../../../../src/main/detector/anchors/anchor-grid.ts';
import {
  anchorsPerCell,
  baseAnchors,
  retinaAnchors,
  squareAnchors,
} from '../../../../src/main/detector/anchors/base-anchors.ts';
import { validExtents, validFlags } from '../../../../src/main/detector/anchors/valid-extent.ts';
import { paddedSide } from '../../../../src/main/detector/data/batch.ts';

const strides = squareAnchors.strides;
const sizes = featureSizes({ height: 96, width: 160 }, strides);

describe('anchors', () => {
  it('are squares of 8 strides centred on multiples of the stride', () => {
    const grid = anchorGenerator(squareAnchors)(sizes);
    expect(Array.from(grid.boxes.subarray(0, 8))).toEqual([-32, -32, 32, 32, -24, -32, 40, 32]);
    const second = grid.levels[1]!.start;
    expect(second).toBe(12 * 20);
    expect(Array.from(grid.boxes.subarray(second * 4, second * 4 + 4))).toEqual([-64, -64, 64, 64]);
    expect(grid.numAnchorsPerLevel).toEqual([240, 60, 15, 6, 2]);
    expect(grid.numAnchors).toBe(323);
  });

  it('keep their area over the ratios and grow by octaves', () => {
    expect(anchorsPerCell(retinaAnchors)).toBe(9);
    const base = baseAnchors(retinaAnchors, 8);
    for (let b = 0; b < 9; b++) {
      const width = base[b * 4 + 2]! - base[b * 4]!;
      const height = base[b * 4 + 3]! - base[b * 4 + 1]!;
      expect(height / width).toBeCloseTo(retinaAnchors.ratios[Math.floor(b / 3)]!, 10);
      expect(Math.sqrt(width * height)).toBeCloseTo(32 * 2 ** ((b % 3) / 3), 10);
    }
  });

  it('are laid once per set of feature sizes', () => {
    const generate = anchorGenerator(squareAnchors);
    expect(generate(sizes)).toBe(generate(sizes.map((s) => ({ ...s }))));
    expect(generate(featureSizes({ height: 64, width: 64 }, strides))).not.toBe(generate(sizes));
  });

  it('forget the oldest sizes, not the answer', () => {
    const generate = anchorGenerator(squareAnchors);
    const first = generate(sizes);
    for (let i = 1; i <= 40; i++) generate(featureSizes({ height: 32 * i, width: 32 }, strides));
    expect(generate(sizes)).not.toBe(first);
    expect(generate(sizes)).toEqual(first);
  });

  it('refuse sizes for another number of levels', () => {
    expect(() => anchorGenerator(squareAnchors)(sizes.slice(1))).toThrow(RangeError);
  });

  it('count positives by level', () => {
    const grid = anchorGenerator(squareAnchors)(sizes);
    expect(Array.from(countPerLevel(grid, Int32Array.of(0, 239, 240, 322)))).toEqual([2, 1, 0, 0, 1]);
  });
});

describe('FCOS points', () => {
  it('are the centres of cells one stride wide', () => {
    const grid = pointGenerator(strides)(sizes);
    expect(Array.from(grid.boxes.subarray(4, 8))).toEqual([8, 0, 16, 8]);
  });
});

describe('valid flags', () => {
  const grid = anchorGenerator(squareAnchors)(sizes);

  it("cover the image's own padded size, rounded up to whole cells", () => {
    const pad = { height: paddedSide(33, 32), width: paddedSide(64, 32) };
    expect(pad).toEqual({ height: 64, width: 64 });
    expect(validExtents(grid, pad)).toEqual([
      { height: 8, width: 8 },
      { height: 4, width: 4 },
      { height: 2, width: 2 },
      { height: 1, width: 1 },
      { height: 1, width: 1 },
    ]);
    const flags = validFlags(grid, pad);
    expect(flags.reduce((sum, flag) => sum + flag, 0)).toBe(64 + 16 + 4 + 1 + 1);
    expect([flags[7], flags[8], flags[20]]).toEqual([1, 0, 1]);
  });

  it('never leave the grid', () => {
    expect(validFlags(grid, { height: 4096, width: 4096 }).every((flag) => flag === 1)).toBe(true);
  });
});
