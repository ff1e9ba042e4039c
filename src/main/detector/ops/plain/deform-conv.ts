/**
 * Deformable sampling in TensorFlow's own ops: where the native kernels are absent or on a GPU, and their second
 * opinion in tests. Four gathers of channel rows, weighted bilinearly; four segment sums for the way back.
 */
import { attr, op, type Tensor, tf } from '../../tf.ts';

/** Where the taps of the filter fall; pairs are [vertical, horizontal]. */
export interface DeformGeometry {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly pad: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly deformGroups: number;
}

/** What sampling is given: `x` [N, H, W, C], `offset` [N, Ho, Wo, dg * K * 2], `mask` [N, Ho, Wo, dg * K]. */
export interface DeformInputs {
  readonly x: Tensor;
  readonly offset: Tensor;
  readonly mask: Tensor | undefined;
}

export interface DeformGradients {
  readonly x: Tensor;
  readonly offset: Tensor;
  readonly mask: Tensor | undefined;
  /** The columns again, for the gradient of the weight. */
  readonly columns: Tensor;
}

/** Sampling and its gradient; columns are [N * Ho * Wo, K * C], K = kh * kw. */
export interface DeformKernels {
  columns(inputs: DeformInputs, geometry: DeformGeometry): Tensor;
  gradients(dcolumns: Tensor, inputs: DeformInputs, geometry: DeformGeometry): DeformGradients;
  /** Transposed columns [K * C, P] times rows [P, O]: the gradient of the filters. */
  product(columns: Tensor, rows: Tensor): Tensor;
}

/** One of the four pixels around each sampling point; all [P, K, dg] but the weights' factors are shared. */
interface Corner {
  /** Row of `x` seen as [N * H * W * dg, C / dg]; int32 */
  readonly index: Tensor;
  /** 1 inside the map for points that count, else 0 */
  readonly valid: Tensor;
  /** Bilinear weight along each axis, and its derivative */
  readonly wy: Tensor;
  readonly wx: Tensor;
  readonly signY: 1 | -1;
  readonly signX: 1 | -1;
}

export const plainDeformKernels: DeformKernels = {
  columns: (inputs, geometry) =>
    tf.tidy(() => {
      const rows = rowsOf(inputs.x, geometry.deformGroups);
      const parts = cornersOf(inputs, geometry).map((corner) => sampled(rows, corner));
      return toColumns(modulate(tf.addN(parts), inputs, geometry), inputs.x);
    }),
  gradients: (dcolumns, inputs, geometry) => tf.tidy(() => gradients(dcolumns, inputs, geometry)),
  product(columns, rows) {
    const transposes = [attr.bool('transpose_a', true), attr.bool('transpose_b', false)];
    return op('MatMul', [...transposes, attr.float32()], [columns, rows]);
  },
};

function gradients(dcolumns: Tensor, inputs: DeformInputs, geometry: DeformGeometry) {
  const { x, offset, mask } = inputs;
  const rows = rowsOf(x, geometry.deformGroups);
  const corners = cornersOf(inputs, geometry);
  const dsampled = tf.reshape(dcolumns, [...at(corners, 0).index.shape, rows.shape[1] ?? 0]); // [P, K, dg, C / dg]
  const dplain = modulate(dsampled, inputs, geometry);
  const along = corners.map((corner) => dotsWith(dsampled, rows, corner)); // [P, K, dg]
  const sum = (weight: (corner: Corner) => Tensor) =>
    tf.addN(corners.map((corner, i) => tf.mul(at(along, i), weight(corner))));
  const m = mask === undefined ? tf.scalar(1) : maskRows(mask, geometry);
  const dy = tf.mul(
    sum((c) => tf.mul(c.wx, c.signY)),
    m,
  );
  const dx = tf.mul(
    sum((c) => tf.mul(c.wy, c.signX)),
    m,
  );
  const spread = corners.map((corner) => scattered(dplain, corner, rows.shape[0] ?? 0));
  const parts = corners.map((corner) => sampled(rows, corner));
  return {
    x: tf.reshape(tf.addN(spread), x.shape),
    offset: tf.reshape(tf.transpose(tf.stack([dy, dx], 3), [0, 2, 1, 3]), offset.shape),
    mask:
      mask &&
      tf.reshape(
        tf.transpose(
          sum((c) => tf.mul(c.wy, c.wx)),
          [0, 2, 1],
        ),
        mask.shape,
      ),
    columns: toColumns(modulate(tf.addN(parts), inputs, geometry), x),
  };
}

function rowsOf(x: Tensor, deformGroups: number): Tensor {
  return tf.reshape(x, [-1, (x.shape[3] ?? 0) / deformGroups]);
}

function toColumns(values: Tensor, x: Tensor): Tensor {
  const taps = values.shape[1] ?? 0;
  return tf.reshape(values, [-1, taps * (x.shape[3] ?? 0)]);
}

function maskRows(mask: Tensor, { deformGroups }: DeformGeometry): Tensor {
  const [n = 0, h = 0, w = 0, channels = 0] = mask.shape;
  return tf.transpose(tf.reshape(mask, [n * h * w, deformGroups, channels / deformGroups]), [0, 2, 1]);
}

function modulate(values: Tensor, { mask }: DeformInputs, geometry: DeformGeometry): Tensor {
  return mask === undefined ? values : tf.mul(values, tf.expandDims(maskRows(mask, geometry), 3));
}

