/**
 * Depthwise convolution without explicit padding: where TensorFlow runs with oneDNN, it loses that attribute when it fuses
 * the convolution with its bias, and ends the process.
 */
import type { GraphNode } from '../graph.ts';
import type { ShapedWire } from './deform-conv.ts';
import type { PlainGraph, Wire } from './plain-graph.ts';

/** `x` [N, H, W, C] with `filters` [k, k, C, 1]; padded as `attributes` say, by SAME or by a node of its own. */
export function depthwiseConv(
  graph: PlainGraph,
  [x, filters]: readonly [ShapedWire, ShapedWire],
  attributes: GraphNode['attributes'],
): Wire {
  const { explicit_paddings: explicit, padding, ...rest } = attributes;
  const convolve = (input: Wire, pads: 'SAME' | 'VALID') =>
    graph.op('DepthwiseConv2dNative', [input, filters.wire], { ...rest, padding: pads });
  if (padding !== 'EXPLICIT' || !Array.isArray(explicit)) return convolve(x.wire, 'VALID');
  const paddings = explicit as number[];
  if (isSame(paddings, filters.shape, rest)) return convolve(x.wire, 'SAME');
  return convolve(graph.op('PadV2', [x.wire, graph.numbers(paddings, 'int32', [4, 2]), 0]), 'VALID');
}

/** With stride 1, SAME is half the filter on every side, whatever the size of the picture. */
function isSame(
  paddings: readonly number[],
  [height, width]: ShapedWire['shape'],
  { strides, dilations }: GraphNode['attributes'],
): boolean {
  const [top, bottom, left, right] = paddings.slice(2);
  const steps = [strides, dilations].flat();
  const halves = [height, width].map((size) => (Number(size) - 1) / 2);
  return (
    steps.every((step) => step === 1) &&
    [top, bottom].every((pad) => pad === halves[0]) &&
    [left, right].every((pad) => pad === halves[1])
  );
}
