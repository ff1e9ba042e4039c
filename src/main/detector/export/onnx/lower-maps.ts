/** How each op on feature maps is said in ONNX: channels first, as its convolutions want them. */
import type { GraphNode } from '../graph.ts';
import type { OnnxGraph } from './onnx-graph.ts';

export type Lowering = (graph: OnnxGraph, node: GraphNode) => void;

export const mapLowerings: Readonly<Record<string, Lowering>> = {
  Conv2D: (graph, node) => convolve(graph, node, [3, 2, 0, 1]),
  DepthwiseConv2dNative: (graph, node) => convolve(graph, node, [2, 3, 0, 1]),
  BiasAdd: biasAdd,
  MaxPool: maxPool,
  ResizeNearestNeighbor: resizeNearest,
  GroupNorm: groupNorm,
  DeformConv2D: deformConv,
};

function bindMap(graph: OnnxGraph, node: GraphNode, made: string): void {
  graph.bind(node.outputs[0]?.name ?? '', made, 'nchw');
}

/** `order` turns the filters into ONNX's [O, I, kh, kw]. */
function convolve(graph: OnnxGraph, node: GraphNode, order: readonly number[]): void {
  const [x = '', filters = ''] = node.inputs;
  const weight = turnedWeights(graph, filters, order);
  const [outChannels = 1, , height = 1, width = 1] = order.map((axis) => graph.tensor(filters).shape[axis]);
  const bias = biasAfter(graph, node);
  const made = graph.node(
    'Conv',
    [graph.get(x, 'nchw'), weight, ...(bias === undefined ? [] : [graph.get(bias.inputs[1] ?? '')])],
    {
      kernel_shape: [Number(height), Number(width)],
      strides: numbers(node, 'strides').slice(1, 3),
      dilations: numbers(node, 'dilations').slice(1, 3),
      pads: padsOf(node),
      group: node.op === 'Conv2D' ? 1 : Number(outChannels),
    },
    node.name,
  );
  bindMap(graph, bias ?? node, made);
}

/** The addition of a bias right after a convolution, which ONNX's own takes as an input. */
function biasAfter(graph: OnnxGraph, node: GraphNode): GraphNode | undefined {
  const next = graph.soleConsumer(node.outputs[0]?.name ?? '');
  return next?.op === 'BiasAdd' && graph.constantOf(next.inputs[1] ?? '') ? next : undefined;
}

function biasAdd(graph: OnnxGraph, node: GraphNode): void {
  const [x = '', bias = ''] = node.inputs;
  // the convolution before it has made it
  if (graph.has(node.outputs[0]?.name ?? '')) return;
  const column = graph.node('Reshape', [graph.get(bias), graph.int64s([-1, 1, 1])]);
  bindMap(graph, node, graph.node('Add', [graph.get(x, 'nchw'), column], {}, node.name));
}

function maxPool(graph: OnnxGraph, node: GraphNode): void {
  const attributes = {
    kernel_shape: numbers(node, 'ksize').slice(1, 3),
    strides: numbers(node, 'strides').slice(1, 3),
    pads: padsOf(node),
  };
  bindMap(
    graph,
    node,
    graph.node('MaxPool', [graph.get(node.inputs[0] ?? '', 'nchw')], attributes, node.name),
  );
}

function resizeNearest(graph: OnnxGraph, node: GraphNode): void {
  const [x = '', size = ''] = node.inputs;
  const attributes = {
    mode: 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
    axes: [2, 3],
  };
  const sizes = graph.cast(graph.get(size), 'int64');
  bindMap(graph, node, graph.node('Resize', [graph.get(x, 'nchw'), '', '', sizes], attributes, node.name));
}

