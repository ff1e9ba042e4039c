/** A graph of TensorFlow's own operations, put together node by node. Constants are kept apart: each file has its place for them. */
import type { GraphAttribute, GraphConstant, GraphDtype } from '../graph.ts';
import { type AttrValue, dataTypes, type NodeDef, typeOf } from '../graph-def.ts';
import { inputTypes, listOps, outputTypes } from './op-types.ts';

/** A tensor on its way through the graph, as inputs of nodes name it. */
export interface Wire {
  readonly name: string;
  readonly dtype: GraphDtype;
}

/** A wire, or a number that becomes a scalar of the first wire's type. */
type Operand = Wire | number;

export class PlainGraph {
  readonly nodes: NodeDef[] = [];
  readonly constants: GraphConstant[] = [];
  readonly #known = new Map<string, Wire>();
  readonly #taken = new Set<string>();
  #scope = '';

  /** Names of nodes that `body` makes begin with `name`. */
  within<T>(name: string, body: () => T): T {
    const outer = this.#scope;
    this.#scope = `${outer}${name}/`;
    try {
      return body();
    } finally {
      this.#scope = outer;
    }
  }

  /** A node that is not computed: an input. */
  placeholder(name: string, dtype: GraphDtype, attr: NodeDef['attr']): Wire {
    const node = this.#unique(name);
    this.nodes.push({ name: node, op: 'Placeholder', input: [], attr: { dtype: typeOf(dtype), ...attr } });
    return { name: node, dtype };
  }

  /** A constant under a name of its own. */
  constant({ name, ...rest }: GraphConstant): Wire {
    const constant = { ...rest, name: this.#unique(name) };
    this.constants.push(constant);
    return constant;
  }

  /** Few numbers, stored once however often they are asked for. */
  numbers(values: readonly number[], dtype: 'int32' | 'float32', shape?: readonly number[]): Wire {
    const sizes = shape ?? [values.length];
    const key = `${dtype}[${sizes}]${values}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const data = dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values);
    const made = this.constant({ name: 'constants/value', shape: sizes, dtype, data });
    this.#known.set(key, made);
    return made;
  }

  ints(...values: number[]): Wire {
    return this.numbers(values, 'int32');
  }

  /** A node and its first output. */
  op(
    op: string,
    operands: readonly Operand[],
    attributes: Readonly<Record<string, GraphAttribute>> = {},
  ): Wire {
    return this.opAs(undefined, op, operands, attributes);
  }

  /** The same with a name. */
  opAs(
    name: string | undefined,
    op: string,
    operands: readonly Operand[],
    attributes: Readonly<Record<string, GraphAttribute>> = {},
  ): Wire {
    const [first] = this.outputs(name ?? op, op, operands, attributes);
    if (first === undefined) throw new Error(`${op} gives nothing`);
    return first;
  }

  /** A node and all of its outputs. */
  outputs(
    name: string,
    op: string,
    operands: readonly Operand[],
    attributes: Readonly<Record<string, GraphAttribute>> = {},
  ): Wire[] {
    const inputs = this.#wires(op, operands);
    const node = this.#unique(this.#scope + name);
    this.nodes.push({
      name: node,
      op,
      input: inputs.map((wire) => wire.name),
      attr: { ...typesOf(op, inputs), ...valuesOf(attributes) },
    });
    const dtypes = outputTypes[op] ?? [inputs[0]?.dtype ?? 'float32'];
    return dtypes.map((dtype, i) => ({ name: i === 0 ? node : `${node}:${i}`, dtype }));
  }

  cast(x: Wire, dtype: GraphDtype): Wire {
    return x.dtype === dtype ? x : this.#cast(x.name, dataTypes[x.dtype], dtype);
  }

  /** Indices of what is true, int32 [M, rank]. */
  where(condition: Wire): Wire {
    const { name } = this.op('Where', [condition]);
    return this.#cast(name, dataTypes.int64, 'int32');
  }

  #cast(input: string, from: number, to: GraphDtype): Wire {
    const name = this.#unique(`${this.#scope}Cast`);
    this.nodes.push({ name, op: 'Cast', input: [input], attr: { SrcT: { type: from }, DstT: typeOf(to) } });
    return { name, dtype: to };
  }

  #wires(op: string, operands: readonly Operand[]): Wire[] {
    const dtype = operands.find((operand) => typeof operand !== 'number')?.dtype;
    return operands.map((operand) => {
      if (typeof operand !== 'number') return operand;
      if (dtype !== 'float32' && dtype !== 'int32') throw new Error(`${op} takes no numbers`);
      return this.numbers([operand], dtype, []);
    });
  }

  #unique(wanted: string): string {
    const plain = wanted.replace(/[^A-Za-z0-9_./-]/g, '_').replace(/^[^A-Za-z0-9.]/, 'x');
    let name = plain;
    for (let i = 1; this.#taken.has(name); i++) name = `${plain}_${i}`;
    this.#taken.add(name);
    return name;
  }
}

function typesOf(op: string, inputs: readonly Wire[]): Record<string, AttrValue> {
  const types = inputTypes[op];
  if (types === undefined) throw new Error(`${op} is no operation that exports know`);
  const named: Record<string, AttrValue> = {};
  for (const [attribute, index] of Object.entries(types)) {
    const wire = inputs[index];
    if (wire === undefined) throw new Error(`${op} lacks input ${index}`);
    named[attribute] = typeOf(wire.dtype);
  }
  const others = listOps[op];
  if (others !== undefined) named.N = { i: inputs.length - others };
  if (op === 'Shape') named.out_type = typeOf('int32');
  if (op === 'ConcatV2') named.Tidx = typeOf('int32');
  return named;
}

const text = new TextEncoder();

/** Attributes whose numbers are not whole. */
const fractions = new Set(['epsilon', 'leakyrelu_alpha']);

function valuesOf(attributes: Readonly<Record<string, GraphAttribute>>): Record<string, AttrValue> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]): [string, AttrValue] => {
      if (typeof value === 'string') return [name, { s: text.encode(value) }];
      if (typeof value === 'boolean') return [name, { b: value }];
      if (typeof value === 'number') return [name, fractions.has(name) ? { f: value } : { i: value }];
      return [name, { list: { i: value } }];
    }),
  );
}
