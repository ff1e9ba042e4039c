// An export: the network is traced, written, opened again in the format's own runtime and held against the engine.
import { join } from 'node:path';
import type { Recipe } from '../../shared/recipe.ts';
import { ParameterStore } from '../detector/autograd/parameter-store.ts';
import { emptyWeights } from '../detector/checkpoints/initial-weights.ts';
import { loadWeights } from '../detector/checkpoints/load-weights.ts';
import { detectionGraph, headsGraph } from '../detector/export/detector-graph.ts';
import { exportFormats } from '../detector/export/formats.ts';
import { Network } from '../detector/network.ts';
import { networkConfigOf } from '../detector/network-config.ts';
import type { ExportEvent, ExportJob } from './job-export.ts';
import { prove } from './prove-export.ts';
import { readModel } from './read-model.ts';

/** Says `exported` once the model is written and agrees with the engine. Throws a Problem where it does not. */
export async function exportModel(job: ExportJob, say: (event: ExportEvent) => void): Promise<void> {
  const { recipe, classes, tensors, name } = readModel(job.model);
  const network = new Network(new ParameterStore(emptyWeights), networkConfigOf(recipe, classes.length));
  loadWeights(network.store, tensors, { file: name });
  const format = exportFormats[job.format];
  try {
    say({ type: 'exporting', stage: 'tracing', done: 0, of: 1 });
    const request = { ...graphsOf(network, recipe, job.heads), metadata: metadataOf(recipe, classes) };
    say({ type: 'exporting', stage: 'writing', done: 0, of: 1 });
    const files = await format.write({ ...request, weights: job.weights }, job.folder);
    const exported = await format.open(join(job.folder, format.mainFile));
    const proven = await prove({ network, exported, recipe, classes, job }, say).finally(() =>
      exported.close(),
    );
    say({ type: 'exported', result: { files, mainFile: format.mainFile, classes, recipe, ...proven } });
  } finally {
    network.dispose();
  }
}

function graphsOf(network: Network, recipe: Recipe, heads: boolean) {
  const detections = detectionGraph(network, { rule: recipe.rule, ...recipe.test });
  return heads ? { detections, heads: headsGraph(network) } : { detections };
}

function metadataOf(recipe: Recipe, classes: readonly string[]): Record<string, string> {
  return { classes: JSON.stringify(classes), recipe: JSON.stringify(recipe) };
}
