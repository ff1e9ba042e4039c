/** A graph as a SavedModel, weights inside: what TensorFlow itself loads, from Python, C++ or `tf.node.loadSavedModel`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromFloat32 } from '../../checkpoints/stored-tensor.ts';
import type { GraphConstant } from '../graph.ts';
import {
  dataTypes,
  encodeSavedModel,
  graphVersion,
  type NodeDef,
  type SignatureDef,
  shapeOf,
  typeOf,
} from '../graph-def.ts';
import type { LoweredGraph, Terminal } from './lower.ts';

/**
 * Writes `folder`/saved_model.pb: tag `serve`, signature `serving_default`. With `half`, filters are kept as half floats
 * and widened when the model is loaded.
 */
export function writeSavedModel(folder: string, graph: LoweredGraph, { half = false } = {}): void {
  mkdirSync(join(folder, 'variables'), { recursive: true });
  const node = [...graph.constants.flatMap((constant) => constantNodes(constant, half)), ...graph.nodes];
  const model = encodeSavedModel({
    savedModelSchemaVersion: 1,
    metaGraphs: [
      {
        metaInfoDef: { tags: ['serve'], tensorflowVersion: '2.9.0' },
        graphDef: { node, versions: { producer: graphVersion } },
        signatureDef: { serving_default: signatureOf(graph) },
      },
    ],
  });
  writeFileSync(join(folder, 'saved_model.pb'), model);
}

/** The ends of `graph` by name. */
export function signatureOf({ inputs, outputs }: LoweredGraph): SignatureDef {
  return {
    inputs: mapped(inputs),
    outputs: mapped(outputs),
    methodName: 'tensorflow/serving/predict',
  };
}

function mapped(terminals: Readonly<Record<string, Terminal>>) {
  return Object.fromEntries(
    Object.entries(terminals).map(([name, { wire, shape }]) => [
      name,
      {
        name: wire.name.includes(':') ? wire.name : `${wire.name}:0`,
        dtype: dataTypes[wire.dtype],
        tensorShape: shapeOf(shape),
      },
    ]),
  );
}

function constantNodes({ name, shape, dtype, data }: GraphConstant, half: boolean): NodeDef[] {
  if (!half || !(data instanceof Float32Array) || shape.length < 4) {
    return [constantNode(name, dataTypes[dtype], shape, data)];
  }
  const { data: halves } = fromFloat32(Float32Array.from(data), shape, 'float16');
  const attr = { SrcT: { type: dataTypes.float16 }, DstT: typeOf('float32') };
  return [
    constantNode(`${name}/half`, dataTypes.float16, shape, halves),
    { name, op: 'Cast', input: [`${name}/half`], attr },
  ];
}

function constantNode(
  name: string,
  dtype: number,
  shape: readonly number[],
  { buffer, byteOffset, byteLength }: ArrayBufferView,
): NodeDef {
  const tensorContent = new Uint8Array(buffer, byteOffset, byteLength);
  const value = { tensor: { dtype, tensorShape: shapeOf(shape), tensorContent } };
  return { name, op: 'Const', input: [], attr: { dtype: { type: dtype }, value } };
}
