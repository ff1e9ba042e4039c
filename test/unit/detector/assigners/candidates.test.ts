import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AnchorGrid,
  anchorGenerator,
  featureSizes,
} from '../../../../src/main/detector/anchors/anchor-grid.ts';
import { retinaAnchors, squareAnchors } from '../../../../src/main/detector/anchors/base-anchors.ts';
import { validFlags } from '../../../../src/main/detector/anchors/valid-extent.ts';
import { findCandidates } from '../../../../src/main/detector/assigners/candidates.ts';

/** The same by measuring every anchor of the level. */
function fullScan(grid: AnchorGrid, valid: Uint8Array, box: Float32Array, topk: number): number[] {
  const cx = Math.fround((box[0]! + box[2]!) / 2);
  const cy = Math.fround((box[1]! + box[3]!) / 2);
  return grid.levels.flatMap((level) => {
    const cellOf = (a: number) => Math.floor((a - level.start) / level.anchorsPerCell);
    const distance = (a: number) =>
      ((cellOf(a) % level.width) * level.stride - cx) ** 2 +
      (Math.floor(cellOf(a) / level.width) * level.stride - cy) ** 2;
    return Array.from({ length: level.count }, (_, i) => level.start + i)
      .filter((a) => valid[a])
      .sort((a, b) => distance(a) - distance(b) || a - b)
      .slice(0, topk);
  });
}

// whole and half coordinates, so that equal distances are common; also boxes outside the image
const corner = fc.integer({ min: -60, max: 520 }).map((v) => v / 2);
const box = fc
  .tuple(corner, corner, fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 300 }))
  .map(([x, y, w, h]) => Float32Array.of(x, y, x + w, y + h));
const pad = fc.record({ height: fc.integer({ min: 1, max: 6 }), width: fc.integer({ min: 1, max: 8 }) });

function distances(grid: AnchorGrid, anchors: Int32Array, box: Float32Array): number[] {
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = box;
  return [...anchors].map((a) => {
    const centre = (axis: number) => (grid.boxes[a * 4 + axis]! + grid.boxes[a * 4 + axis + 2]!) / 2;
    return Math.fround(Math.hypot(centre(0) - (x1 + x2) / 2, centre(1) - (y1 + y2) / 2));
  });
}

describe('findCandidates', () => {
  it.each([
    ['square anchors', squareAnchors, 9],
    ['nine anchors a cell', retinaAnchors, 9],
    ['more than a level holds', squareAnchors, 100],
  ])('finds the nearest of a full scan, ties by lowest index: %s', (_, spec, topk) => {
    const grid = anchorGenerator(spec)(featureSizes({ height: 192, width: 256 }, spec.strides));
    fc.assert(
      fc.property(box, pad, fc.integer({ min: 0, max: 7 }), (gt, cells, holes) => {
        const valid = validFlags(grid, { height: cells.height * 32, width: cells.width * 32 });
        if (holes > 0) for (let a = holes; a < valid.length; a += holes) valid[a] = 0;
        const { anchors, offsets } = findCandidates(grid, valid, gt, topk);
        expect(Array.from(anchors)).toEqual(fullScan(grid, valid, gt, topk));
        expect(Array.from(offsets)).toEqual([0, anchors.length]);
      }),
      { numRuns: 60 },
    );
  });

  it('takes the same distances whichever of equal anchors it prefers, and the same anchors where none tie', () => {
    const grid = anchorGenerator(squareAnchors)(
      featureSizes({ height: 192, width: 256 }, squareAnchors.strides),
    );
    const valid = new Uint8Array(grid.numAnchors).fill(1);
    let differences = 0;
    fc.assert(
      fc.property(box, fc.constantFrom(0, 0.37), (whole, shift) => {
        const gt = whole.map((side, i) => side + shift * (1 + (i % 2) * 0.31));
        const first = findCandidates(grid, valid, gt, 9).anchors;
        const torch = findCandidates(grid, valid, gt, 9, 'torch').anchors;
        expect(distances(grid, torch, gt)).toEqual(distances(grid, first, gt));
        if (shift > 0) expect(torch).toEqual(first);
        else if (torch.join() !== first.join()) differences++;
      }),
      { numRuns: 200 },
    );
    expect(differences).toBeGreaterThan(0);
  });

  it('finds nothing where no anchor is valid', () => {
    const grid = anchorGenerator(squareAnchors)(
      featureSizes({ height: 64, width: 64 }, squareAnchors.strides),
    );
    const found = findCandidates(grid, new Uint8Array(grid.numAnchors), Float32Array.of(0, 0, 9, 9), 9);
    expect(found.anchors.length).toBe(0);
  });
});
