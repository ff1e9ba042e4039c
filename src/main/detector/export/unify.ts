/** One graph of open sizes from two traces of the same function at different sizes. */
import type { Dimension, Graph, GraphConstant, GraphNode, GraphTensor } from './graph.ts';
import { GraphBuilder } from './graph-builder.ts';

/** A size that is left open, and what it was in the two traces. */
export interface OpenSize {
  readonly name: string;
  readonly sizes: readonly [number, number];
}

/** Cells of a feature map are this many pixels apart, at most. */
const divisors = [1, 2, 4, 8, 16, 32, 64, 128];

/**
 * The graph that both are instances of. Sizes that differ are named after the open size they follow; constants that
 * differ must be sizes of a tensor, and are read off its shape.
 */
export function unify(first: Graph, second: Graph, open: readonly OpenSize[]): Graph {
  return new Unifier(first, second, open).graph();
}

class Unifier {
  readonly #first: Graph;
  readonly #second: Graph;
  readonly #open: readonly OpenSize[];
  readonly #builder = new GraphBuilder();
  /** Constants that follow a size, by name: as a dimension each. */
  readonly #sizes = new Map<string, Dimension[]>();
  readonly #tensors: GraphTensor[] = [];

  constructor(first: Graph, second: Graph, open: readonly OpenSize[]) {
    this.#first = first;
    this.#second = second;
    this.#open = open;
  }

  graph(): Graph {
    this.#checkSame();
    const { inputs, constants, nodes, outputs } = this.#first;
    const builder = this.#builder;
    const constantsKept = constants.filter((constant, i) =>
      this.#isFixed(constant, this.#second.constants[i]),
    );
    const openInputs = inputs.map((input, i) => this.#opened(input, this.#second.inputs[i]));
    this.#tensors.push(...openInputs);
    builder.take({ inputs: openInputs, constants: constantsKept, nodes: [], outputs: [] });
    nodes.forEach((node, i) => {
      this.#addNode(node, this.#second.nodes[i]);
    });
    return builder.build(outputs);
  }

  #checkSame(): void {
    const form = ({ nodes, constants }: Graph) => [
      ...nodes.map(({ op, inputs }) => `${op}(${inputs})`),
      ...constants.map(({ name }) => name),
    ];
    const other = form(this.#second);
    const differs = form(this.#first).findIndex((line, i) => line !== other[i]);
    if (differs >= 0) throw new Error(`the traces differ: ${form(this.#first)[differs]}, ${other[differs]}`);
  }

  #isFixed(constant: GraphConstant, other: GraphConstant | undefined): boolean {
    const values = other?.data ?? [];
    if (constant.data.every((value, i) => value === values[i])) return true;
    const dimensions = [...constant.data].map((value, i) => this.#dimension(value, values[i] ?? 0));
    this.#sizes.set(constant.name, dimensions);
    return false;
  }

  #addNode(node: GraphNode, other: GraphNode | undefined): void {
    const outputs = node.outputs.map((output, i) => this.#opened(output, other?.outputs[i]));
    const inputs = node.inputs.map((name) => {
      const sizes = this.#sizes.get(name);
      return sizes === undefined ? name : this.#readSizes(sizes);
    });
    this.#builder.takeNode({ ...node, inputs, outputs });
    this.#tensors.push(...outputs);
  }

  /** A node that reads `wanted` off the shape of a tensor made before. */
  #readSizes(wanted: readonly Dimension[]): string {
    for (const { name, shape } of [...this.#tensors].reverse()) {
      const begin = shape.findIndex((_, i) => wanted.every((size, k) => shape[i + k] === size));
      if (begin >= 0) return this.#sliceOfShape(name, shape.length, begin, wanted.length);
    }
    throw new Error(`no tensor has the sizes ${wanted}`);
  }

  #sliceOfShape(tensor: string, rank: number, begin: number, count: number): string {
    const builder = this.#builder;
    const shape = builder.add('Shape', [tensor], { shape: [rank], dtype: 'int32' });
    const from = builder.constant('begin', [1], Int32Array.of(begin));
    const size = builder.constant('size', [1], Int32Array.of(count));
    return builder.add('Slice', [shape, from, size], { shape: [count], dtype: 'int32' });
  }

  #opened(tensor: GraphTensor, other: GraphTensor | undefined): GraphTensor {
    const shape = tensor.shape.map((size, i) => this.#dimension(Number(size), Number(other?.shape[i])));
    return { ...tensor, shape };
  }

  #dimension(one: number, two: number): Dimension {
    if (one === two) return one;
    for (const { name, sizes } of this.#open) {
      const divisor = divisors.find(
        (d) => Math.ceil(sizes[0] / d) === one && Math.ceil(sizes[1] / d) === two,
      );
      if (divisor !== undefined) return divisor === 1 ? name : `${name}/${divisor}`;
    }
    throw new Error(`${one} and ${two} follow none of the open sizes`);
  }
}
