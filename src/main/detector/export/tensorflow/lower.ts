/** From the traced graph to TensorFlow's own operations: composites are taken apart, the rest passes as it is. */
import type { Graph, GraphConstant, GraphNode, GraphTensor } from '../graph.ts';
import { type NodeDef, shapeOf } from '../graph-def.ts';
import { deformConv, type ShapedWire } from './deform-conv.ts';
import { depthwiseConv } from './depthwise-conv.ts';
import { groupNorm } from './group-norm.ts';
import { maxPool } from './max-pool.ts';
import { PlainGraph, type Wire } from './plain-graph.ts';

/** An end of a graph, as a signature names it. */
export interface Terminal {
  readonly wire: Wire;
  readonly shape: GraphTensor['shape'];
}

export interface LoweredGraph {
  readonly nodes: readonly NodeDef[];
  readonly constants: PlainGraph['constants'];
  readonly inputs: Readonly<Record<string, Terminal>>;
  readonly outputs: Readonly<Record<string, Terminal>>;
}

/** What loads the file. TensorFlow.js has no bytes: there an image is int32. */
export type Target = 'tensorflow' | 'tfjs';

/** How a node that is not TensorFlow's becomes nodes that are; gives its outputs. */
type Lowering = (graph: PlainGraph, node: GraphNode, inputs: readonly ShapedWire[]) => Wire[];

const lowerings: Readonly<Record<string, Lowering>> = {
  Cast: (graph, { outputs }, [x]) => [graph.cast(given(x).wire, outputs[0]?.dtype ?? 'float32')],
  DeformConv2D: (graph, { attributes }, [x, offset, filters]) => [
    deformConv(graph, [given(x), given(offset), given(filters)], attributes),
  ],
  DepthwiseConv2dNative: (graph, { attributes }, [x, filters]) => [
    depthwiseConv(graph, [given(x), given(filters)], attributes),
  ],
  GroupNorm: (graph, { attributes }, [x, gamma, beta]) => [
    groupNorm(graph, [given(x), given(gamma), given(beta)], attributes),
  ],
  MaxPool: (graph, { attributes }, [x]) => [maxPool(graph, given(x).wire, attributes)],
  Where: (graph, _, [x]) => [graph.where(given(x).wire)],
};

/** `graph` in operations that `target` has. */
export function lower(graph: Graph, target: Target): LoweredGraph {
  const lowered = new LoweringPass(target);
  for (const input of graph.inputs) lowered.input(input);
  for (const constant of graph.constants) lowered.constant(constant);
  for (const node of graph.nodes) lowered.node(node);
  return lowered.result(graph);
}

class LoweringPass {
  readonly #target: Target;
  readonly #plain = new PlainGraph();
  readonly #wires = new Map<string, ShapedWire>();

  constructor(target: Target) {
    this.#target = target;
  }

  input(input: GraphTensor): void {
    const dtype = input.dtype === 'uint8' && this.#target === 'tfjs' ? 'int32' : input.dtype;
    const { name, shape } = input;
    this.#enter(input, this.#plain.placeholder(name, dtype, { shape: { shape: shapeOf(shape) } }));
  }

  constant(constant: GraphConstant): void {
    this.#enter(constant, this.#plain.constant(constant));
  }

  node(node: GraphNode): void {
    const made = this.#lowered(
      node,
      node.inputs.map((name) => given(this.#wires.get(name))),
    );
    for (const [i, output] of node.outputs.entries()) {
      const wire = made[i];
      if (wire !== undefined) this.#enter(output, wire);
    }
  }

  result({ inputs, outputs }: Graph): LoweredGraph {
    const ends = outputs.map((name): [string, Terminal] => {
      const { wire, shape } = given(this.#wires.get(name));
      return [name, { wire: this.#plain.opAs(`${name}/output`, 'Identity', [wire]), shape }];
    });
    return {
      nodes: this.#plain.nodes,
      constants: this.#plain.constants,
      inputs: Object.fromEntries(inputs.map(({ name }) => [name, given(this.#wires.get(name))])),
      outputs: Object.fromEntries(ends),
    };
  }

  #enter({ name, shape }: GraphTensor, wire: Wire): void {
    this.#wires.set(name, { wire, shape });
  }

  #lowered(node: GraphNode, inputs: readonly ShapedWire[]): Wire[] {
    const { name, op, attributes } = node;
    const lowering = lowerings[op];
    if (lowering !== undefined) return this.#plain.within(name, () => lowering(this.#plain, node, inputs));
    const wires = inputs.map(({ wire }) => wire);
    return this.#plain.outputs(name, op, wires, attributes);
  }
}

function given(wire: ShapedWire | undefined): ShapedWire {
  if (wire === undefined) throw new Error('a node reads a tensor that was not made before');
  return wire;
}
