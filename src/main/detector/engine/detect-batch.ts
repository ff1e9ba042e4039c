/** Inference on a batch: forward without a tape, then each image's detections in its own pixels. */
import { type AnchorGrid, anchorGenerator } from '../anchors/anchor-grid.ts';
import { squareAnchors } from '../anchors/base-anchors.ts';
import { Tape } from '../autograd/tape.ts';
import { deltaXywh } from '../coders/delta-xywh.ts';
import type { Batch, BatchImage } from '../data/batch.ts';
import type { Network } from '../network.ts';
import { detect, type LevelPredictions, type TestOptions } from '../postprocess/detections.ts';
import type { ScoredBoxes } from '../postprocess/nms.ts';
import { type Tensor, tf } from '../tf.ts';

/** A recipe's `test`, with its `rule`. What is left out is the official default. */
export type DetectOptions = Pick<
  TestOptions,
  'rule' | 'nmsPre' | 'scoreThresh' | 'nmsThresh' | 'maxPerImage'
>;

/** One image's detections by falling score: boxes [D, 4] xyxy in its original upright pixels, scores [D], labels [D]. */
export type Detections = ScoredBoxes;

/** The head's outputs on the CPU, a level: all images in a row, channels last. */
interface LevelValues {
  readonly height: number;
  readonly width: number;
  readonly clsLogits: Float32Array; // [N, H, W, K]
  readonly bboxPreds: Float32Array; // [N, H, W, 4]
  readonly iouLogits: Float32Array; // [N, H, W, 1]
}

const anchors = anchorGenerator(squareAnchors);

/** Detections of each image of `batch`, in its order. No tensor outlives the call. */
export function detectBatch(network: Network, batch: Batch, options: DetectOptions = {}): Detections[] {
  const levels = predict(network, batch);
  const grid = anchors(levels);
  return batch.images.map((image, n) =>
    detectImage(
      grid,
      levels.map((level) => ofImage(level, n, batch.images.length)),
      image,
      { ...options, coder: deltaXywh, numClasses: network.config.head.numClasses },
    ),
  );
}

function predict(network: Network, batch: Batch): LevelValues[] {
  let levels: LevelValues[] = [];
  tf.tidy(() => {
    const pixels = tf.tensor4d(batch.pixels, [batch.images.length, batch.height, batch.width, 3]);
    levels = network.forward(new Tape(false), pixels).map(({ clsLogits, bboxPreds, iouLogits }) => ({
      height: clsLogits.tensor.shape[1] ?? 0,
      width: clsLogits.tensor.shape[2] ?? 0,
      clsLogits: valuesOf(clsLogits.tensor),
      bboxPreds: valuesOf(bboxPreds.tensor),
      iouLogits: valuesOf(iouLogits.tensor),
    }));
  });
  return levels;
}

function detectImage(
  grid: AnchorGrid,
  levels: readonly LevelPredictions[],
  { width, height, scaleX, scaleY }: BatchImage,
  options: TestOptions,
): Detections {
  return detect(grid, levels, { imgShape: { height, width }, scaleFactor: [scaleX, scaleY] }, options);
}

/** Image `n` of `images`. */
function ofImage(
  { clsLogits, bboxPreds, iouLogits }: LevelValues,
  n: number,
  images: number,
): LevelPredictions {
  const part = (values: Float32Array) => {
    const size = values.length / images;
    return values.subarray(n * size, (n + 1) * size);
  };
  return { clsLogits: part(clsLogits), bboxPreds: part(bboxPreds), iouLogits: part(iouLogits) };
}

function valuesOf(tensor: Tensor): Float32Array {
  return tensor.dataSync<'float32'>();
}
