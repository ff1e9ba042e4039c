/** Puts a graph together node by node; names are made unique here. */
import type {
  Dimension,
  Graph,
  GraphAttribute,
  GraphConstant,
  GraphDtype,
  GraphNode,
  GraphTensor,
} from './graph.ts';

/** What a node gives, before it has a name. */
export interface OutputSpec {
  readonly shape: readonly Dimension[];
  readonly dtype: GraphDtype;
}

export class GraphBuilder {
  readonly #inputs: GraphTensor[] = [];
  readonly #constants: GraphConstant[] = [];
  readonly #nodes: GraphNode[] = [];
  readonly #tensors = new Map<string, GraphTensor>();
  readonly #taken = new Map<string, number>();

  /** Takes all of `graph` over, under its own names. */
  take(graph: Graph): void {
    for (const input of graph.inputs) this.#inputs.push(this.#enter(input));
    for (const constant of graph.constants) this.#constants.push(this.#enter(constant));
    for (const node of graph.nodes) this.takeNode(node);
  }

  /** Takes one node over as it is. */
  takeNode(node: GraphNode): void {
    this.#nodes.push(node);
    this.#taken.set(node.name, 1);
    for (const output of node.outputs) this.#enter(output);
  }

  input(name: string, shape: readonly Dimension[], dtype: GraphDtype): string {
    this.#inputs.push(this.#enter({ name: this.#unique(name), shape, dtype }));
    return this.#inputs.at(-1)?.name ?? name;
  }

  constant(name: string, shape: readonly number[], data: GraphConstant['data']): string {
    const constant = { name: this.#unique(name), shape, dtype: dtypeOf(data), data };
    this.#constants.push(this.#enter(constant));
    return constant.name;
  }

  /** A node with one output, whose name is returned. */
  add(
    op: string,
    inputs: readonly string[],
    output: OutputSpec,
    attributes: GraphNode['attributes'] = {},
    name = op,
  ): string {
    return this.addMany(op, inputs, [output], attributes, name)[0] ?? '';
  }

  /** A node with several outputs. */
  addMany(
    op: string,
    inputs: readonly string[],
    outputs: readonly OutputSpec[],
    attributes: Readonly<Record<string, GraphAttribute>> = {},
    name = op,
  ): string[] {
    const node = this.#unique(name);
    const named = outputs.map(({ shape, dtype }, i) => ({
      name: i === 0 ? node : `${node}:${i}`,
      shape,
      dtype,
    }));
    this.#nodes.push({ name: node, op, inputs, outputs: named, attributes });
    return named.map((output) => this.#enter(output).name);
  }

  /** `tensor` as an output called `name`. */
  output(name: string, tensor: string): string {
    return this.add('Identity', [tensor], this.tensor(tensor), {}, name);
  }

  /** Adds `graph` with its inputs bound to tensors made before; gives its outputs by name. */
  splice(graph: Graph, bindings: Readonly<Record<string, string>>): Map<string, string> {
    const names = new Map(Object.entries(bindings));
    const nameOf = (name: string) => names.get(name) ?? name;
    for (const { name, shape, data } of graph.constants) names.set(name, this.constant(name, shape, data));
    for (const { name, op, inputs, outputs, attributes } of graph.nodes) {
      const made = this.addMany(op, inputs.map(nameOf), outputs, attributes, name);
      outputs.forEach((output, i) => {
        names.set(output.name, made[i] ?? '');
      });
    }
    return new Map(graph.outputs.map((name) => [name, nameOf(name)]));
  }

  /** Any tensor of the graph so far. */
  tensor(name: string): GraphTensor {
    const found = this.#tensors.get(name);
    if (found === undefined) throw new Error(`the graph has no tensor ${name}`);
    return found;
  }

  build(outputs: readonly string[]): Graph {
    return { inputs: this.#inputs, constants: this.#constants, nodes: this.#nodes, outputs };
  }

  #enter<T extends GraphTensor>(tensor: T): T {
    this.#tensors.set(tensor.name, tensor);
    this.#taken.set(tensor.name, this.#taken.get(tensor.name) ?? 1);
    return tensor;
  }

  #unique(wanted: string): string {
    const uses = this.#taken.get(wanted) ?? 0;
    this.#taken.set(wanted, uses + 1);
    if (uses === 0) return wanted;
    const name = `${wanted}_${uses}`;
    return this.#taken.has(name) ? this.#unique(wanted) : name;
  }
}

function dtypeOf(data: GraphConstant['data']): GraphDtype {
  if (data instanceof Float32Array) return 'float32';
  return data instanceof Int32Array ? 'int32' : 'bool';
}
