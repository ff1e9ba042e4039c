/** Max pooling whose padding is a node of its own: TensorFlow.js pools with none, or with TensorFlow's SAME alone. */
import type { GraphNode } from '../graph.ts';
import type { PlainGraph, Wire } from './plain-graph.ts';

/** Under every number that a feature map holds, also in the half floats of small graphics cards. */
const lowest = -65504;

export function maxPool(graph: PlainGraph, x: Wire, attributes: GraphNode['attributes']): Wire {
  const { explicit_paddings: paddings, padding, ...rest } = attributes;
  if (padding !== 'EXPLICIT' || !Array.isArray(paddings))
    return graph.op('MaxPool', [x], { ...rest, padding: padding ?? 'VALID' });
  const padded = graph.op('PadV2', [x, graph.numbers(paddings as number[], 'int32', [4, 2]), lowest]);
  return graph.op('MaxPool', [padded], { ...rest, padding: 'VALID' });
}
