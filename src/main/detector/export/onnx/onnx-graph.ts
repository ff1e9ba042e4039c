/** Nodes and initialisers of an ONNX graph in the making; knows the two layouts of feature maps. */
import { fromFloat32 } from '../../checkpoints/stored-tensor.ts';
import type { Graph, GraphConstant, GraphNode, GraphTensor } from '../graph.ts';
import {
  attributeTypes,
  type OnnxAttribute,
  type OnnxNode,
  type OnnxTensor,
  type OnnxType,
  onnxTypes,
} from './schema.ts';

type AttributeInput = number | string | readonly number[] | { readonly float: number };

/** Names of a tensor in ONNX: in our layout, and with the channels before the rows where it is a map. */
interface Forms {
  nhwc?: string;
  nchw?: string;
}

export type Layout = keyof Forms;

export interface OnnxOptions {
  /** Weights as float16, widened when the model is loaded. */
  readonly half: boolean;
  /** Deformable convolutions as `DeformConv`, or as `GridSample` for runtimes without it. */
  readonly deformConv: 'DeformConv' | 'GridSample';
}

const permutations = { nchw: [0, 3, 1, 2], nhwc: [0, 2, 3, 1] } as const;

export class OnnxGraph {
  readonly options: OnnxOptions;
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  readonly #tensors: ReadonlyMap<string, GraphTensor>;
  readonly #constants: ReadonlyMap<string, GraphConstant>;
  readonly #consumers: ReadonlyMap<string, readonly GraphNode[]>;
  readonly #outputs: ReadonlySet<string>;
  readonly #forms = new Map<string, Forms>();
  readonly #shared = new Map<string, string>();
  #made = 0;

  constructor(graph: Graph, options: OnnxOptions) {
    this.options = options;
    this.#constants = new Map(graph.constants.map((constant) => [constant.name, constant]));
    const made = graph.nodes.flatMap(({ outputs }) => outputs);
    const tensors = [...graph.inputs, ...graph.constants, ...made];
    this.#tensors = new Map(tensors.map((tensor) => [tensor.name, tensor]));
    this.#consumers = consumersOf(graph);
    this.#outputs = new Set(graph.outputs);
    for (const { name } of graph.inputs) this.bind(name, name);
  }

  tensor(name: string): GraphTensor {
    const found = this.#tensors.get(name);
    if (found === undefined) throw new Error(`the graph has no tensor ${name}`);
    return found;
  }

  constantOf(name: string): GraphConstant | undefined {
    return this.#constants.get(name);
  }

  /** The numbers of a constant that a lowering reads. */
  numbers(name: string | undefined): number[] {
    const constant = this.#constants.get(name ?? '');
    if (constant === undefined) throw new Error(`${name} is not a constant`);
    return [...constant.data];
  }

  /** The one node that reads a tensor, where it is one and the tensor is no output. */
  soleConsumer(name: string): GraphNode | undefined {
    const consumers = this.#consumers.get(name) ?? [];
    return consumers.length === 1 && !this.#outputs.has(name) ? consumers[0] : undefined;
  }

  isOutput(name: string): boolean {
    return this.#outputs.has(name);
  }

  /** True once a lowering has made the tensor. */
  has(name: string): boolean {
    return this.#forms.has(name);
  }

  /** Says that two tensors are one. */
  alias(name: string, same: string): void {
    const forms = this.#forms.get(same);
    if (forms === undefined) throw new Error(`nothing made ${same}`);
    this.#forms.set(name, forms);
  }

  /** Says that the graph's tensor is ONNX's `made`. */
  bind(name: string, made: string, layout: Layout = 'nhwc'): void {
    const forms = this.#forms.get(name) ?? {};
    forms[layout] = made;
    this.#forms.set(name, forms);
  }

  /** True where a tensor is at hand with its channels first alone. */
  isChannelsFirst(name: string): boolean {
    const forms = this.#forms.get(name);
    return forms?.nchw !== undefined && forms.nhwc === undefined;
  }

