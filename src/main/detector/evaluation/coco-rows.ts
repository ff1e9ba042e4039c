// What the evaluators read, as columns, and the constants of COCO's protocol for boxes.

/** Labelled boxes, one row each. */
export interface GroundTruthRows {
  /** [G] */
  readonly imageIndex: Int32Array;
  /** [G] */
  readonly classIndex: Int32Array;
  /** [G, 4] x, y, width, height */
  readonly boxes: Float64Array;
  /** [G] of the object (with masks less than width x height): it places the row in small, medium or large */
  readonly area: Float64Array;
  /** [G] 1: a region that excuses any number of detections */
  readonly iscrowd: Uint8Array;
  /** [G] 1: not asked for; excuses the detection that finds it. A crowd is ignored with or without. */
  readonly ignore: Uint8Array;
  /** [G] 1: a detection that finds it still counts as unmatched, as pycocotools has it for the annotation id 0 */
  readonly unmatchable?: Uint8Array;
}

/** Detections, one row each. */
export interface DetectionRows {
  /** [D] */
  readonly imageIndex: Int32Array;
  /** [D] */
  readonly classIndex: Int32Array;
  /** [D, 4] x, y, width, height */
  readonly boxes: Float64Array;
  /** [D] */
  readonly scores: Float64Array;
}

export interface EvaluationInput {
  readonly numImages: number;
  readonly numClasses: number;
  readonly gt: GroundTruthRows;
  readonly dt: DetectionRows;
}

/** Of numpy's linspace, rounding included: whether an IoU reaches a threshold may hang on the last bit. */
function linspace(first: number, last: number, count: number): Float64Array {
  const step = (last - first) / (count - 1);
  const values = Float64Array.from({ length: count }, (_, i) => i * step + first);
  values[count - 1] = last;
  return values;
}

/** [10] .50, .55 ... .95 */
export const iouThresholds = linspace(0.5, 0.95, 10);
/** [101] 0, .01 ... 1 */
export const recallPoints = linspace(0, 1, 101);

/** Limits of an object's area in square pixels, both belonging to the range. */
export const areaRanges = [
  { name: 'all', low: 0, high: 1e10 },
  { name: 'small', low: 0, high: 32 ** 2 },
  { name: 'medium', low: 32 ** 2, high: 96 ** 2 },
  { name: 'large', low: 96 ** 2, high: 1e10 },
] as const;

/** The best so many detections of a class count on an image. */
export const maxDetections = [1, 10, 100] as const;
export const mostDetections = 100;
