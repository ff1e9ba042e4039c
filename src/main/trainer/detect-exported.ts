// A detection job with an exported model: the same images, answers and events as with a network of ours.
import { Problem } from '../../shared/problem.ts';
import type { Sample } from '../detector/data/loader.ts';
import type { Detections } from '../detector/engine/detect-batch.ts';
import { evaluateDetections } from '../detector/engine/evaluate.ts';
import { detectFile } from '../detector/export/file-detector.ts';
import { sayDetected } from './detected.ts';
import type { DetectionEvent, DetectionJob, ModelSource } from './job.ts';
import { type OpenExported, openExported } from './open-exported.ts';
import { plain } from './read-model.ts';
import { sampleOf } from './samples.ts';

type Say = (event: DetectionEvent) => void;

/** Says what was found on each image of the job. */
export async function detectExported(
  job: DetectionJob,
  source: Extract<ModelSource, { kind: 'exported' }>,
  say: Say,
): Promise<void> {
  const model = await openExported(source);
  const samples = job.images.map(sampleOf);
  const began = performance.now();
  const unreadable: { image: number; why: string }[] = [];
  const onSkip = (image: number, why: string) => {
    unreadable.push({ image, why });
    say({ type: 'log', level: 'warning', text: why });
  };
  const found = await detectAll(model, samples, { say, onSkip }).finally(() => model.detector.close());
  const places = new Set(unreadable.map(({ image }) => image));
  const evaluation = job.evaluate ? evaluateDetections(samples, found, model.classes, places) : null;
  const result = {
    classes: model.classes,
    images: found.map((one) => plain(one, job.scoreThresh ?? 0)),
    unreadable,
    metrics: evaluation?.metrics ?? null,
    perClass: evaluation?.perClass ?? [],
    seconds: (performance.now() - began) / 1000,
  };
  sayDetected(result, say);
}

interface Told {
  readonly say: Say;
  readonly onSkip: (image: number, why: string) => void;
}

async function detectAll(
  { detector, recipe }: OpenExported,
  samples: readonly Sample[],
  { say, onSkip }: Told,
): Promise<Detections[]> {
  const found: Detections[] = [];
  for (const [image, { path }] of samples.entries()) {
    const detected = detectFile(detector, path, recipe);
    found.push(await detected.catch((error) => nothing(error, (why) => onSkip(image, why))));
    say({ type: 'evaluating', done: found.length, of: samples.length });
  }
  return found;
}

/** On an image that cannot be read. */
function nothing(error: unknown, told: (why: string) => void): Detections {
  if (!(error instanceof Problem)) throw error;
  told(error.sentence);
  return { boxes: new Float32Array(0), scores: new Float32Array(0), labels: new Int32Array(0) };
}
