import fc from 'fast-check';
import { expect, it } from 'vitest';
import { augment } from '../../../../src/main/detector/data/augment.ts';
import { cropDefaults, cropLabelled, cropRandomly } from '../../../../src/main/detector/data/crop.ts';
import { flipLabelled } from '../../../../src/main/detector/data/flip.ts';
import type { LabelledImage } from '../../../../src/main/detector/data/labelled-image.ts';
import {
  type Distortion,
  distort,
  photometricDefaults,
} from '../../../../src/main/detector/data/photometric.ts';
import { Rng } from '../../../../src/main/detector/data/rng.ts';

const neutral: Distortion = {
  shift: 0,
  contrast: 1,
  contrastLast: false,
  saturation: 1,
  hue: 0,
  order: [0, 1, 2],
};

/** An image of noise with boxes of whole pixels inside it. */
const samples = fc
  .record({
    width: fc.integer({ min: 1, max: 40 }),
    height: fc.integer({ min: 1, max: 40 }),
    boxes: fc.integer({ min: 0, max: 6 }),
    seed: fc.integer({ min: 0 }),
  })
  .map(({ width, height, boxes, seed }) => sampleOf(width, height, boxes, seed));

function sampleOf(width: number, height: number, count: number, seed: number): LabelledImage {
  const rng = Rng.seeded(seed);
  const data = Uint8Array.from({ length: width * height * 3 }, () => rng.below(256));
  const box = () => {
    const [x, y] = [rng.below(width), rng.below(height)];
    return [x, y, x + 1 + rng.below(width - x), y + 1 + rng.below(height - y)];
  };
  return {
    image: { width, height, data },
    boxes: Float32Array.from(Array.from({ length: count }, box).flat()),
    labels: Int32Array.from({ length: count }, (_, i) => i),
    ignore: Float32Array.from(box()),
  };
}

function expectInside(boxes: Float32Array, { width, height }: { width: number; height: number }): void {
  for (let o = 0; o < boxes.length; o += 4) {
    const [x1, y1, x2, y2] = boxes.subarray(o, o + 4) as unknown as [number, number, number, number];
    expect(x1 >= 0 && y1 >= 0 && x2 <= width && y2 <= height && x2 > x1 && y2 > y1).toBe(true);
  }
}

it('flipping twice changes nothing', () => {
  fc.assert(
    fc.property(samples, (sample) => {
      expect(flipLabelled(flipLabelled(sample))).toEqual(sample);
    }),
  );
});

it('flipping moves pixels and boxes alike', () => {
  const data = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const sample = {
    image: { width: 3, height: 1, data },
    boxes: Float32Array.of(0, 0, 1, 1),
    labels: Int32Array.of(4),
    ignore: Float32Array.of(1, 0, 3, 1),
  };
  const flipped = flipLabelled(sample);
  expect([...flipped.image.data]).toEqual([7, 8, 9, 4, 5, 6, 1, 2, 3]);
  expect([...flipped.boxes]).toEqual([2, 0, 3, 1]);
  expect([...flipped.ignore]).toEqual([0, 0, 2, 1]);
});

it('whatever is drawn, boxes stay inside, with area, each with its label, at least one of them', () => {
  const options = {
    flip: 0.5,
    photometric: photometricDefaults,
    crop: cropDefaults,
    scale: { long: 48, short: 32 },
    resample: 'reference',
  } as const;
  fc.assert(
    fc.property(samples, fc.nat(), fc.boolean(), (sample, seed, flipped) => {
      const before = sample.image.data.slice();
      const result = augment(sample, options, flipped, Rng.seeded(seed));
      expectInside(result.boxes, result.image);
      expectInside(result.ignore, result.image);
      expect(result.boxes.length).toBe(result.labels.length * 4);
      expect(result.image.data.length).toBe(result.image.width * result.image.height * 3);
      expect(result.labels.length > 0).toBe(sample.labels.length > 0);
      expect(augment(sample, options, flipped, Rng.seeded(seed))).toEqual(result);
      expect(sample.image.data).toEqual(before);
    }),
  );
});

it('a window keeps the boxes centred in it, cut and moved', () => {
  const sample: LabelledImage = {
    image: sampleOf(10, 10, 0, 1).image,
    boxes: Float32Array.of(0, 0, 4, 4, 3, 3, 7, 7, 8, 8, 10, 10),
    labels: Int32Array.of(5, 6, 7),
    ignore: Float32Array.of(0, 0, 5, 5),
  };
  const cropped = cropLabelled(sample, { x: 3, y: 2, width: 5, height: 4 });
  expect([...cropped.boxes]).toEqual([0, 1, 4, 4]);
  expect([...cropped.labels]).toEqual([6]);
  expect([...cropped.ignore]).toEqual([0, 0, 2, 3]);
  expect([...cropped.image.data.subarray(0, 3)]).toEqual([...sample.image.data.subarray(69, 72)]);
});

it('windows are drawn', () => {
  const sample = sampleOf(40, 30, 2, 3);
  const sizes = Array.from(
    { length: 40 },
    (_, i) => cropRandomly(sample, cropDefaults, Rng.seeded(i)).image.width,
  );
  expect(new Set(sizes).size).toBeGreaterThan(5);
});

const pixelAfter = (rgb: number[], change: Partial<Distortion>) => [
  ...distort({ width: 1, height: 1, data: Uint8Array.from(rgb) }, { ...neutral, ...change }).data,
];

it('light and colour', () => {
  expect(pixelAfter([10, 200, 250], {})).toEqual([10, 200, 250]);
  expect(pixelAfter([10, 200, 250], { shift: 20 })).toEqual([30, 220, 255]);
  expect(pixelAfter([10, 200, 250], { shift: -20, contrast: 0.5 })).toEqual([0, 90, 115]);
  expect(pixelAfter([40, 100, 200], { saturation: 0.5 })).toEqual([120, 150, 200]);
  expect(pixelAfter([200, 50, 50], { hue: 120 })).toEqual([50, 200, 50]);
  expect(pixelAfter([200, 50, 50], { hue: -120 })).toEqual([50, 50, 200]);
  expect(pixelAfter([200, 50, 50], { hue: 60 })).toEqual([200, 200, 50]);
  expect(pixelAfter([1, 2, 3], { order: [2, 0, 1] })).toEqual([3, 1, 2]);
});

it('a full turn of the hue is none', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 3, maxLength: 3 }), (rgb) => {
      expect(pixelAfter(rgb, { hue: 360 })).toEqual(rgb);
    }),
  );
});
