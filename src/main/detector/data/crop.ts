// A random window of the image, SSD's way: every box overlaps it by a drawn least IoU, and boxes whose centre is
// outside are lost with the pixels.

import { type LabelledImage, moveBoxes, pickBoxes, transformLabels } from './labelled-image.ts';
import type { RgbImage, Size } from './rgb-image.ts';
import type { Rng } from './rng.ts';

export interface CropConfig {
  /** Least IoU of the window with each box; one is drawn, or no cropping, or no condition. */
  readonly minIous: readonly number[];
  /** Least side of the window as a part of the image's. */
  readonly minSide: number;
}

/** mmdet's values. */
export const cropDefaults: CropConfig = { minIous: [0.1, 0.3, 0.5, 0.7, 0.9], minSide: 0.3 };

/** Pixels x <= column < x + width, y <= row < y + height. */
export interface Window extends Size {
  readonly x: number;
  readonly y: number;
}

const TRIES = 50;

/** The sample as seen through a random window that keeps at least one box; the sample itself where none was found. */
export function cropRandomly(sample: LabelledImage, config: CropConfig, rng: Rng): LabelledImage {
  const minIou = rng.pick([1, 0, ...config.minIous]);
  if (minIou === 1) return sample;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const window = drawWindow(sample.image, config.minSide, rng);
    if (window !== undefined && admits(window, sample.boxes, minIou)) return cropLabelled(sample, window);
  }
  return sample;
}

/** Pixels and labels inside `window`; of the boxes, those whose centre lies in it. */
export function cropLabelled(sample: LabelledImage, window: Window): LabelledImage {
  const kept = boxesCentredIn(window, sample.boxes);
  const inside = {
    boxes: pickBoxes(sample.boxes, kept),
    labels: Int32Array.from(kept, (g) => sample.labels[g] as number),
    ignore: sample.ignore,
  };
  const labels = transformLabels(inside, window, (boxes) => moveBoxes(boxes, -window.x, -window.y));
  return { image: cropImage(sample.image, window), ...labels };
}

function cropImage(image: RgbImage, { x, y, width, height }: Window): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const start = ((y + row) * image.width + x) * 3;
    data.set(image.data.subarray(start, start + width * 3), row * width * 3);
  }
  return { width, height, data };
}

function drawWindow(image: Size, minSide: number, rng: Rng): Window | undefined {
  const width = Math.max(1, Math.trunc(rng.between(minSide, 1) * image.width));
  const height = Math.max(1, Math.trunc(rng.between(minSide, 1) * image.height));
  const x = rng.below(image.width - width + 1);
  const y = rng.below(image.height - height + 1);
  const proportion = height / width;
  return proportion < 0.5 || proportion > 2 ? undefined : { x, y, width, height };
}

function admits(window: Window, boxes: Float32Array, minIou: number): boolean {
  if (boxes.length === 0) return true;
  for (let o = 0; o < boxes.length; o += 4) {
    if (windowIou(window, boxes.subarray(o, o + 4)) < minIou) return false;
  }
  return boxesCentredIn(window, boxes).length > 0;
}

function windowIou(window: Window, [x1 = 0, y1 = 0, x2 = 0, y2 = 0]: Float32Array): number {
  const width = Math.min(window.x + window.width, x2) - Math.max(window.x, x1);
  const height = Math.min(window.y + window.height, y2) - Math.max(window.y, y1);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (window.width * window.height + (x2 - x1) * (y2 - y1) - shared);
}

function boxesCentredIn(window: Window, boxes: Float32Array): number[] {
  const kept: number[] = [];
  for (let g = 0; g * 4 < boxes.length; g++) {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxes.subarray(g * 4, g * 4 + 4);
    const x = (x1 + x2) / 2 - window.x;
    const y = (y1 + y2) / 2 - window.y;
    if (x > 0 && x < window.width && y > 0 && y < window.height) kept.push(g);
  }
  return kept;
}
