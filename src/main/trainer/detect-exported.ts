// A detection job with an exported model: the same images, answers and events as with a network of ours.
import { Problem } from '../../shared/problem.ts';
import type { Sample } from '../detector/data/loader.ts';
import type { Detections } from '../detector/engine/detect-batch.ts';
import { evaluateDetections } from '../detector/engine/evaluate.ts';
import { detectFile } from '../detector/export/file-detector.ts';
import type { DetectionEvent, DetectionJob, ModelSource } from './job.ts';
import { type OpenExported, openExported } from './open-exported.ts';
import { plain } from './read-model.ts';
import { sampleOf } from './samples.ts';

type Say = (event: DetectionEvent) => void;

/** Says `detected` with what was found on each image of the job. */
export async function detectExported(
  job: DetectionJob,
  source: Extract<ModelSource, { kind: 'exported' }>,
  say: Say,
): Promise<void> {
  const model = await openExported(source);
  const samples = job.images.map(sampleOf);
  const began = performance.now();
  const found = await detectAll(model, samples, say).finally(() => model.detector.close());
  const evaluation = job.evaluate ? evaluateDetections(samples, found, model.classes) : null;
  say({
    type: 'detected',
    result: {
      classes: model.classes,
      images: found.map((one) => plain(one, job.scoreThresh ?? 0)),
      metrics: evaluation?.metrics ?? null,
      perClass: evaluation?.perClass ?? [],
      seconds: (performance.now() - began) / 1000,
    },
  });
}

async function detectAll(
  { detector, recipe }: OpenExported,
  samples: readonly Sample[],
  say: Say,
): Promise<Detections[]> {
  const found: Detections[] = [];
  for (const { path } of samples) {
    found.push(await detectFile(detector, path, recipe).catch((error) => nothing(error, say)));
    say({ type: 'evaluating', done: found.length, of: samples.length });
  }
  return found;
}

/** On an image that cannot be read. */
function nothing(error: unknown, say: Say): Detections {
  if (!(error instanceof Problem)) throw error;
  say({ type: 'log', level: 'warning', text: error.sentence });
  return { boxes: new Float32Array(0), scores: new Float32Array(0), labels: new Int32Array(0) };
}
