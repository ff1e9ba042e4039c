// Labelled boxes and detections as parallel columns, one row a box, and the order in which evaluators visit them.
export interface BoxRows {
  /** [N], 0 to numImages - 1 */
  readonly imageIndex: Int32Array;
  /** [N], 0 to numClasses - 1 */
  readonly classIndex: Int32Array;
  /** [N * 4], x, y, width, height in pixels */
  readonly boxes: Float64Array;
}

export interface LabelRows extends BoxRows {
  /** [N], square pixels, as the size ranges of COCO count it */
  readonly area: Float64Array;
  /** [N], 1 for a region of many objects: any number of detections inside it are excused */
  readonly iscrowd: Uint8Array;
  /** [N], 1 where finding the box earns nothing and missing it costs nothing */
  readonly ignore: Uint8Array;
  /** The row that pycocotools takes for "nothing found" when it is matched: the annotation whose id is 0. */
  readonly rowOfIdZero?: number;
}

export interface DetectionRows extends BoxRows {
  /** [N] */
  readonly scores: Float64Array;
}

export interface EvaluationInput {
  readonly numImages: number;
  readonly numClasses: number;
  readonly gt: LabelRows;
  readonly dt: DetectionRows;
}

/**
 * The rows of each class, by image and then as they came.
 * @throws RangeError for an image or class out of range
 */
export function rowsByClass(rows: BoxRows, numImages: number, numClasses: number): Int32Array[] {
  const all = Int32Array.from(rows.imageIndex, (_, row) => row);
  const byImage = countingSort(all, rows.imageIndex, numImages, 'image').rows;
  const { rows: sorted, starts } = countingSort(byImage, rows.classIndex, numClasses, 'class');
  return Array.from({ length: numClasses }, (_, k) => sorted.subarray(starts[k], starts[k + 1]));
}

/** The rows of each image, as they came. */
export function rowsByImage(rows: BoxRows, numImages: number): Int32Array[] {
  const all = Int32Array.from(rows.imageIndex, (_, row) => row);
  const { rows: sorted, starts } = countingSort(all, rows.imageIndex, numImages, 'image');
  return Array.from({ length: numImages }, (_, i) => sorted.subarray(starts[i], starts[i + 1]));
}

/** Where each image's rows begin in `rows`, which are sorted by image: [numImages + 1]. */
export function imageStarts(rows: Int32Array, imageIndex: Int32Array, numImages: number): Int32Array {
  const starts = new Int32Array(numImages + 1);
  for (const row of rows) {
    const next = (imageIndex[row] as number) + 1;
    starts[next] = (starts[next] as number) + 1;
  }
  for (let i = 0; i < numImages; i++) starts[i + 1] = (starts[i + 1] as number) + (starts[i] as number);
  return starts;
}

/** `rows`, which are sorted by image, by falling score; equal scores keep their order, as numpy's mergesort leaves them. */
export function byFallingScore(rows: Int32Array, scores: Float64Array): Int32Array {
  const own = Float64Array.from(rows, (row) => scores[row] as number);
  const order = rows.map((_, at) => at);
  order.sort((a, b) => (own[b] as number) - (own[a] as number) || a - b);
  return order.map((at) => rows[at] as number);
}

/** Intersection over union of two boxes of x, y, width, height; of a crowd: over the detection's area. */
export function overlap(
  dt: Float64Array,
  d: number,
  gt: Float64Array,
  g: number,
  crowd: boolean,
  extra = 0,
): number {
  const [dx, dy, gx, gy] = [dt[d] as number, dt[d + 1] as number, gt[g] as number, gt[g + 1] as number];
  const [dw, dh] = [dt[d + 2] as number, dt[d + 3] as number];
  const [gw, gh] = [gt[g + 2] as number, gt[g + 3] as number];
  const width = Math.min(dx + dw, gx + gw) - Math.max(dx, gx) + extra;
  if (width <= 0) return 0;
  const height = Math.min(dy + dh, gy + gh) - Math.max(dy, gy) + extra;
  if (height <= 0) return 0;
  const both = width * height;
  const detected = (dw + extra) * (dh + extra);
  return both / (crowd ? detected : detected + (gw + extra) * (gh + extra) - both);
}

function countingSort(rows: Int32Array, keys: Int32Array, buckets: number, what: string) {
  const starts = new Int32Array(buckets + 1);
  for (const key of keys) {
    if (!(key >= 0 && key < buckets)) throw new RangeError(`${what} ${key} is not one of ${buckets}`);
    starts[key + 1] = (starts[key + 1] as number) + 1;
  }
  for (let k = 0; k < buckets; k++) starts[k + 1] = (starts[k + 1] as number) + (starts[k] as number);
  const next = starts.slice();
  const sorted = new Int32Array(rows.length);
  for (const row of rows) {
    const key = keys[row] as number;
    const at = next[key] as number;
    sorted[at] = row;
    next[key] = at + 1;
  }
  return { rows: sorted, starts };
}
