// A network traced for onnxruntime, and held against itself on the images at hand before it is used in its place.
import { Problem } from '../../shared/problem.ts';
import type { Recipe } from '../../shared/recipe.ts';
import { readScaled } from '../detector/data/scaled-image.ts';
import type { Detections } from '../detector/engine/detect-batch.ts';
import { agreementOf, excesses, tolerances } from '../detector/export/agreement.ts';
import { detectionGraph } from '../detector/export/detector-graph.ts';
import type { ExportedDetector, ImageDetector } from '../detector/export/export-format.ts';
import { networkDetector } from '../detector/export/network-detector.ts';
import { onnxFormat } from '../detector/export/onnx/onnx-format.ts';
import type { Network } from '../detector/network.ts';
import { onGpu } from '../detector/tf.ts';
import type { JobImage } from './job.ts';
import { keepGraph } from './traced-graphs.ts';

/** Images that the graph is tried on: enough to show an error, and no long wait. */
const TRIED = 3;

export interface Tracing {
  readonly network: Network;
  readonly recipe: Recipe;
  /** What the graph is tried on. */
  readonly images: readonly JobImage[];
  readonly folder: string;
  readonly key: string;
}

/**
 * The network's graph, ready to look, kept under its key. Undefined where the network itself is the quicker one, on a
 * graphics card. Throws a Problem where the graph finds something else.
 */
export async function traceDetector(tracing: Tracing): Promise<ExportedDetector | undefined> {
  if (onGpu) return undefined;
  const { network, recipe, folder, key } = tracing;
  return await keepGraph(folder, key, async (draft) => {
    const settings = { rule: recipe.rule, ...recipe.test };
    const detections = detectionGraph(network, settings);
    await onnxFormat.write({ detections, weights: 'float32', metadata: {} }, draft);
    const graph = await onnxFormat.open(`${draft}/${onnxFormat.mainFile}`);
    try {
      await compare(networkDetector(network, settings), graph, tracing);
      return graph;
    } catch (error) {
      await graph.close();
      throw error;
    }
  });
}

async function compare(own: ImageDetector, graph: ImageDetector, { recipe, images }: Tracing): Promise<void> {
  const [ours, theirs]: [Detections[], Detections[]] = [[], []];
  for (const image of await readable(images, recipe)) {
    ours.push(await own.detect(image));
    theirs.push(await graph.detect(image));
  }
  const tolerance = tolerances.float32;
  const agreement = agreementOf(ours, theirs, { ...recipe.test, margin: tolerance.scoreDifference });
  const wrong = excesses(agreement, { AP: 0 }, tolerance);
  if (wrong.length > 0)
    throw new Problem(`The traced detector differs from its network: ${wrong.join(', ')}.`);
}

async function readable(images: readonly JobImage[], { input }: Recipe) {
  const scale = input.scales.at(-1);
  if (scale === undefined) throw new Error('the recipe has no size');
  const read = images
    .slice(0, TRIED)
    .map(({ path }) => readScaled({ path, scale, resample: input.resample }).catch(() => undefined));
  return (await Promise.all(read)).flatMap((one) => (one ? [one.image] : []));
}
