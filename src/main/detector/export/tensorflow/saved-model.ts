/** A graph as a SavedModel, weights inside: what TensorFlow itself loads, from Python, C++ or `tf.node.loadSavedModel`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** Writes `folder`/saved_model.pb: tag `serve`, signature `serving_default`. */
export function writeSavedModel(folder: string, graph: LoweredGraph): void {
  mkdirSync(join(folder, 'variables'), { recursive: true });
  const node = [...graph.constants.map(constantNode), ...graph.nodes];
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

function constantNode({ name, shape, dtype, data }: GraphConstant): NodeDef {
  const tensorContent = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const tensor = { dtype: dataTypes[dtype], tensorShape: shapeOf(shape), tensorContent };
  return { name, op: 'Const', input: [], attr: { dtype: typeOf(dtype), value: { tensor } } };
}
