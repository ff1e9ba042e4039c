/** Group normalisation in TensorFlow's own operations: statistics of channels first, then of groups of channels. */
import type { GraphNode } from '../graph.ts';
import type { ShapedWire } from './deform-conv.ts';
import type { PlainGraph, Wire } from './plain-graph.ts';
import { reshape } from './sizes.ts';

/** `x` [N, H, W, C] normalised per image and group, times `gamma` [C] plus `beta` [C]. */
export function groupNorm(
  graph: PlainGraph,
  [x, gamma, beta]: readonly [ShapedWire, ShapedWire, ShapedWire],
  attributes: GraphNode['attributes'],
): Wire {
  const groups = Number(attributes.groups);
  const channels = Number(x.shape[3]);
  const each = channels / groups;
  const perGroup = (perPixel: Wire) =>
    meanOf(graph, reshape(graph, meanOf(graph, perPixel, [1, 2]), [-1, groups, each]), [2]);
  const perChannel = (values: Wire) => reshape(graph, values, [-1, 1, 1, channels]);
  const mean = perGroup(x.wire); // [N, G, 1]
  const spread = graph.op('AddV2', [mean, graph.numbers(Array<number>(each).fill(0), 'float32')]);
  const variance = perGroup(graph.op('SquaredDifference', [x.wire, perChannel(spread)]));
  const rstd = graph.op('Rsqrt', [graph.op('AddV2', [variance, Number(attributes.epsilon)])]);
  const factor = graph.op('Mul', [reshape(graph, gamma.wire, [groups, each]), rstd]);
  const shift = graph.op('Sub', [reshape(graph, beta.wire, [groups, each]), graph.op('Mul', [mean, factor])]);
  const scaled = graph.op('Mul', [x.wire, perChannel(factor)]);
  return graph.op('AddV2', [scaled, perChannel(shift)]);
}

function meanOf(graph: PlainGraph, x: Wire, axes: number[]): Wire {
  return graph.op('Mean', [x, graph.ints(...axes)], { keep_dims: true });
}
