// What a model in a browser page found, as detections in this process are.
import type { Detections } from '../../src/main/detector/engine/detect-batch.ts';
import type { PageFindings } from '../e2e/model-page.ts';

/** Pages give plain numbers. */
export function arrays({ boxes, scores, labels }: PageFindings): Detections {
  return {
    boxes: Float32Array.from(boxes),
    scores: Float32Array.from(scores),
    labels: Int32Array.from(labels),
  };
}