function weightOf(corner: Corner): Tensor {
  return tf.expandDims(tf.mul(tf.mul(corner.wy, corner.wx), corner.valid), 3);
}

/** The corner's pixels, weighted: [P, K, dg, C / dg]. */
function sampled(rows: Tensor, corner: Corner): Tensor {
  return tf.mul(tf.gather(rows, corner.index as never), weightOf(corner));
}

/** The scalar product of each point's gradient with the corner's pixels: [P, K, dg]. */
function dotsWith(dsampled: Tensor, rows: Tensor, corner: Corner): Tensor {
  const dots = tf.sum(tf.mul(dsampled, tf.gather(rows, corner.index as never)), 3);
  return tf.mul(dots, corner.valid);
}

function scattered(dplain: Tensor, corner: Corner, rowCount: number): Tensor {
  const values = tf.reshape(tf.mul(dplain, weightOf(corner)), [-1, dplain.shape[3] ?? 0]);
  return tf.unsortedSegmentSum(values, tf.reshape(corner.index, [-1]) as never, rowCount);
}

/** The pixels at floor and floor + 1 along both axes of every sampling point. */
function cornersOf(inputs: DeformInputs, geometry: DeformGeometry): Corner[] {
  const [n = 0, height = 0, width = 0] = inputs.x.shape;
  const [y, x] = pointsOf(inputs.offset, geometry);
  const counts = tf.logicalAnd(
    tf.logicalAnd(tf.greater(y, -1), tf.less(y, height)),
    tf.logicalAnd(tf.greater(x, -1), tf.less(x, width)),
  );
  const images = imageIndex(n, y.shape[0] ?? 0);
  const groups = tf.range(0, geometry.deformGroups, 1, 'int32');
  const [vertical, horizontal] = [neighbours(y, height), neighbours(x, width)];
  return vertical.flatMap((v) =>
    horizontal.map((h) => {
      const pixel = tf.add(tf.mul(tf.add(tf.mul(images, int(height)), v.index), int(width)), h.index);
      const valid = tf.cast(tf.logicalAnd(counts, tf.logicalAnd(v.inside, h.inside)), 'float32');
      const index = tf.add(tf.mul(pixel, int(geometry.deformGroups)), groups);
      return { index, valid, wy: v.weight, wx: h.weight, signY: v.sign, signX: h.sign };
    }),
  );
}

function neighbours(position: Tensor, size: number) {
  const low = tf.floor(position);
  const upper = tf.sub(position, low);
  return [
    { ...clamped(low, size), weight: tf.sub(1, upper), sign: -1 as const },
    { ...clamped(tf.add(low, 1), size), weight: upper, sign: 1 as const },
  ];
}

function clamped(position: Tensor, size: number) {
  const inside = tf.logicalAnd(tf.greaterEqual(position, 0), tf.lessEqual(position, size - 1));
  return { inside, index: tf.cast(tf.clipByValue(position, 0, size - 1), 'int32') };
}

/** tfjs makes a bare number a float32, and the product with it too. */
function int(value: number): Tensor {
  return tf.scalar(value, 'int32');
}

/** Which image each of `points` output positions belongs to: [P, 1, 1] int32. */
function imageIndex(images: number, points: number): Tensor {
  const index = tf.reshape(tf.range(0, images, 1, 'int32'), [images, 1]);
  return tf.reshape(tf.tile(index, [1, points / images]), [points, 1, 1]);
}

/** y and x of every sampling point, in pixels: [P, K, dg] each. */
function pointsOf(offset: Tensor, geometry: DeformGeometry): [Tensor, Tensor] {
  const [n = 0, ho = 0, wo = 0] = offset.shape;
  const { kernel, stride, pad, dilation, deformGroups } = geometry;
  const [kh, kw] = kernel;
  const grid = (axis: 0 | 1, cells: number, taps: number) => ({
    cell: tf.sub(tf.mul(tf.range(0, cells), stride[axis]), pad[axis]),
    tap: tf.mul(tf.range(0, taps), dilation[axis]),
  });
  const rows = grid(0, ho, kh);
  const columns = grid(1, wo, kw);
  const y = tf.add(tf.reshape(rows.cell, [ho, 1, 1, 1, 1]), tf.reshape(rows.tap, [1, 1, kh, 1, 1]));
  const x = tf.add(tf.reshape(columns.cell, [1, wo, 1, 1, 1]), tf.reshape(columns.tap, [1, 1, 1, kw, 1]));
  const moved = tf.transpose(tf.reshape(offset, [n * ho * wo, deformGroups, kh * kw, 2]), [3, 0, 2, 1]);
  const [dy, dx] = tf.unstack(tf.reshape(moved, [2, n, ho, wo, kh * kw * deformGroups])) as [Tensor, Tensor];
  const spread = (points: Tensor, by: Tensor) =>
    tf.reshape(
      tf.add(
        tf.reshape(by, [n, ho, wo, kh * kw, deformGroups]),
        tf.reshape(tf.broadcastTo(points, [ho, wo, kh, kw, 1]), [1, ho, wo, kh * kw, 1]),
      ),
      [n * ho * wo, kh * kw, deformGroups],
    );
  return [spread(y, dy), spread(x, dx)];
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new Error(`no item ${index}`);
  return item;
}
