/** Writes a graph as an ONNX file of the standard operators alone. */
import type { Graph, GraphTensor } from '../graph.ts';
import { arrayLowerings } from './lower-arrays.ts';
import { mapLowerings } from './lower-maps.ts';
import { OnnxGraph, type OnnxOptions } from './onnx-graph.ts';
import { encodeModel, type OnnxValueInfo, onnxTypes } from './schema.ts';

/** `DeformConv` came with 19. */
const opset = 19;
const irVersion = 9;

const lowerings = { ...mapLowerings, ...arrayLowerings };

export interface OnnxFileOptions extends OnnxOptions {
  /** Kept in the file: classes, recipe and the like. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The bytes of the file. */
export function writeOnnx(graph: Graph, options: OnnxFileOptions): Uint8Array {
  const made = new OnnxGraph(graph, options);
  for (const node of graph.nodes) {
    const lowering = lowerings[node.op];
    if (lowering === undefined) throw new Error(`no ONNX form of ${node.op} is known`);
    lowering(made, node);
  }
  return encodeModel({
    irVersion,
    producerName: 'DDOD Studio',
    docString: '',
    opsetImport: [{ domain: '', version: opset }],
    metadataProps: Object.entries(options.metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: 'detector',
      node: made.nodes,
      initializer: made.initializers,
      input: graph.inputs.map(valueInfo),
      output: graph.outputs.map((name) => valueInfo(made.tensor(name))),
    },
  });
}

function valueInfo({ name, shape, dtype }: GraphTensor): OnnxValueInfo {
  const dim = shape.map((size, axis) =>
    typeof size === 'number' ? { dimValue: size } : { dimParam: size === '?' ? `${name}_${axis}` : size },
  );
  return { name, type: { tensorType: { elemType: onnxTypes[dtype], shape: { dim } } } };
}