/** Instance norm over maps seen as [N, groups, rest]: in every runtime, where group norm is in few. */
function groupNorm(graph: OnnxGraph, node: GraphNode): void {
  const [x = '', gamma = '', beta = ''] = node.inputs;
  const [groups = 1] = numbers(node, 'groups');
  const [epsilon = 0] = numbers(node, 'epsilon');
  const map = graph.get(x, 'nchw');
  const grouped = graph.node('Reshape', [map, graph.int64s([0, groups, -1])]);
  const [one, zero] = [1, 0].map((value) => graph.floats(Array<number>(groups).fill(value))) as [
    string,
    string,
  ];
  const unit = graph.node('InstanceNormalization', [grouped, one, zero], { epsilon: { float: epsilon } });
  const back = graph.node('Reshape', [unit, graph.node('Shape', [map])]);
  const column = (name: string) => turnedVector(graph, name);
  const scaled = graph.node('Mul', [back, column(gamma)]);
  bindMap(graph, node, graph.node('Add', [scaled, column(beta)], {}, node.name));
}

function deformConv(graph: OnnxGraph, node: GraphNode): void {
  const form = graph.options.deformConv === 'DeformConv' ? asDeformConv : asGridSample;
  bindMap(graph, node, form(graph, node));
}

function asDeformConv(graph: OnnxGraph, node: GraphNode): string {
  const [x = '', offset = '', filters = ''] = node.inputs;
  const [top = 0, bottom = 0, left = 0, right = 0] = numbers(node, 'pads');
  const [height, width] = graph.tensor(filters).shape;
  const inputs = [
    graph.get(x, 'nchw'),
    turnedWeights(graph, filters, [3, 2, 0, 1]),
    graph.get(offset, 'nchw'),
  ];
  const attributes = {
    kernel_shape: [Number(height), Number(width)],
    strides: numbers(node, 'strides'),
    dilations: numbers(node, 'dilations'),
    pads: [top, left, bottom, right],
    group: numbers(node, 'groups')[0] ?? 1,
    offset_group: numbers(node, 'deformGroups')[0] ?? 1,
  };
  return graph.node('DeformConv', inputs, attributes, node.name);
}

/**
 * The map sampled at every tap, the taps of a cell side by side along the width, then a convolution whose filter and
 * stride are one cell's taps. For one group and stride 1, which is all that the detectors have.
 */
function asGridSample(graph: OnnxGraph, node: GraphNode): string {
  const [x = '', , filters = ''] = node.inputs;
  if (
    [...numbers(node, 'groups'), ...numbers(node, 'deformGroups'), ...numbers(node, 'strides')].some(
      (n) => n !== 1,
    )
  )
    throw new Error(`${node.name} has groups or a stride, which the sampled form has not`);
  const [kh = 1, kw = 1, inChannels = 1, outChannels = 1] = graph.tensor(filters).shape.map(Number);
  const taps = kh * kw;
  const map = graph.get(x, 'nchw');
  const points = samplingPoints(graph, node, map);
  const grid = graph.node('Reshape', [points, graph.int64s([0, 0, -1, 2])]);
  const sampled = graph.node('GridSample', [map, grid], {
    mode: 'bilinear',
    padding_mode: 'zeros',
    align_corners: 0,
  });
  const flat = filterRows(graph, filters, [outChannels, inChannels, 1, taps]);
  const attributes = { kernel_shape: [1, taps], strides: [1, taps] };
  return graph.node('Conv', [sampled, flat], attributes, node.name);
}

