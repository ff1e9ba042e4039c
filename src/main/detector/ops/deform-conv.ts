/**
 * Deformable convolution on the tape (Dai et al. 2017; modulated: Zhu et al. 2019), with mmcv's rule at the borders:
 * sample every filter tap into columns, then one matrix product. The backward pass samples again instead of keeping
 * the columns, one slice of the batch at a time.
 */
import type { Tape, Value } from '../autograd/tape.ts';
import { told } from '../op-recorder.ts';
import { attr, hasNativeOps, onGpu, op, ops, type Tensor, tf } from '../tf.ts';
import { filterGradient } from './convolution-gradients.ts';
import {
  type DeformGeometry,
  type DeformInputs,
  type DeformKernels,
  plainDeformKernels,
} from './plain/deform-conv.ts';

/** One number for both directions, or [vertical, horizontal]. */
export type Extent = number | readonly [number, number];

export interface DeformConvOptions {
  readonly stride: Extent;
  readonly pad: Extent;
  readonly dilation: Extent;
  /** Groups of the matrix product: each sees its share of the channels. */
  readonly groups: number;
  /** Groups of channels with offsets of their own. */
  readonly deformGroups: number;
}

/** Above this many numbers in the columns, the backward pass goes image by image (256 MiB of float32). */
const largeColumns = 2 ** 26;

/**
 * `x` [N, H, W, C] sampled at the taps of a kh x kw filter moved by `offset` [N, Ho, Wo, dg * kh * kw * 2], pairs of
 * (dy, dx) in pixels, times `mask` [N, Ho, Wo, dg * kh * kw] where given, times `weight` [kh, kw, C / groups, O];
 * gives [N, Ho, Wo, O]. No bias. Maps smaller than the filter are fine.
 */
export function deformConv2d(
  tape: Tape,
  x: Value,
  offset: Value,
  weight: Value,
  mask: Value | undefined,
  options: DeformConvOptions,
  kernels: DeformKernels = defaultKernels,
): Value {
  const [kh = 0, kw = 0] = weight.tensor.shape;
  const geometry = geometryOf([kh, kw], options);
  const inputs = { x: x.tensor, offset: offset.tensor, mask: mask?.tensor };
  const [n = 0, ho = 0, wo = 0] = offset.tensor.shape;
  const filters = weight.tensor;
  const read = [x.tensor, offset.tensor, filters, ...(mask === undefined ? [] : [mask.tensor])];
  const y = told(
    'DeformConv2D',
    () => attributesOf(options),
    read,
    () =>
      tf.tidy(() => {
        const columns = kernels.columns(inputs, geometry);
        return tf.reshape(project(columns, filters, options.groups), [n, ho, wo, -1]);
      }),
  );
  const wanted = mask === undefined ? [x, offset, weight] : [x, offset, weight, mask];
  const saved = wanted.map((value) => value.tensor);
  return tape.record(y, wanted, saved, (dy) =>
    backward(dy, inputs, { filters, geometry, groups: options.groups, kernels }),
  );
}

interface Convolution {
  readonly filters: Tensor;
  readonly geometry: DeformGeometry;
  readonly groups: number;
  readonly kernels: DeformKernels;
}

/** Gradients of x, offset, filters and mask, in this order. */
function backward(dy: Tensor, inputs: DeformInputs, convolution: Convolution): (Tensor | undefined)[] {
  const images = dy.shape[0] ?? 0;
  const { filters, groups } = convolution;
  const [, , , outputs = 1] = filters.shape;
  const columns = (dy.size / outputs) * (filters.size / outputs) * groups;
  const parts = columns > largeColumns ? images : 1;
  const each = Array.from({ length: parts }, (_, part) =>
    tf.tidy(() => {
      const take = (tensor: Tensor) => (parts === 1 ? tensor : tf.slice(tensor, part, 1));
      const { x, offset, mask } = inputs;
      const slice = { x: take(x), offset: take(offset), mask: mask && take(mask) };
      return backwardSlice(take(dy), slice, convolution);
    }),
  );
  const [first = []] = each;
  if (parts === 1) return first;
  return first.map((_, i) => {
    const slices = each.map((gradients) => gradients[i]).filter((slice) => slice !== undefined);
    return i === 2 ? tf.addN(slices) : tf.concat(slices, 0);
  });
}

function backwardSlice(dy: Tensor, inputs: DeformInputs, convolution: Convolution): Tensor[] {
  const { filters, geometry, groups, kernels } = convolution;
  const rows = tf.reshape(dy, [-1, filters.shape[3] ?? 0]);
  const dcolumns = projectBack(rows, filters, groups);
  const found = kernels.gradients(dcolumns, inputs, geometry);
  dcolumns.dispose();
  const dfilters = gradientOfFilters(found.columns, rows, convolution);
  const gradients = [found.x, found.offset, dfilters];
  return found.mask === undefined ? gradients : [...gradients, found.mask];
}

function matmul(a: Tensor, b: Tensor, transposeB = false): Tensor {
  const transposes = [attr.bool('transpose_a', false), attr.bool('transpose_b', transposeB)];
  return op('MatMul', [...transposes, attr.float32()], [a, b]);
}

