/** What TensorFlow's operations want to be told of types: which attribute names the type of which input. */
import type { GraphDtype } from '../graph.ts';

/** Attribute to the index of the input whose type it names. */
export const inputTypes: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  AddN: { T: 0 },
  AddV2: { T: 0 },
  BiasAdd: { T: 0 },
  Cast: { SrcT: 0 },
  ConcatV2: { T: 0 },
  Conv2D: { T: 0 },
  DepthwiseConv2dNative: { T: 0 },
  Equal: { T: 0 },
  Exp: { T: 0 },
  Floor: { T: 0 },
  FloorDiv: { T: 0 },
  FloorMod: { T: 0 },
  GatherNd: { Tparams: 0, Tindices: 1 },
  GatherV2: { Tparams: 0, Tindices: 1, Taxis: 2 },
  Greater: { T: 0 },
  Identity: { T: 0 },
  LogicalAnd: {},
  MatMul: { T: 0 },
  Max: { T: 0, Tidx: 1 },
  Maximum: { T: 0 },
  MaxPool: { T: 0 },
  Mean: { T: 0, Tidx: 1 },
  Minimum: { T: 0 },
  Mul: { T: 0 },
  NonMaxSuppressionV3: { T: 0, T_threshold: 3 },
  Pack: { T: 0 },
  PadV2: { T: 0, Tpaddings: 1 },
  RealDiv: { T: 0 },
  Range: { Tidx: 0 },
  Relu: { T: 0 },
  Relu6: { T: 0 },
  Reshape: { T: 0, Tshape: 1 },
  ResizeNearestNeighbor: { T: 0 },
  Rsqrt: { T: 0 },
  Shape: { T: 0 },
  Sigmoid: { T: 0 },
  Slice: { T: 0, Index: 1 },
  SquaredDifference: { T: 0 },
  StridedSlice: { T: 0, Index: 1 },
  Sub: { T: 0 },
  TopKV2: { T: 0 },
  Where: { T: 0 },
};

/** Operations whose outputs are of other types than their first input. */
export const outputTypes: Readonly<Record<string, readonly GraphDtype[]>> = {
  Equal: ['bool'],
  Greater: ['bool'],
  NonMaxSuppressionV3: ['int32'],
  Shape: ['int32'],
  TopKV2: ['float32', 'int32'],
};

/** Operations that take a list of tensors, counted by `N`: how many inputs after the list are not of it. */
export const listOps: Readonly<Record<string, number>> = { AddN: 0, ConcatV2: 1, Pack: 0 };
