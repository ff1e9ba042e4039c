/** The network in memory, seen as exported models are: what an export is held against. */
import type { BatchImage } from '../data/batch.ts';
import { paddedSide } from '../data/batch.ts';
import { normalisationTable, normaliseInto } from '../data/normalise.ts';
import type { RgbImage } from '../data/rgb-image.ts';
import { detectBatch } from '../engine/detect-batch.ts';
import type { Network } from '../network.ts';
import type { ImageDetector } from './export-format.ts';
import type { TestSettings } from './postprocess.ts';

/** `network` stays the caller's. */
export function networkDetector(network: Network, settings: TestSettings): ImageDetector {
  const table = normalisationTable(network.backbone.normalisation);
  return {
    async detect(image) {
      const one = described(image);
      const { padWidth: width, padHeight: height } = one;
      const pixels = new Float32Array(width * height * 3);
      normaliseInto(image, table, pixels, 0, width);
      const [found] = detectBatch(network, { pixels, width, height, images: [one] }, settings);
      if (found === undefined) throw new Error('nothing was detected on a batch of one');
      return found;
    },
    async close() {},
  };
}

/** An image that is its own original. */
function described({ width, height }: RgbImage): BatchImage {
  return {
    index: 0,
    path: '',
    width,
    height,
    originalWidth: width,
    originalHeight: height,
    padWidth: paddedSide(width, 32),
    padHeight: paddedSide(height, 32),
    scaleX: 1,
    scaleY: 1,
    flipped: false,
    gtBoxes: new Float32Array(0),
    gtLabels: new Int32Array(0),
    ignoreBoxes: new Float32Array(0),
  };
}
