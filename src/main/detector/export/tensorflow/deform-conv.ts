/**
 * A deformable convolution in TensorFlow's own operations: four gathers of channel rows, weighted bilinearly and summed
 * into columns, and one matrix product. Points off the map count as zero, as in mmcv.
 */
import type { Dimension, GraphNode } from '../graph.ts';
import type { PlainGraph, Wire } from './plain-graph.ts';
import { asFloat, countUp, everyNth, reshape, type Size, sizeOf } from './sizes.ts';

/** A wire and the shape that the trace saw. */
export interface ShapedWire {
  readonly wire: Wire;
  readonly shape: readonly Dimension[];
}

interface Window {
  readonly strides: readonly number[];
  /** Top, bottom, left, right. */
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
}

/** One of the two pixels around a coordinate: float32 [N, Ho, Wo, K] each, the weight 0 where it is off the map. */
interface Neighbour {
  readonly index: Wire;
  readonly weight: Wire;
}

/** `x` [N, H, W, C], `offset` [N, Ho, Wo, K * 2] in pairs of (dy, dx), `filters` [kh, kw, C, O]: [N, Ho, Wo, O]. */
export function deformConv(
  graph: PlainGraph,
  [x, offset, filters]: readonly [ShapedWire, ShapedWire, ShapedWire],
  attributes: GraphNode['attributes'],
): Wire {
  if (attributes.groups !== 1 || attributes.deformGroups !== 1) {
    throw new Error('deformable convolutions with groups are not exported');
  }
  const [kh, kw, channels, outputs] = filters.shape.map(Number) as [number, number, number, number];
  const [batch, ho, wo] = [0, 1, 2].map((axis) => sizeOf(graph, offset.wire, offset.shape, axis)) as Size3;
  const window = attributes as unknown as Window;
  const taps = kh * kw;
  const vertical = neighbours(graph, x, offset, {
    axis: 0,
    cells: ho,
    taps: Array.from({ length: taps }, (_, k) => Math.floor(k / kw)),
    window,
  });
  const horizontal = neighbours(graph, x, offset, {
    axis: 1,
    cells: wo,
    taps: Array.from({ length: taps }, (_, k) => k % kw),
    window,
  });
  const rows = reshape(graph, x.wire, [-1, channels]);
  const lines = vertical.map((neighbour) => ({
    ...neighbour,
    index: firstOfLine(graph, x, neighbour.index, batch),
  }));
  const samples = lines.flatMap((v) => horizontal.map((h) => sample(graph, rows, v, h)));
  const columns = reshape(graph, graph.op('AddN', samples), [-1, taps * channels]);
  const matrix = reshape(graph, filters.wire, [taps * channels, outputs]);
  const product = graph.op('MatMul', [columns, matrix], { transpose_a: false, transpose_b: false });
  return reshape(graph, product, [batch, ho, wo, outputs]);
}

type Size3 = [Size, Size, Size];

interface AxisPlan {
  readonly axis: 0 | 1;
  readonly cells: Size;
  /** Place of each tap of the filter along the axis. */
  readonly taps: readonly number[];
  readonly window: Window;
}

function neighbours(graph: PlainGraph, x: ShapedWire, offset: ShapedWire, plan: AxisPlan): Neighbour[] {
  const position = positions(graph, offset.wire, plan);
  const low = graph.op('Floor', [position]);
  const upper = graph.op('Sub', [position, low]);
  const size = asFloat(graph, sizeOf(graph, x.wire, x.shape, plan.axis + 1));
  const last = graph.op('Sub', [size, 1]);
  const one = graph.numbers([1], 'float32', []);
  return [
    neighbour(graph, low, graph.op('Sub', [one, upper]), last),
    neighbour(graph, graph.op('AddV2', [low, 1]), upper, last),
  ];
}

/** Where the taps fall along one axis, in pixels of `x`: [N, Ho, Wo, K]. */
function positions(graph: PlainGraph, offset: Wire, { axis, cells, taps, window }: AxisPlan): Wire {
  const { strides, pads, dilations } = window;
  const reach = taps.map((tap) => tap * (dilations[axis] ?? 1) - (pads[axis * 2] ?? 0));
  const cell = graph.op('Mul', [countUp(graph, cells), strides[axis] ?? 1]);
  const grid = graph.op('AddV2', [
    reshape(graph, cell, axis === 0 ? [-1, 1, 1] : [1, -1, 1]),
    graph.numbers(reach, 'float32'),
  ]);
  const moved = everyNth(graph, offset, { begin: axis, end: taps.length * 2, stride: 2, rank: 4 });
  return graph.op('AddV2', [moved, grid]);
}

function neighbour(graph: PlainGraph, at: Wire, weight: Wire, last: Wire): Neighbour {
  const index = graph.op('Minimum', [graph.op('Maximum', [at, 0]), last]);
  const inside = graph.cast(graph.op('Equal', [at, index]), 'float32');
  return { index, weight: graph.op('Mul', [weight, inside]) };
}

/** Number of the pixel that a line of an image begins with; float32 holds whole numbers up to 2^24. */
function firstOfLine(graph: PlainGraph, x: ShapedWire, line: Wire, batch: Size): Wire {
  const [height, width] = [1, 2].map((axis) => asFloat(graph, sizeOf(graph, x.wire, x.shape, axis))) as [
    Wire,
    Wire,
  ];
  if (batch === 1) return graph.op('Mul', [line, width]);
  const image = reshape(graph, graph.op('Mul', [countUp(graph, batch), height]), [-1, 1, 1, 1]);
  return graph.op('Mul', [graph.op('AddV2', [line, image]), width]);
}

/** One corner's pixels under its weights: [N * Ho * Wo * K, C]. */
function sample(graph: PlainGraph, rows: Wire, vertical: Neighbour, horizontal: Neighbour): Wire {
  const index = graph.cast(graph.op('AddV2', [vertical.index, horizontal.index]), 'int32');
  const axis = graph.numbers([0], 'int32', []);
  const values = graph.op('GatherV2', [rows, reshape(graph, index, [-1]), axis], { batch_dims: 0 });
  const weight = graph.op('Mul', [vertical.weight, horizontal.weight]);
  return graph.op('Mul', [values, reshape(graph, weight, [-1, 1])]);
}
