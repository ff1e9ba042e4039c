// Random light and colour, in mmdet's order: brightness, contrast (here or last), saturation, hue, channel order.
// Unlike mmdet's the result is rounded and cut to 8 bits, as a camera would.

import type { RgbImage } from './rgb-image.ts';
import type { Rng } from './rng.ts';

export interface PhotometricConfig {
  /** Largest shift, in grey levels. */
  readonly brightness: number;
  /** Smallest and largest factor. */
  readonly contrast: readonly [number, number];
  readonly saturation: readonly [number, number];
  /** Largest turn of the colour circle, in degrees. */
  readonly hue: number;
  /** Whether the channels may change places. */
  readonly swapChannels: boolean;
}

/** mmdet's values, without its exchange of channels. */
export const photometricDefaults: PhotometricConfig = {
  brightness: 32,
  contrast: [0.5, 1.5],
  saturation: [0.5, 1.5],
  hue: 18,
  swapChannels: false,
};

/** One draw: neutral values where a coin said no. */
export interface Distortion {
  readonly shift: number;
  readonly contrast: number;
  readonly contrastLast: boolean;
  readonly saturation: number;
  /** degrees */
  readonly hue: number;
  /** Output channel c takes channel order[c]. */
  readonly order: readonly [number, number, number];
}

const orders = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const;

/** Each part happens with probability 1/2, apart from the others. */
export function drawDistortion(config: PhotometricConfig, rng: Rng): Distortion {
  const maybe = (neutral: number, low: number, high: number) => {
    const value = rng.between(low, high);
    return rng.chance(0.5) ? value : neutral;
  };
  const order = rng.pick(orders);
  return {
    shift: maybe(0, -config.brightness, config.brightness),
    contrast: maybe(1, ...config.contrast),
    contrastLast: rng.chance(0.5),
    saturation: maybe(1, ...config.saturation),
    hue: maybe(0, -config.hue, config.hue),
    order: rng.chance(0.5) && config.swapChannels ? order : [0, 1, 2],
  };
}

/** A new image, `distortion` applied to each pixel. */
export function distort(image: RgbImage, distortion: Distortion): RgbImage {
  const source = image.data;
  const data = new Uint8Array(source.length);
  const pixel = new Float64Array(3);
  for (let o = 0; o < source.length; o += 3) {
    for (let c = 0; c < 3; c++) pixel[c] = source[o + c] as number;
    distortPixel(pixel, distortion);
    for (let c = 0; c < 3; c++) {
      data[o + c] = toByte(pixel[distortion.order[c] as number] as number);
    }
  }
  return { width: image.width, height: image.height, data };
}

function distortPixel(pixel: Float64Array, { shift, contrast, contrastLast, saturation, hue }: Distortion) {
  const early = contrastLast ? 1 : contrast;
  for (let c = 0; c < 3; c++) pixel[c] = ((pixel[c] as number) + shift) * early;
  if (saturation !== 1) saturate(pixel, saturation);
  if (hue !== 0) rotateHue(pixel, hue);
  if (contrastLast) for (let c = 0; c < 3; c++) pixel[c] = (pixel[c] as number) * contrast;
}

/** Scales S of HSV, which at fixed H and V is each channel's distance from the largest. */
function saturate(pixel: Float64Array, factor: number): void {
  const r = pixel[0] as number;
  const g = pixel[1] as number;
  const b = pixel[2] as number;
  const value = Math.max(r, g, b);
  for (let c = 0; c < 3; c++) pixel[c] = value - (value - (pixel[c] as number)) * factor;
}

function rotateHue(pixel: Float64Array, degrees: number): void {
  const r = pixel[0] as number;
  const g = pixel[1] as number;
  const b = pixel[2] as number;
  const value = Math.max(r, g, b);
  const chroma = value - Math.min(r, g, b);
  if (chroma === 0) return;
  const sextant = hueSextant(r, g, b, value, chroma) + degrees / 60 + 12;
  // each channel is the same trapezoid of the hue, a third of the circle apart
  for (let c = 0; c < 3; c++) {
    const k = (5 - 2 * c + sextant) % 6;
    pixel[c] = value - chroma * Math.max(0, Math.min(k, 4 - k, 1));
  }
}

/** Hue in sixths of the circle, red at 0. */
function hueSextant(r: number, g: number, b: number, value: number, chroma: number): number {
  if (value === r) return (g - b) / chroma;
  return value === g ? 2 + (b - r) / chroma : 4 + (r - g) / chroma;
}

function toByte(value: number): number {
  return Math.min(Math.max(Math.round(value), 0), 255);
}
