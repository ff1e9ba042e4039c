// Laws of both resamplers; their exact numbers are in the golden tests.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { keepRatioSize, resizeImage } from '../../../../src/main/detector/data/resize.ts';
import type { RgbImage } from '../../../../src/main/detector/data/rgb-image.ts';
import { Rng } from '../../../../src/main/detector/data/rng.ts';

const side = fc.integer({ min: 1, max: 40 });
const resamplers = ['reference', 'antialias'] as const;

function noise(width: number, height: number, low: number, high: number): RgbImage {
  const rng = Rng.seeded(width, height);
  const data = Uint8Array.from({ length: width * height * 3 }, () => low + rng.below(high - low + 1));
  return { width, height, data };
}

it.each(resamplers)('%s: the result stays within the grey levels of the image', (resample) => {
  fc.assert(
    fc.property(side, side, side, side, (w, h, width, height) => {
      const resized = resizeImage(noise(w, h, 60, 200), { width, height }, resample);
      expect(resized.data.length).toBe(width * height * 3);
      expect(Math.min(...resized.data)).toBeGreaterThanOrEqual(59);
      expect(Math.max(...resized.data)).toBeLessThanOrEqual(201);
    }),
  );
});

it.each(resamplers)('%s: the same size is the same pixels, in memory of their own', (resample) => {
  const image = noise(7, 9, 0, 255);
  const copy = resizeImage(image, image, resample);
  expect(copy.data).toEqual(image.data);
  expect(copy.data.buffer).not.toBe(image.data.buffer);
});

it('the reference halves by the rounded mean of four', () => {
  const data = Uint8Array.from([1, 0, 255, 2, 0, 255, 2, 0, 255, 5, 1, 254]);
  const half = resizeImage({ width: 2, height: 2, data }, { width: 1, height: 1 }, 'reference');
  expect([...half.data]).toEqual([3, 0, 255]);
});

it('a kept ratio touches a limit and passes none', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 5000 }), (width, height) => {
      const size = keepRatioSize({ width, height }, { long: 512, short: 320 });
      const [long, short] = [Math.max(size.width, size.height), Math.min(size.width, size.height)];
      expect(long === 512 || short === 320).toBe(true);
      expect(long).toBeLessThanOrEqual(512);
      expect(short).toBeLessThanOrEqual(320);
      expect(short).toBeGreaterThanOrEqual(1);
    }),
  );
});
