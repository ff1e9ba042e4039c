/** Steps within the memory there is: computed in smaller parts, and measured beforehand. */
import type { BatchImage } from '../data/batch.ts';
import type { LoadedBatch } from '../data/loader.ts';

/** The batch in `parts` pieces of nearly equal size, none empty. Their pixels are views of the batch's. */
export function splitBatch(batch: LoadedBatch, parts: number): LoadedBatch[] {
  const count = Math.min(parts, batch.images.length);
  const imageSize = batch.height * batch.width * 3;
  return Array.from({ length: count }, (_, part) => {
    const from = Math.floor((part * batch.images.length) / count);
    const to = Math.floor(((part + 1) * batch.images.length) / count);
    const pixels = batch.pixels.subarray(from * imageSize, to * imageSize);
    return { ...batch, images: batch.images.slice(from, to), pixels };
  });
}

/** What a probe step is computed on: as large and as full as any batch of a training can be. */
export interface WorstCase {
  readonly width: number;
  readonly height: number;
  readonly boxes: number;
}

/** `count` images of the worst case: no pixels worth looking at, boxes spread over the image. */
export function worstBatch({ width, height, boxes }: WorstCase, count: number): LoadedBatch {
  const side = Math.ceil(Math.sqrt(Math.max(1, boxes)));
  const gtBoxes = Float32Array.from({ length: boxes * 4 }, (_, i) => {
    const box = i >> 2;
    const [column, row] = [box % side, Math.floor(box / side)];
    const at = i % 2 === 0 ? (column * width) / side : (row * height) / side;
    const extent = (i % 2 === 0 ? width : height) / side;
    return i % 4 < 2 ? at : at + extent * 0.9;
  });
  const image: BatchImage = {
    index: 0,
    path: '',
    originalWidth: width,
    originalHeight: height,
    width,
    height,
    padWidth: width,
    padHeight: height,
    scaleX: 1,
    scaleY: 1,
    flipped: false,
    gtBoxes,
    gtLabels: new Int32Array(boxes),
    ignoreBoxes: new Float32Array(0),
  };
  const images = Array.from({ length: count }, () => image);
  const pixels = new Float32Array(count * width * height * 3);
  return { images, pixels, width, height, epoch: 0, next: { epoch: 0, position: 0 } };
}
