import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { iouAt } from '../../../../src/main/detector/coders/overlaps.ts';
import { classwiseNms, type ScoredBoxes } from '../../../../src/main/detector/postprocess/nms.ts';

const THRESH = 0.6;

const row = fc.record({
  x: fc.integer({ min: 0, max: 60 }),
  y: fc.integer({ min: 0, max: 60 }),
  w: fc.integer({ min: 0, max: 40 }),
  h: fc.integer({ min: 0, max: 40 }),
  score: fc.integer({ min: 1, max: 20 }),
  label: fc.integer({ min: 0, max: 2 }),
});

const scored = fc.array(row, { maxLength: 60 }).map(
  (rows): ScoredBoxes => ({
    boxes: Float32Array.from(rows.flatMap(({ x, y, w, h }) => [x, y, x + w, y + h])),
    scores: Float32Array.from(rows, ({ score }) => score / 20),
    labels: Int32Array.from(rows, ({ label }) => label),
  }),
);

function pick({ boxes, scores, labels }: ScoredBoxes, kept: Int32Array): ScoredBoxes {
  return {
    boxes: Float32Array.from(Array.from(kept).flatMap((i) => Array.from(boxes.subarray(i * 4, i * 4 + 4)))),
    scores: Float32Array.from(kept, (i) => scores[i]!),
    labels: Int32Array.from(kept, (i) => labels[i]!),
  };
}

const overlap = ({ boxes, labels }: ScoredBoxes, i: number, j: number) =>
  labels[i] === labels[j] ? iouAt(boxes, i, boxes, j) : 0;

describe('classwiseNms', () => {
  it('keeps no two boxes of a class above the threshold, and drops only for a better one', () => {
    fc.assert(
      fc.property(scored, (input) => {
        const kept = Array.from(classwiseNms(input, THRESH));
        for (const i of kept)
          for (const j of kept) if (i !== j) expect(overlap(input, i, j)).toBeLessThanOrEqual(THRESH);
        input.scores.forEach((score, i) => {
          if (kept.includes(i)) return;
          expect(kept.some((k) => overlap(input, k, i) > THRESH && input.scores[k]! >= score)).toBe(true);
        });
      }),
    );
  });

  it('changes nothing when run on its own result', () => {
    fc.assert(
      fc.property(scored, (input) => {
        const once = pick(input, classwiseNms(input, THRESH));
        expect(Array.from(classwiseNms(once, THRESH))).toEqual(Array.from(once.scores.keys()));
      }),
    );
  });

  it('stops at the wanted number with the best ones', () => {
    fc.assert(
      fc.property(scored, fc.integer({ min: 0, max: 5 }), (input, most) => {
        expect(classwiseNms(input, THRESH, most)).toEqual(classwiseNms(input, THRESH).slice(0, most));
      }),
    );
  });

  it('takes equal scores in input order', () => {
    const boxes = Float32Array.of(0, 0, 10, 10, 0, 0, 10, 10, 50, 50, 60, 60);
    const labels = new Int32Array(3);
    const kept = classwiseNms({ boxes, labels, scores: Float32Array.of(0.5, 0.5, 0.5) }, THRESH);
    expect(Array.from(kept)).toEqual([0, 2]);
  });
});
