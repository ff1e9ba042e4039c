/** Sizes of tensors in a graph: numbers where the trace knew them, wires of one int32 where the file leaves them open. */
import type { Dimension } from '../graph.ts';
import type { PlainGraph, Wire } from './plain-graph.ts';

export type Size = number | Wire;

/** Size `axis` of `x`, whose shape was traced as `shape`. */
export function sizeOf(graph: PlainGraph, x: Wire, shape: readonly Dimension[], axis: number): Size {
  const traced = shape[axis];
  if (typeof traced === 'number') return traced;
  const from = [graph.ints(axis), graph.ints(axis + 1), graph.ints(1)];
  return graph.op('StridedSlice', [graph.op('Shape', [x]), ...from], { ...noMasks, shrink_axis_mask: 1 });
}

const noMasks = { begin_mask: 0, end_mask: 0, ellipsis_mask: 0, new_axis_mask: 0, shrink_axis_mask: 0 };

/** Every `stride`-th number of the last axis from `begin` on; `x` has rank `rank` and `count` numbers there. */
export function everyNth(
  graph: PlainGraph,
  x: Wire,
  { begin, end, stride, rank }: { begin: number; end: number; stride: number; rank: number },
): Wire {
  const others = Array<number>(rank - 1).fill(0);
  const allOthers = 2 ** (rank - 1) - 1;
  return graph.op(
    'StridedSlice',
    [x, graph.ints(...others, begin), graph.ints(...others, end), graph.ints(...others.map(() => 1), stride)],
    { ...noMasks, begin_mask: allOthers, end_mask: allOthers },
  );
}

/** `x` in another shape; at most one size may be -1. */
export function reshape(graph: PlainGraph, x: Wire, sizes: readonly Size[]): Wire {
  return graph.op('Reshape', [x, shapeWire(graph, sizes)]);
}

function shapeWire(graph: PlainGraph, sizes: readonly Size[]): Wire {
  const open = sizes.filter((size) => typeof size !== 'number');
  const rest = sizes.includes(-1);
  if (open.length === 0 || (open.length === 1 && !rest)) {
    return graph.ints(...sizes.map((size) => (typeof size === 'number' ? size : -1)));
  }
  const scalars = sizes.map((size) => (typeof size === 'number' ? graph.numbers([size], 'int32', []) : size));
  return graph.op('Pack', scalars, { axis: 0 });
}

/** A size as one float32, for arithmetic with coordinates. */
export function asFloat(graph: PlainGraph, size: Size): Wire {
  return typeof size === 'number' ? graph.numbers([size], 'float32', []) : graph.cast(size, 'float32');
}

/** 0, 1, ... up to `count`: float32 [count]. */
export function countUp(graph: PlainGraph, count: Size): Wire {
  const scalar = (value: number) => graph.numbers([value], 'int32', []);
  const limit = typeof count === 'number' ? scalar(count) : count;
  return graph.cast(graph.op('Range', [scalar(0), limit, scalar(1)]), 'float32');
}
