/** The ops that pre- and post-processing are written in: arithmetic on the tensors of a graph, shapes worked out. */
import type { Dimension, GraphAttribute, GraphDtype } from './graph.ts';
import type { GraphBuilder } from './graph-builder.ts';

/** The name of a tensor, or a number to make a constant of in the other operand's type. */
type Operand = string | number;

type Binary =
  | 'AddV2'
  | 'Sub'
  | 'Mul'
  | 'RealDiv'
  | 'Maximum'
  | 'Minimum'
  | 'FloorDiv'
  | 'FloorMod'
  | 'Greater'
  | 'LogicalAnd';

export class GraphOps {
  readonly builder: GraphBuilder;

  constructor(builder: GraphBuilder) {
    this.builder = builder;
  }

  ints(values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.builder.constant('constant', shape, Int32Array.from(values));
  }

  floats(values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.builder.constant('constant', shape, Float32Array.from(values));
  }

  /** A binary op with broadcasting. */
  binary(op: Binary, a: string, b: Operand): string {
    const { shape, dtype } = this.builder.tensor(a);
    const other = typeof b === 'string' ? b : this.#scalar(b, dtype);
    const isTest = op === 'Greater' || op === 'LogicalAnd';
    const broadcast = together(shape, this.builder.tensor(other).shape);
    return this.builder.add(op, [a, other], { shape: broadcast, dtype: isTest ? 'bool' : dtype });
  }

  unary(op: 'Sigmoid' | 'Exp', x: string): string {
    return this.builder.add(op, [x], this.builder.tensor(x));
  }

  cast(x: string, dtype: GraphDtype): string {
    return this.builder.add('Cast', [x], { shape: this.builder.tensor(x).shape, dtype });
  }

  /** `sizes` as TensorFlow takes them; one may be -1. */
  reshape(x: string, sizes: readonly number[]): string {
    const shape = sizes.map((size) => (size < 0 ? '?' : size));
    return this.#like(x, 'Reshape', [this.ints(sizes)], shape);
  }

  /** int32 [rank]. */
  shape(x: string): string {
    const { shape } = this.builder.tensor(x);
    return this.builder.add('Shape', [x], { shape: [shape.length], dtype: 'int32' });
  }

  /** From `begin`, `size` elements along each axis; -1 to the end. */
  slice(x: string, begin: readonly number[], size: readonly number[]): string {
    const { shape } = this.builder.tensor(x);
    const sizes = size.map((count, i) => (count < 0 ? (shape[i] ?? '?') : count));
    return this.#like(x, 'Slice', [this.ints(begin), this.ints(size)], sizes);
  }

  concat(parts: readonly string[], axis: number): string {
    const shapes = parts.map((part) => this.builder.tensor(part).shape);
    const along = shapes.map((shape) => shape[axis] ?? '?');
    const known = along.every((size) => typeof size === 'number');
    const total: Dimension = known ? along.reduce<number>((sum, size) => sum + Number(size), 0) : '?';
    const shape = (shapes[0] ?? []).map((size, i) => (i === axis ? total : size));
    const { dtype } = this.builder.tensor(parts[0] ?? '');
    return this.builder.add('ConcatV2', [...parts, this.ints([axis], [])], { shape, dtype });
  }

  /** Rows of `x` along its first axis. */
  gather(x: string, indices: string): string {
    const [, ...rest] = this.builder.tensor(x).shape;
    const shape = [...this.builder.tensor(indices).shape, ...rest];
    return this.builder.add('GatherV2', [x, indices, this.ints([0], [])], {
      shape,
      dtype: this.builder.tensor(x).dtype,
    });
  }

  /** The largest element along `axis`. */
  max(x: string, axis: number): string {
    const shape = this.builder.tensor(x).shape.filter((_, i) => i !== axis);
    return this.#like(x, 'Max', [this.ints([axis], [])], shape, { keep_dims: false });
  }

  /** Values and indices of the `count` largest of a vector, largest first. */
  topK(x: string, count: string): [values: string, indices: string] {
    return this.builder.addMany(
      'TopKV2',
      [x, this.reshape(count, [])],
      [
        { shape: ['?'], dtype: 'float32' },
        { shape: ['?'], dtype: 'int32' },
      ],
      { sorted: true },
    ) as [string, string];
  }

  /** Indices of what is true: [M, rank]. */
  where(x: string): string {
    const { shape } = this.builder.tensor(x);
    return this.builder.add('Where', [x], { shape: ['?', shape.length], dtype: 'int32' });
  }

  /** Column `index` of a matrix, as a vector. */
  column(x: string, index: number): string {
    return this.reshape(this.slice(x, [0, index], [-1, 1]), [-1]);
  }

  #like(
    x: string,
    op: string,
    more: readonly string[],
    shape: readonly Dimension[],
    attributes: Readonly<Record<string, GraphAttribute>> = {},
  ): string {
    return this.builder.add(op, [x, ...more], { shape, dtype: this.builder.tensor(x).dtype }, attributes);
  }

  #scalar(value: number, dtype: GraphDtype): string {
    return dtype === 'int32' ? this.ints([value], []) : this.floats([value], []);
  }
}

/** The shape that two shapes are broadcast to. */
function together(a: readonly Dimension[], b: readonly Dimension[]): readonly Dimension[] {
  const [long, short] = a.length >= b.length ? [a, b] : [b, a];
  const skipped = long.length - short.length;
  return long.map((size, i) => {
    const other = short[i - skipped];
    return size === 1 && other !== undefined ? other : size;
  });
}
