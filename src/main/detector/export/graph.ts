/**
 * A network as a small typed graph: what the tracer records and the writer of each format lowers. Ops bear TensorFlow's
 * names (feature maps NHWC, filters HWIO); what has no such op is one composite node that each writer lowers its own way.
 */
/** `uint8` is for pixels at the input alone. */
export type GraphDtype = 'float32' | 'int32' | 'bool' | 'uint8';

/**
 * A size known when tracing, or one that the file leaves open: `batch`, `height`, `width`, or such as `height/8`, which
 * is rounded up. `?` is known at run time alone.
 */
export type Dimension = number | string;

export interface GraphTensor {
  readonly name: string;
  readonly shape: readonly Dimension[];
  readonly dtype: GraphDtype;
}

export interface GraphConstant extends GraphTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
}

export type GraphAttribute = number | string | boolean | readonly number[];

export interface GraphNode {
  /** Unique in its graph. */
  readonly name: string;
  readonly op: string;
  /** Names of tensors: inputs and constants of the graph, or outputs of nodes before this one. */
  readonly inputs: readonly string[];
  readonly outputs: readonly GraphTensor[];
  readonly attributes: Readonly<Record<string, GraphAttribute>>;
}

export interface Graph {
  readonly inputs: readonly GraphTensor[];
  readonly constants: readonly GraphConstant[];
  /** In an order in which each finds its inputs made. */
  readonly nodes: readonly GraphNode[];
  /** Names of what the graph gives. */
  readonly outputs: readonly string[];
}