/** (x, y) of each tap of each cell, -1 to 1 from edge to edge of the map: [N, H, W, taps, 2]. */
function samplingPoints(graph: OnnxGraph, node: GraphNode, map: string): string {
  const [, offset = '', filters = ''] = node.inputs;
  const [kh = 1, kw = 1] = graph.tensor(filters).shape.map(Number);
  const [top = 0, , left = 0] = numbers(node, 'pads');
  const [downwards = 1, rightwards = 1] = numbers(node, 'dilations');
  const shape = graph.node('Shape', [map]);
  const side = (axis: number) => graph.node('Gather', [shape, graph.int64s([axis], [])]);
  const cells = (axis: number) => {
    const range = graph.node('Range', [graph.int64s([0], []), side(axis), graph.int64s([1], [])]);
    return graph.cast(range, 'float32');
  };
  const taps = Array.from({ length: kh * kw }, (_, tap) => [
    Math.floor(tap / kw) * downwards - top,
    (tap % kw) * rightwards - left,
  ]).flat();
  const moved = graph.node('Reshape', [graph.get(offset, 'nhwc'), graph.int64s([0, 0, 0, kh * kw, 2])]);
  const fromTap = graph.node('Add', [moved, graph.floats(taps, [1, 1, 1, kh * kw, 2])]); // (y, x)
  const parts = [3, 2].map((axis) => {
    const part = graph.node('Slice', [
      fromTap,
      graph.int64s([axis - 2]),
      graph.int64s([axis - 1]),
      graph.int64s([4]),
    ]);
    const at = graph.node('Reshape', [
      cells(axis),
      graph.int64s(axis === 3 ? [1, 1, -1, 1, 1] : [1, -1, 1, 1, 1]),
    ]);
    const doubled = graph.node('Mul', [graph.node('Add', [part, at]), graph.floats([2], [])]);
    const edge = graph.node('Add', [doubled, graph.floats([1], [])]);
    const share = graph.node('Div', [edge, graph.cast(side(axis), 'float32')]);
    return graph.node('Sub', [share, graph.floats([1], [])]);
  });
  return graph.node('Concat', parts, { axis: 4 });
}

/** Filters [kh, kw, I, O] as [O, I, 1, kh * kw]. */
function filterRows(graph: OnnxGraph, name: string, shape: readonly number[]): string {
  const constant = graph.constantOf(name);
  if (constant === undefined) throw new Error(`the filters ${name} are not constant`);
  const turned = permute(constant.data as Float32Array, constant.shape, [3, 2, 0, 1]);
  return graph.weights(name, shape, turned);
}

function turnedWeights(graph: OnnxGraph, name: string, order: readonly number[]): string {
  const constant = graph.constantOf(name);
  if (constant === undefined) throw new Error(`the filters ${name} are not constant`);
  const shape = order.map((axis) => constant.shape[axis] ?? 1);
  return graph.weights(name, shape, permute(constant.data as Float32Array, constant.shape, order));
}

/** A vector over the channels, as it is broadcast over a map with its channels first. */
function turnedVector(graph: OnnxGraph, name: string): string {
  const constant = graph.constantOf(name);
  if (constant === undefined) throw new Error(`${name} is not constant`);
  return graph.weights(name, [constant.data.length, 1, 1], constant.data as Float32Array);
}

/** The elements of a row-major array of four axes, axes in another order. */
export function permute(
  data: Float32Array,
  shape: readonly number[],
  order: readonly number[],
): Float32Array {
  const steps = shape.map((_, axis) => shape.slice(axis + 1).reduce((size, side) => size * side, 1));
  const sides = order.map((axis) => shape[axis] ?? 1);
  const strides = order.map((axis) => steps[axis] ?? 1);
  const [a = 1, b = 1, c = 1, d = 1] = sides;
  const [sa = 0, sb = 0, sc = 0, sd = 0] = strides;
  const out = new Float32Array(data.length);
  let o = 0;
  for (let i = 0; i < a; i++)
    for (let j = 0; j < b; j++)
      for (let k = 0; k < c; k++)
        for (let l = 0; l < d; l++) out[o++] = data[i * sa + j * sb + k * sc + l * sd] as number;
  return out;
}

/** TensorFlow's explicit paddings (or none) as ONNX's [top, left, bottom, right]. */
function padsOf(node: GraphNode): number[] {
  const [, , top = 0, bottom = 0, left = 0, right = 0] = numbers(node, 'explicit_paddings');
  return [top, left, bottom, right];
}

function numbers(node: GraphNode, name: string): number[] {
  const value = node.attributes[name];
  return typeof value === 'object' ? [...value] : [Number(value)];
}
