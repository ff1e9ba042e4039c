/** Weights as TensorFlow.js keeps them in files: as they are, as half floats, or as bytes between two bounds. */
import { fromFloat32 } from '../../checkpoints/stored-tensor.ts';
import type { GraphConstant, GraphDtype } from '../graph.ts';
import { type NodeDef, typeOf } from '../graph-def.ts';

/** How the filters of convolutions are stored, nearly all of a network's bytes; everything else stays as it is. */
export type WeightPrecision = 'float32' | 'float16' | 'uint8';

/** An entry of `weightsManifest`. */
interface WeightEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: GraphDtype;
  readonly quantization?: {
    readonly dtype: 'float16' | 'uint8';
    readonly original_dtype: 'float32';
    readonly min?: number;
    readonly scale?: number;
  };
}

interface StoredWeight {
  readonly entry: WeightEntry;
  readonly bytes: Uint8Array;
}

export interface StoredWeights {
  readonly weights: readonly StoredWeight[];
  /** Nodes that make constants of the graph from more than one stored weight. */
  readonly nodes: readonly NodeDef[];
}

interface Filters {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export function storeWeights(constants: readonly GraphConstant[], precision: WeightPrecision): StoredWeights {
  const parts = constants.map(({ name, shape, dtype, data }): StoredWeights => {
    if (precision === 'float32' || shape.length < 4 || !(data instanceof Float32Array)) {
      return { weights: [plain({ name, shape, dtype, data })], nodes: [] };
    }
    const filters = { name, shape, data };
    return precision === 'uint8' ? asBytes(filters) : { weights: [asHalves(filters)], nodes: [] };
  });
  return { weights: parts.flatMap(({ weights }) => weights), nodes: parts.flatMap(({ nodes }) => nodes) };
}

function plain({ name, shape, dtype, data }: GraphConstant): StoredWeight {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { entry: { name, shape, dtype }, bytes };
}

function asHalves({ name, shape, data }: Filters): StoredWeight {
  const { data: halves } = fromFloat32(Float32Array.from(data), shape, 'float16');
  const quantization = { dtype: 'float16', original_dtype: 'float32' } as const;
  return { entry: { name, shape, dtype: 'float32', quantization }, bytes: new Uint8Array(halves.buffer) };
}

/**
 * Filters as bytes times the largest weight of their channel. The format has one pair of bounds a tensor, but channels
 * differ by orders of magnitude once batch norm is folded in: so each is divided by its own scale, and a node multiplies.
 */
function asBytes({ name, shape, data }: Filters): StoredWeights {
  const scales = channelScales(data, shape);
  const levels = 127;
  const bytes = Uint8Array.from(data, (value, i) => {
    return Math.round((value / (scales.values[scales.channelOf(i)] || 1)) * levels) + levels;
  });
  const quantization = { dtype: 'uint8', original_dtype: 'float32', min: -1, scale: 1 / levels } as const;
  const [share, scale] = [`${name}/share`, `${name}/scale`];
  return {
    weights: [
      { entry: { name: share, shape, dtype: 'float32', quantization }, bytes },
      plain({ name: scale, shape: scales.shape, dtype: 'float32', data: scales.values }),
    ],
    nodes: [{ name, op: 'Mul', input: [share, scale], attr: { T: typeOf('float32') } }],
  };
}

/** The largest magnitude of each output channel; of each input channel where there is one output (depthwise filters). */
function channelScales(data: Float32Array, shape: readonly number[]) {
  const [, , inputs = 1, outputs = 1] = shape;
  const channels = outputs > 1 ? outputs : inputs;
  const values = new Float32Array(channels);
  for (const [i, value] of data.entries()) {
    const channel = i % channels;
    values[channel] = Math.max(values[channel] ?? 0, Math.abs(value));
  }
  return { values, shape: outputs > 1 ? [channels] : [channels, 1], channelOf: (i: number) => i % channels };
}
