/** How arithmetic, shapes and selections are said in ONNX. */
import type { GraphNode } from '../graph.ts';
import type { Lowering } from './lower-maps.ts';
import type { OnnxGraph } from './onnx-graph.ts';

/** The end of an axis, whatever its length. */
const toTheEnd = 2 ** 31 - 1;

export const arrayLowerings: Readonly<Record<string, Lowering>> = {
  Identity: identity,
  Relu: elementwise('Relu'),
  Relu6: (graph, node) => {
    const layout = layoutOf(graph, node);
    const limits = [graph.floats([0], []), graph.floats([6], [])];
    bind(
      graph,
      node,
      graph.node('Clip', [graph.get(inputOf(node, 0), layout), ...limits], {}, node.name),
      layout,
    );
  },
  Sigmoid: elementwise('Sigmoid'),
  Exp: elementwise('Exp'),
  Cast: (graph, node) => {
    const type = node.outputs[0]?.dtype ?? 'float32';
    bind(graph, node, graph.cast(graph.get(inputOf(node, 0)), type, node.name));
  },
  AddV2: elementwise('Add'),
  Sub: elementwise('Sub'),
  Mul: elementwise('Mul'),
  RealDiv: elementwise('Div'),
  Maximum: elementwise('Max'),
  Minimum: elementwise('Min'),
  // of numbers that are not negative
  FloorDiv: elementwise('Div'),
  FloorMod: elementwise('Mod'),
  Greater: elementwise('Greater'),
  LogicalAnd: elementwise('And'),
  Shape: shape,
  Slice: slice,
  Reshape: (graph, node) => {
    const to = graph.int64s(graph.numbers(node.inputs[1]));
    bind(graph, node, graph.node('Reshape', [graph.get(inputOf(node, 0)), to], {}, node.name));
  },
  ConcatV2: (graph, node) => {
    const [axis = 0] = graph.numbers(node.inputs.at(-1));
    const parts = node.inputs.slice(0, -1).map((name) => graph.get(name));
    bind(graph, node, graph.node('Concat', parts, { axis }, node.name));
  },
  PadV2: pad,
  GatherV2: (graph, node) => {
    const [x = '', indices = ''] = node.inputs;
    bind(graph, node, graph.node('Gather', [graph.get(x), graph.get(indices)], { axis: 0 }, node.name));
  },
  GatherNd: (graph, node) => {
    const [x = '', indices = ''] = node.inputs;
    bind(
      graph,
      node,
      graph.node('GatherND', [graph.get(x), graph.cast(graph.get(indices), 'int64')], {}, node.name),
    );
  },
  Max: (graph, node) => {
    const axes = graph.int64s(graph.numbers(node.inputs[1]), [1]);
    bind(
      graph,
      node,
      graph.node('ReduceMax', [graph.get(inputOf(node, 0)), axes], { keepdims: 0 }, node.name),
    );
  },
  TopKV2: topK,
  Where: (graph, node) => {
    const found = graph.node('Transpose', [graph.node('NonZero', [graph.get(inputOf(node, 0))])], {
      perm: [1, 0],
    });
    bind(graph, node, graph.cast(found, 'int32', node.name));
  },
  NonMaxSuppressionV3: suppress,
};

function bind(graph: OnnxGraph, node: GraphNode, made: string, layout: 'nhwc' | 'nchw' = 'nhwc'): void {
  graph.bind(node.outputs[0]?.name ?? '', made, layout);
}

function inputOf(node: GraphNode, index: number): string {
  return node.inputs[index] ?? '';
}

/** Element by element, in the layout that the operands are in. */
function elementwise(opType: string): Lowering {
  return (graph, node) => {
    const layout = layoutOf(graph, node);
    const operands = node.inputs.map((name) =>
      isScalar(graph, name) ? graph.get(name) : graph.get(name, layout),
    );
    bind(graph, node, graph.node(opType, operands, {}, node.name), layout);
  };
}

