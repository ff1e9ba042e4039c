// A detection job: a trained network over images, in the same process that trains.

import type { Problem } from '../../shared/problem.ts';
import { ParameterStore } from '../detector/autograd/parameter-store.ts';
import { emptyWeights } from '../detector/checkpoints/initial-weights.ts';
import { loadWeights } from '../detector/checkpoints/load-weights.ts';
import { detectSamples, evaluateNetwork } from '../detector/engine/evaluate.ts';
import { Network } from '../detector/network.ts';
import { networkConfigOf } from '../detector/network-config.ts';
import { sayDetected } from './detected.ts';
import type { DetectionEvent, DetectionJob } from './job.ts';
import { admitting, plain, readModel } from './read-model.ts';
import { sampleOf } from './samples.ts';

/** Says what was found on each image of the job. */
export async function detect(job: DetectionJob, say: (event: DetectionEvent) => void): Promise<void> {
  const model = readModel(job.model);
  const recipe = admitting(model.recipe, job.scoreThresh);
  const store = new ParameterStore(emptyWeights);
  const network = new Network(store, networkConfigOf(recipe, model.classes.length));
  loadWeights(store, model.tensors, { file: model.name });
  const samples = job.images.map(sampleOf);
  const unreadable: { image: number; why: string }[] = [];
  const options = {
    onProgress: (done: number) => say({ type: 'evaluating', done, of: samples.length }),
    onSkip: (problem: Problem, image: number) => {
      unreadable.push({ image, why: problem.sentence });
      say({ type: 'log', level: 'warning', text: problem.sentence });
    },
  };
  const began = performance.now();
  const evaluation = job.evaluate
    ? await evaluateNetwork(network, samples, recipe, model.classes, options)
    : { detections: await detectSamples(network, samples, recipe, options), metrics: null, perClass: [] };
  network.dispose();
  const result = {
    classes: model.classes,
    images: evaluation.detections.map((found) => plain(found, job.scoreThresh ?? 0)),
    unreadable,
    metrics: evaluation.metrics,
    perClass: evaluation.perClass,
    ...('bestThreshold' in evaluation ? { bestThreshold: evaluation.bestThreshold } : {}),
    seconds: (performance.now() - began) / 1000,
  };
  sayDetected(result, say);
}
