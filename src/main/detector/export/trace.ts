/**
 * Records what a function asks of TensorFlow as a graph. What does not depend on the inputs is not recorded: it becomes a
 * constant with its value, so weights come out with all that is done to them alone (frozen batch norm folded in).
 */
import { type AttributeValue, listen, type RecordedOp, told } from '../op-recorder.ts';
import { type Tensor, tf } from '../tf.ts';
import type { Graph, GraphConstant, GraphDtype, GraphNode } from './graph.ts';
import { GraphBuilder } from './graph-builder.ts';

export interface TraceRequest {
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** Names of tensors made before, by tensor: weights. */
  readonly names: ReadonlyMap<Tensor, string>;
  /** What is recorded; gives the outputs by name. */
  readonly run: () => Readonly<Record<string, Tensor>>;
}

/** The graph of `request.run` at the sizes of its inputs. */
export function trace(request: TraceRequest): Graph {
  const tracer = new Tracer(request.names);
  for (const [name, tensor] of Object.entries(request.inputs)) tracer.input(name, tensor);
  let graph: Graph | undefined;
  // not the tidy's result, which it would search for tensors number by number
  tf.tidy(() => {
    const hear = (op: RecordedOp) => tracer.hear(op);
    graph = tracer.graph(listen(hear, () => withKernelsHeard(request.run)));
  });
  if (graph === undefined) throw new Error('nothing was traced');
  return graph;
}

/** tfjs-core's kernels under the names of the TensorFlow ops that they are. */
const opOfKernel: Readonly<Record<string, string>> = { Multiply: 'Mul', Add: 'AddV2' };

type RunKernel = (
  name: string,
  inputs: Readonly<Record<string, Tensor>>,
  attributes?: Readonly<Record<string, AttributeValue>>,
) => Tensor | Tensor[];

/** tfjs-core's own functions do not come through `op`: the engine that they call is listened to as well. */
function withKernelsHeard<T>(run: () => T): T {
  const engine = tf.engine() as unknown as { runKernel: RunKernel };
  const runKernel = engine.runKernel.bind(engine);
  engine.runKernel = (name, inputs, attributes) =>
    told(
      name,
      () => ({ ...attributes }),
      Object.values(inputs),
      () => runKernel(name, inputs, attributes),
    );
  try {
    return run();
  } finally {
    Reflect.deleteProperty(engine, 'runKernel');
  }
}

class Tracer {
  readonly #builder = new GraphBuilder();
  /** Tensors that depend on an input. */
  readonly #live = new Map<Tensor, string>();
  readonly #constants = new Map<Tensor, string>();
  /** What a constant is called: its own name, or that of the first weight that it was made of. */
  readonly #names: Map<Tensor, string>;

  constructor(names: ReadonlyMap<Tensor, string>) {
    this.#names = new Map(names);
  }

  input(name: string, tensor: Tensor): void {
    this.#live.set(tensor, this.#builder.input(name, tensor.shape, dtypeOf(tensor)));
  }

  hear({ name, attributes, inputs, outputs }: RecordedOp): void {
    if (!inputs.some((tensor) => this.#live.has(tensor))) this.#inherit(inputs, outputs);
    else if (name === 'GroupNorm') this.#groupNorm(attributes, inputs, outputs);
    else this.#add(opOfKernel[name] ?? name, attributes, inputs, outputs);
  }

  graph(outputs: Readonly<Record<string, Tensor>>): Graph {
    const names = Object.entries(outputs).map(([name, tensor]) => {
      const made = this.#live.get(tensor);
      if (made === undefined) throw new Error(`the output ${name} does not depend on the inputs`);
      return this.#builder.output(name, made);
    });
    return this.#builder.build(names);
  }

  #inherit(inputs: readonly Tensor[], outputs: readonly Tensor[]): void {
    const name = inputs.map((tensor) => this.#names.get(tensor)).find((known) => known !== undefined);
    if (name !== undefined) for (const output of outputs) this.#names.set(output, name);
  }

  /** The normalisation, and the ReLU after it as a node of its own. */
  #groupNorm(
    { groups, epsilon, relu }: RecordedOp['attributes'],
    inputs: readonly Tensor[],
    [y]: readonly Tensor[],
  ): void {
    if (y === undefined) return;
    this.#add('GroupNorm', { groups: groups ?? 1, epsilon: epsilon ?? 0 }, inputs, [y]);
    if (relu === true) this.#add('Relu', {}, [y], [y]);
  }

  #add(
    op: string,
    attributes: GraphNode['attributes'],
    inputs: readonly Tensor[],
    outputs: readonly Tensor[],
  ): void {
    const sources = inputs.map((tensor) => this.#live.get(tensor) ?? this.#constant(tensor));
    const weight = inputs.map((tensor) => this.#names.get(tensor)).find((known) => known !== undefined);
    const name = weight === undefined ? op : `${weight.replace(/\.[^.]*$/, '')}/${op}`;
    const specs = outputs.map((tensor) => ({ shape: tensor.shape, dtype: dtypeOf(tensor) }));
    const made = this.#builder.addMany(op, sources, specs, attributes, name);
    outputs.forEach((tensor, i) => {
      this.#live.set(tensor, made[i] ?? '');
    });
  }

  /** Values are read here: the tensor may not outlive the call. */
  #constant(tensor: Tensor): string {
    const known = this.#constants.get(tensor);
    if (known !== undefined) return known;
    const data = tensor.dataSync().slice() as GraphConstant['data'];
    const name = this.#builder.constant(this.#names.get(tensor) ?? 'constant', tensor.shape, data);
    this.#constants.set(tensor, name);
    return name;
  }
}

function dtypeOf(tensor: Tensor): GraphDtype {
  const { dtype } = tensor;
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new Error(`tensors of ${dtype} are not traced`);
}
