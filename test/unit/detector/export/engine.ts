// What the engine finds on an image, which exported models are held against.
import { assembleBatch, type Batch } from '../../../../src/main/detector/data/batch.ts';
import { hashUniform } from '../../../../src/main/detector/data/hash-uniform.ts';
import { normalisationTable } from '../../../../src/main/detector/data/normalise.ts';
import type { RgbImage } from '../../../../src/main/detector/data/rgb-image.ts';
import { type Detections, detectBatch } from '../../../../src/main/detector/engine/detect-batch.ts';
import type { TestSettings } from '../../../../src/main/detector/export/postprocess.ts';
import type { Network } from '../../../../src/main/detector/network.ts';

export function noise(height: number, width: number, name = 'noise'): RgbImage {
  const data = Uint8Array.from(hashUniform(name, height * width * 3), (u) => u * 256);
  return { width, height, data };
}

/** Images of one size. */
export function batchOf({ backbone }: Network, images: readonly RgbImage[]): Batch {
  const prepared = images.map((image, index) => ({
    index,
    path: '',
    image,
    original: image,
    scaleX: 1,
    scaleY: 1,
    flipped: false,
    boxes: new Float32Array(),
    labels: new Int32Array(),
    ignore: new Float32Array(),
  }));
  return assembleBatch(prepared, normalisationTable(backbone.normalisation));
}

export function found(network: Network, image: RgbImage, settings: TestSettings): Detections {
  const [detections] = detectBatch(network, batchOf(network, [image]), settings);
  return detections!;
}