/** Channels first where an operand is a map of that layout and the others are maps or single numbers. */
function layoutOf(graph: OnnxGraph, node: GraphNode): 'nhwc' | 'nchw' {
  const turned = node.inputs.some((name) => graph.isChannelsFirst(name));
  const fits = node.inputs.every((name) => isScalar(graph, name) || graph.tensor(name).shape.length === 4);
  return turned && fits ? 'nchw' : 'nhwc';
}

function isScalar(graph: OnnxGraph, name: string): boolean {
  return graph.tensor(name).shape.length === 0;
}

/** Another name for a tensor, or an output of the file. */
function identity(graph: OnnxGraph, node: GraphNode): void {
  const x = inputOf(node, 0);
  const { name = '' } = node.outputs[0] ?? {};
  if (graph.isOutput(name)) graph.bind(name, graph.node('Identity', [graph.get(x)], {}, name));
  else graph.alias(name, x);
}

function shape(graph: OnnxGraph, node: GraphNode): void {
  const x = inputOf(node, 0);
  const turned = graph.isChannelsFirst(x);
  const sides = graph.node('Shape', [graph.get(x, turned ? 'nchw' : 'nhwc')]);
  const ordered = turned ? graph.node('Gather', [sides, graph.int64s([0, 2, 3, 1])], { axis: 0 }) : sides;
  bind(graph, node, graph.cast(ordered, 'int32', node.name));
}

function slice(graph: OnnxGraph, node: GraphNode): void {
  const [x = '', begin, size] = node.inputs;
  const from = graph.numbers(begin);
  const to = graph.numbers(size).map((count, axis) => (count < 0 ? toTheEnd : (from[axis] ?? 0) + count));
  const axes = graph.int64s(from.map((_, axis) => axis));
  const inputs = [graph.get(x), graph.int64s(from), graph.int64s(to), axes];
  bind(graph, node, graph.node('Slice', inputs, {}, node.name));
}

/** TensorFlow's pairs (before, after) an axis are all befores and then all afters here. */
function pad(graph: OnnxGraph, node: GraphNode): void {
  const [x = '', paddings = '', value = ''] = node.inputs;
  const turned = graph.node('Transpose', [graph.get(paddings)], { perm: [1, 0] });
  const flat = graph.cast(graph.node('Reshape', [turned, graph.int64s([-1])]), 'int64');
  bind(
    graph,
    node,
    graph.node('Pad', [graph.get(x), flat, graph.get(value)], { mode: 'constant' }, node.name),
  );
}

function topK(graph: OnnxGraph, node: GraphNode): void {
  const [x = '', k = ''] = node.inputs;
  const count = graph.cast(graph.node('Reshape', [graph.get(k), graph.int64s([1])]), 'int64');
  const attributes = { axis: -1, largest: 1, sorted: 1 };
  const [values = '', indices = ''] = graph.many('TopK', [graph.get(x), count], 2, attributes, node.name);
  const [first, second] = node.outputs;
  graph.bind(first?.name ?? '', values);
  graph.bind(second?.name ?? '', graph.cast(indices, 'int32'));
}

/** One class, one image: of each selected (image, class, box) the box is kept. */
function suppress(graph: OnnxGraph, node: GraphNode): void {
  const [boxes = '', scores = '', most, iou, least] = node.inputs;
  const inputs = [
    graph.node('Unsqueeze', [graph.get(boxes), graph.int64s([0])]),
    graph.node('Unsqueeze', [graph.get(scores), graph.int64s([0, 1])]),
    graph.int64s(graph.numbers(most), []),
    graph.floats(graph.numbers(iou), []),
    graph.floats(graph.numbers(least), []),
  ];
  const selected = graph.node('NonMaxSuppression', inputs, {}, node.name);
  const column = graph.node('Gather', [selected, graph.int64s([2], [])], { axis: 1 });
  bind(graph, node, graph.cast(column, 'int32'));
}
