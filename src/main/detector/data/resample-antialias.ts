// A triangle filter whose width grows with the shrinking, in fixed point: the bilinear of Pillow, pixel for pixel.
// Along x first, rounded to 8 bits, then along y.

import type { RgbImage, Size } from './rgb-image.ts';

const WEIGHT_BITS = 22;
const HALF = 1 << (WEIGHT_BITS - 1);

/** Output i reads `counts[i]` source pixels from `starts[i]` on, with weights from `i * width` on, in 2^-22. */
interface Kernel {
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  readonly weights: Int32Array;
  readonly width: number;
}

/** `image` at `size` without the aliasing of the reference resampler. */
export function antialiasResize(image: RgbImage, size: Size): RgbImage {
  const narrowed = image.width === size.width ? image : resizeX(image, size.width);
  return narrowed.height === size.height ? narrowed : resizeY(narrowed, size.height);
}

function resizeX(image: RgbImage, width: number): RgbImage {
  const kernel = triangleKernel(image.width, width);
  const source = image.data;
  const data = new Uint8Array(width * image.height * 3);
  let o = 0;
  for (let y = 0; y < image.height; y++) {
    for (let x = 0; x < width; x++) {
      let s = (y * image.width + (kernel.starts[x] as number)) * 3;
      let [r, g, b] = [HALF, HALF, HALF];
      const end = x * kernel.width + (kernel.counts[x] as number);
      for (let k = x * kernel.width; k < end; k++, s += 3) {
        const weight = kernel.weights[k] as number;
        r += (source[s] as number) * weight;
        g += (source[s + 1] as number) * weight;
        b += (source[s + 2] as number) * weight;
      }
      data[o++] = r >> WEIGHT_BITS;
      data[o++] = g >> WEIGHT_BITS;
      data[o++] = b >> WEIGHT_BITS;
    }
  }
  return { width, height: image.height, data };
}

function resizeY(image: RgbImage, height: number): RgbImage {
  const kernel = triangleKernel(image.height, height);
  const length = image.width * 3;
  const data = new Uint8Array(length * height);
  const sums = new Int32Array(length);
  for (let y = 0; y < height; y++) {
    sums.fill(HALF);
    for (let k = 0; k < (kernel.counts[y] as number); k++) {
      const weight = kernel.weights[y * kernel.width + k] as number;
      addRow(sums, image.data, ((kernel.starts[y] as number) + k) * length, weight);
    }
    for (let i = 0; i < length; i++) data[y * length + i] = (sums[i] as number) >> WEIGHT_BITS;
  }
  return { width: image.width, height, data };
}

function addRow(sums: Int32Array, source: Uint8Array, start: number, weight: number): void {
  for (let i = 0; i < sums.length; i++) {
    sums[i] = (sums[i] as number) + (source[start + i] as number) * weight;
  }
}

function triangleKernel(from: number, to: number): Kernel {
  const step = from / to;
  const support = Math.max(step, 1);
  const width = Math.ceil(support) * 2 + 1;
  const kernel: Kernel = {
    starts: new Int32Array(to),
    counts: new Int32Array(to),
    weights: new Int32Array(to * width),
    width,
  };
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * step;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const count = Math.min(from, Math.trunc(centre + support + 0.5)) - start;
    kernel.starts[i] = start;
    kernel.counts[i] = count;
    kernel.weights.set(triangleWeights(start, count, centre, support), i * width);
  }
  return kernel;
}

function triangleWeights(start: number, count: number, centre: number, support: number): Int32Array {
  const raw = Float64Array.from({ length: count }, (_, k) =>
    Math.max(0, 1 - Math.abs((start + k - centre + 0.5) / support)),
  );
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  return Int32Array.from(raw, (weight) => Math.trunc(0.5 + (weight / total) * (1 << WEIGHT_BITS)));
}
