import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BoxCoder, decodeBoxes, encodeBoxes } from '../../../../src/main/detector/coders/box-coder.ts';
import { deltaXywh } from '../../../../src/main/detector/coders/delta-xywh.ts';
import { distanceCoder, ltrbOfPoints, tblrOfAnchors } from '../../../../src/main/detector/coders/distance.ts';

const size = fc.double({ min: 8, max: 400, noNaN: true });
const place = fc.double({ min: -200, max: 1200, noNaN: true });
const box = fc.tuple(place, place, size, size).map(([x, y, w, h]) => Float32Array.of(x, y, x + w, y + h));

const coders: [string, BoxCoder][] = [
  ['deltaXywh', deltaXywh],
  ['tblrOfAnchors', tblrOfAnchors],
  ['ltrbOfPoints', ltrbOfPoints],
  ['ltrb in pixels', distanceCoder({ order: 'ltrb' })],
];

describe('box coders', () => {
  it.each(coders)('%s decodes what it encoded', (_, coder) => {
    fc.assert(
      fc.property(box, box, (ref, target) => {
        const back = decodeBoxes(coder, ref, encodeBoxes(coder, ref, target));
        back.forEach((v, c) => {
          expect(Math.abs(v - target[c]!)).toBeLessThan(5e-3);
        });
      }),
    );
  });

  it.each(coders)('%s encodes what it decoded', (_, coder) => {
    const pred = fc.array(fc.double({ min: 0.5, max: 4, noNaN: true }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(box, pred, (ref, numbers) => {
        const preds = Float32Array.from(numbers);
        const again = encodeBoxes(coder, ref, decodeBoxes(coder, ref, preds));
        again.forEach((v, c) => {
          expect(Math.abs(v - preds[c]!)).toBeLessThan(2e-3);
        });
      }),
    );
  });

  it('deltaXywh resizes by at most 1000 / 16', () => {
    const decoded = decodeBoxes(deltaXywh, Float32Array.of(0, 0, 16, 16), Float32Array.of(0, 0, 1e4, -1e4));
    expect(decoded[2]! - decoded[0]!).toBeCloseTo(1000, 2);
    expect(decoded[3]! - decoded[1]!).toBeCloseTo(16 * (16 / 1000), 4);
  });

  it('t, b, l, r of an anchor are in strides and may be negative', () => {
    const anchor = Float32Array.of(-32, -32, 32, 32);
    expect(Array.from(encodeBoxes(tblrOfAnchors, anchor, Float32Array.of(8, -16, 24, 40)))).toEqual([
      2, 5, -1, 3,
    ]);
  });

  it('clips a decoded box to the image', () => {
    const clipped = decodeBoxes(deltaXywh, Float32Array.of(-32, -32, 320, 32), new Float32Array(4), {
      height: 24,
      width: 300,
    });
    expect(Array.from(clipped)).toEqual([0, 0, 300, 24]);
  });
});
