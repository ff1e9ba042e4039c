// From 8-bit pixels to the numbers a backbone was trained on.

import type { RgbImage } from './rgb-image.ts';

/** (pixel - mean) / std per channel, RGB, in grey levels of 0 to 255. */
export interface Normalisation {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** ResNets of torchvision and mmdet. */
export const imageNet: Normalisation = { mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] };

/** EfficientNet-Lite, as TensorFlow trained it. */
export const efficientNetLite: Normalisation = { mean: [127, 127, 127], std: [128, 128, 128] };

/** The normalised value of each grey level per channel: [3][256]. */
export type NormalisationTable = readonly [Float32Array, Float32Array, Float32Array];

export function normalisationTable({ mean, std }: Normalisation): NormalisationTable {
  const channel = (c: 0 | 1 | 2) =>
    Float32Array.from({ length: 256 }, (_, level) => (level - mean[c]) / std[c]);
  return [channel(0), channel(1), channel(2)];
}

/** Writes the image, normalised, into `out` [.., rowWidth, 3] from element `start` on; rows are `rowWidth` pixels apart. */
export function normaliseInto(
  image: RgbImage,
  [red, green, blue]: NormalisationTable,
  out: Float32Array,
  start: number,
  rowWidth: number,
): void {
  const source = image.data;
  let s = 0;
  for (let y = 0; y < image.height; y++) {
    const end = start + (y * rowWidth + image.width) * 3;
    for (let o = start + y * rowWidth * 3; o < end; o += 3, s += 3) {
      out[o] = red[source[s] as number] as number;
      out[o + 1] = green[source[s + 1] as number] as number;
      out[o + 2] = blue[source[s + 2] as number] as number;
    }
  }
}