  /** The ONNX name of a tensor in a layout; turned round, or written as an initialiser, when first asked for. */
  get(name: string, layout: Layout = 'nhwc'): string {
    if (!this.#forms.has(name)) this.#bindConstant(name);
    const forms = this.#forms.get(name) ?? {};
    const there = forms[layout];
    if (there !== undefined) return there;
    const other = forms[layout === 'nhwc' ? 'nchw' : 'nhwc'] ?? '';
    const turned = this.node('Transpose', [other], { perm: [...permutations[layout]] });
    this.bind(name, turned, layout);
    return turned;
  }

  #bindConstant(name: string): void {
    const constant = this.#constants.get(name);
    if (constant === undefined) throw new Error(`nothing makes ${name}`);
    const { dtype, shape, data } = constant;
    this.bind(name, this.initializer(name, dtype, shape, data));
  }

  /** A node with one output, named after what it is for. */
  node(
    opType: string,
    input: readonly string[],
    attributes: Readonly<Record<string, AttributeInput>> = {},
    name?: string,
  ): string {
    return this.many(opType, input, 1, attributes, name)[0] ?? '';
  }

  many(
    opType: string,
    input: readonly string[],
    outputs: number,
    attributes: Readonly<Record<string, AttributeInput>> = {},
    name: string = `${opType}.${this.#made++}`,
  ): string[] {
    const output = Array.from({ length: outputs }, (_, i) => (i === 0 ? name : `${name}:${i}`));
    const attribute = Object.entries(attributes).map(([key, value]) => attributeOf(key, value));
    this.nodes.push({ name, opType, input, output, attribute });
    return output;
  }

  /** Weights: as float16 with a cast behind them where that is asked for. */
  weights(name: string, shape: readonly number[], data: Float32Array): string {
    const known = this.#shared.get(name);
    if (known !== undefined) return known;
    const made = this.options.half
      ? this.cast(this.initializer(`${name}.half`, 'float16', shape, data), 'float32', name)
      : this.initializer(name, 'float32', shape, data);
    this.#shared.set(name, made);
    return made;
  }

  cast(input: string, to: OnnxType, name?: string): string {
    return this.node('Cast', [input], { to: onnxTypes[to] }, name);
  }

  /** A constant of the lowering's own; equal ones are one. */
  int64s(values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.#own('int64', values, shape);
  }

  floats(values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.#own('float32', values, shape);
  }

  initializer(name: string, type: OnnxType, dims: readonly number[], values: ArrayLike<number>): string {
    this.initializers.push({ name, dims, dataType: onnxTypes[type], rawData: bytesOf(type, values) });
    return name;
  }

  #own(type: 'int64' | 'float32', values: readonly number[], shape: readonly number[]): string {
    const key = `${type}[${shape}](${values})`;
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    this.#shared.set(key, key);
    return this.initializer(key, type, shape, values);
  }
}

function consumersOf({ nodes }: Graph): Map<string, GraphNode[]> {
  const consumers = new Map<string, GraphNode[]>();
  for (const node of nodes) {
    for (const input of node.inputs) consumers.set(input, [...(consumers.get(input) ?? []), node]);
  }
  return consumers;
}

function attributeOf(name: string, value: AttributeInput): OnnxAttribute {
  if (typeof value === 'number') return { name, type: attributeTypes.int, i: value };
  if (typeof value === 'string') return { name, type: attributeTypes.string, s: Buffer.from(value) };
  if ('float' in value) return { name, type: attributeTypes.float, f: value.float };
  return { name, type: attributeTypes.ints, ints: value };
}

function bytesOf(type: OnnxType, values: ArrayLike<number>): Uint8Array {
  const array = arrayOf(type, values);
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function arrayOf(type: OnnxType, values: ArrayLike<number>) {
  if (type === 'float32') return values instanceof Float32Array ? values : Float32Array.from(values);
  if (type === 'float16') return fromFloat32(Float32Array.from(values), [values.length], 'float16').data;
  if (type === 'int64') return BigInt64Array.from(Array.from(values, BigInt));
  return type === 'int32' ? Int32Array.from(values) : Uint8Array.from(values);
}