/** Columns [P, K * C] times filters [kh, kw, C / groups, O]: [P, O]. */
function project(columns: Tensor, filters: Tensor, groups: number): Tensor {
  const o = filters.shape[3] ?? 0;
  if (groups === 1) return matmul(columns, tf.reshape(filters, [-1, o]));
  const parts = splitColumns(columns, filters, groups);
  const weights = tf.split(filters, groups, 3);
  return tf.concat(
    parts.map((part, g) => matmul(part, tf.reshape(at(weights, g), [-1, o / groups]))),
    1,
  );
}

/** The gradient [P, K * C] of the columns from that of the output rows [P, O]. */
function projectBack(rows: Tensor, filters: Tensor, groups: number): Tensor {
  const [kh = 0, kw = 0, channels = 0, o = 0] = filters.shape;
  if (groups === 1) return matmul(rows, tf.reshape(filters, [-1, o]), true);
  const weights = tf.split(filters, groups, 3);
  const parts = tf
    .split(rows, groups, 1)
    .map((part, g) =>
      tf.reshape(matmul(part, tf.reshape(at(weights, g), [-1, o / groups]), true), [-1, kh * kw, channels]),
    );
  return tf.reshape(tf.concat(parts, 2), [-1, kh * kw * channels * groups]);
}

/** The gradient of the filters, in their shape. */
function gradientOfFilters(columns: Tensor, rows: Tensor, convolution: Convolution): Tensor {
  const { filters, groups, kernels } = convolution;
  if (groups === 1) return tf.reshape(kernels.product(columns, rows), filters.shape);
  const [kh = 0, kw = 0, channels = 0, o = 0] = filters.shape;
  const parts = splitColumns(columns, filters, groups);
  const gradients = tf
    .split(rows, groups, 1)
    .map((part, g) => tf.reshape(kernels.product(at(parts, g), part), [kh, kw, channels, o / groups]));
  return tf.concat(gradients, 3);
}

/** The columns of each group: [P, K * C / groups]. */
function splitColumns(columns: Tensor, filters: Tensor, groups: number): Tensor[] {
  const [kh = 0, kw = 0, channels = 0] = filters.shape;
  const parts = tf.split(tf.reshape(columns, [-1, kh * kw, channels * groups]), groups, 2);
  return parts.map((part) => tf.reshape(part, [-1, kh * kw * channels]));
}

function at(tensors: readonly Tensor[], index: number): Tensor {
  const tensor = tensors[index];
  if (tensor === undefined) throw new Error(`no group ${index}`);
  return tensor;
}

function geometryOf(kernel: readonly [number, number], options: DeformConvOptions): DeformGeometry {
  const { stride, pad, dilation, deformGroups } = options;
  return { kernel, stride: pair(stride), pad: pair(pad), dilation: pair(dilation), deformGroups };
}

/** The operation as one node of an export. */
function attributesOf({ stride, pad, dilation, groups, deformGroups }: DeformConvOptions) {
  const [top, left] = pair(pad);
  return {
    strides: [...pair(stride)],
    pads: [top, top, left, left],
    dilations: [...pair(dilation)],
    groups,
    deformGroups,
  };
}

function pair(extent: Extent): readonly [number, number] {
  return typeof extent === 'number' ? [extent, extent] : extent;
}

/** The project's own CPU kernels (ops/native/deform-columns.cc). */
export const nativeDeformKernels: DeformKernels = {
  columns: (inputs, geometry) =>
    op('DdodDeformColumns', nativeAttributes(inputs, geometry), nativeInputs(inputs)),
  gradients(dcolumns, inputs, geometry) {
    const attributes = nativeAttributes(inputs, geometry);
    const made = ops('DdodDeformColumnsGrad', attributes, [dcolumns, ...nativeInputs(inputs)], 4);
    const mask = inputs.mask && at(made, 2);
    return { x: at(made, 0), offset: at(made, 1), mask, columns: at(made, 3) };
  },
  product(columns, rows) {
    const line = (matrix: Tensor) => tf.reshape(matrix, [1, 1, ...matrix.shape]);
    const window = { stride: 1, pads: [0, 0, 0, 0] } as const;
    return (
      filterGradient(line(rows), line(columns), [1, 1], window) ?? plainDeformKernels.product(columns, rows)
    );
  },
};

const defaultKernels = hasNativeOps && !onGpu ? nativeDeformKernels : plainDeformKernels;

/** The op always has three inputs; without a mask the third is not read. */
function nativeInputs({ x, offset, mask }: DeformInputs): Tensor[] {
  return [x, offset, mask ?? offset];
}

function nativeAttributes({ mask }: DeformInputs, geometry: DeformGeometry) {
  return [
    attr.ints('kernel', geometry.kernel),
    attr.ints('stride', geometry.stride),
    attr.ints('pad', geometry.pad),
    attr.ints('dilation', geometry.dilation),
    attr.int('deform_groups', geometry.deformGroups),
    attr.bool('modulated', mask !== undefined),
  ];
}
