/** A graph as a TensorFlow.js graph model: `model.json` with the graph, and the weights in files of 4 MiB beside it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  dataTypes,
  graphDefJson,
  graphVersion,
  type NodeDef,
  shapeOf,
  signatureJson,
  typeOf,
} from '../graph-def.ts';
import { fuseConvolutions } from './fuse.ts';
import type { LoweredGraph } from './lower.ts';
import { signatureOf } from './saved-model.ts';
import { type StoredWeights, storeWeights, type WeightPrecision } from './stored-weights.ts';

/** Browsers cache files of this size best. */
const shardBytes = 4 * 2 ** 20;

export interface TfjsOptions {
  readonly precision?: WeightPrecision;
  /** Kept in the file under `userDefinedMetadata.detector`. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Writes `folder`/model.json and its weight files; gives their names. */
export function writeTfjsModel(
  folder: string,
  graph: LoweredGraph,
  { precision = 'float32', metadata = {} }: TfjsOptions = {},
): string[] {
  mkdirSync(folder, { recursive: true });
  const stored = storeWeights(graph.constants, precision);
  const paths = writeShards(folder, stored);
  const model = {
    format: 'graph-model',
    generatedBy: 'DDOD Studio',
    convertedBy: null,
    signature: signatureJson(signatureOf(graph)),
    modelTopology: topology(graph, stored),
    // the keys are what predictAsync calls its results
    userDefinedMetadata: { structuredOutputKeys: Object.keys(graph.outputs), detector: metadata },
    weightsManifest: [{ paths, weights: stored.weights.map(({ entry }) => entry) }],
  };
  writeFileSync(join(folder, 'model.json'), JSON.stringify(model));
  return ['model.json', ...paths];
}

function topology(graph: LoweredGraph, { weights, nodes }: StoredWeights) {
  const constants = weights.map(({ entry: { name, dtype, shape } }): NodeDef => {
    const tensor = { dtype: dataTypes[dtype], tensorShape: shapeOf(shape) };
    return { name, op: 'Const', input: [], attr: { dtype: typeOf(dtype), value: { tensor } } };
  });
  const node = [...constants, ...nodes, ...fuseConvolutions(graph.nodes)];
  return graphDefJson({ node, versions: { producer: graphVersion } });
}

/** All weights in a row, cut into files. */
function writeShards(folder: string, { weights }: StoredWeights): string[] {
  const all = Buffer.concat(weights.map(({ bytes }) => bytes));
  const count = Math.max(1, Math.ceil(all.length / shardBytes));
  return Array.from({ length: count }, (_, i) => {
    const name = `weights-${i + 1}-of-${count}.bin`;
    writeFileSync(join(folder, name), all.subarray(i * shardBytes, (i + 1) * shardBytes));
    return name;
  });
}
