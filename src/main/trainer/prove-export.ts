// The proof of an export: our engine and the exported model on the same images, pixel for pixel.
import { Problem, sentenceOf } from '../../shared/problem.ts';
import type { Recipe } from '../../shared/recipe.ts';
import type { Sample } from '../detector/data/loader.ts';
import { Rng } from '../detector/data/rng.ts';
import { readScaled, type ScaledImage } from '../detector/data/scaled-image.ts';
import type { Detections } from '../detector/engine/detect-batch.ts';
import { evaluationInput } from '../detector/engine/evaluate.ts';
import { apIntervals, apStatistics } from '../detector/evaluation/bootstrap.ts';
import { evaluateCoco } from '../detector/evaluation/coco.ts';
import { agreementOf, excesses, tolerances } from '../detector/export/agreement.ts';
import type { ExportedDetector, ImageDetector } from '../detector/export/export-format.ts';
import { inOriginalPixels } from '../detector/export/file-detector.ts';
import { networkDetector } from '../detector/export/network-detector.ts';
import type { Network } from '../detector/network.ts';
import type { ExportEvent, ExportJob, ExportResult, Proof } from './job-export.ts';
import { plain } from './read-model.ts';
import { sampleOf } from './samples.ts';

interface Subject {
  readonly network: Network;
  readonly exported: ExportedDetector;
  readonly recipe: Recipe;
  readonly classes: readonly string[];
  readonly job: ExportJob;
}

/** What one detector found on each image that could be read, and how long each took. */
interface Run {
  readonly found: Detections[]; // in pixels of the network's input
  readonly milliseconds: number[];
}

interface Trial {
  readonly samples: Sample[];
  readonly scaled: ScaledImage[];
  readonly engine: Run;
  readonly exported: Run;
}

/** Throws a Problem where the two do not agree. */
export async function prove(
  subject: Subject,
  say: (event: ExportEvent) => void,
): Promise<Pick<ExportResult, 'proof' | 'sample'>> {
  const trial = await tryBoth(subject, say);
  const proof = proofOf(subject, trial);
  const wrong = excesses(proof, { AP: proof.AP.exported - proof.AP.engine }, proof.tolerance);
  if (wrong.length > 0) {
    throw new Problem(
      `The exported model does not agree with the trained one on ${proof.images} images: ${wrong.join(', ')}.`,
      subject.job.weights === 'float32'
        ? 'Nothing was exported; keep the weights alone (pth) and report this.'
        : 'Nothing was exported; export it with weights of 32 bits.',
    );
  }
  return { proof, sample: sampleResult(trial) };
}

async function tryBoth(
  { network, exported, recipe, job }: Subject,
  say: (event: ExportEvent) => void,
): Promise<Trial> {
  const own = networkDetector(network, { rule: recipe.rule, ...recipe.test });
  const [engine, theirs]: [Run, Run] = [emptyRun(), emptyRun()];
  const [samples, scaled]: [Sample[], ScaledImage[]] = [[], []];
  for (const [index, image] of job.images.entries()) {
    say({ type: 'exporting', stage: 'proving', done: index, of: job.images.length });
    const read = await readOrSay(image.path, recipe, say);
    if (read === undefined) continue;
    samples.push(sampleOf(image));
    scaled.push(read);
    await timed(own, read, engine);
    await timed(exported, read, theirs);
  }
  if (samples.length === 0) throw noImages();
  return { samples, scaled, engine, exported: theirs };
}

function proofOf({ exported, classes, recipe, job }: Subject, trial: Trial): Proof {
  const tolerance = tolerances[job.weights];
  const inputOf = (run: Run) => {
    const original = run.found.map((found, i) => inOriginalPixels(found, scaledAt(trial, i)));
    return evaluationInput(trial.samples, original, classes);
  };
  const [ours, theirs] = [inputOf(trial.engine), inputOf(trial.exported)];
  const limits = { ...recipe.test, margin: tolerance.scoreDifference };
  const agreement = agreementOf(trial.engine.found, trial.exported.found, limits);
  return {
    runtime: exported.runtime,
    ...agreement,
    AP: {
      engine: evaluateCoco(ours).metrics.AP,
      exported: evaluateCoco(theirs).metrics.AP,
      interval: apIntervals(apStatistics(theirs), Rng.seeded('intervals'))?.AP ?? null,
    },
    milliseconds: {
      engine: median(trial.engine.milliseconds),
      exported: median(trial.exported.milliseconds),
    },
    tolerance,
  };
}

/** The image with most to see on it. */
function sampleResult(trial: Trial): ExportResult['sample'] {
  const counts = trial.exported.found.map(({ scores }) => scores.filter((score) => score > 0.3).length);
  const index = counts.indexOf(Math.max(...counts));
  const found = inOriginalPixels(trial.exported.found[index] ?? none, scaledAt(trial, index));
  return { path: trial.samples[index]?.path ?? '', found: plain(found, 0) };
}

const none: Detections = {
  boxes: new Float32Array(0),
  scores: new Float32Array(0),
  labels: new Int32Array(0),
};

function emptyRun(): Run {
  return { found: [], milliseconds: [] };
}

function scaledAt({ scaled }: Trial, index: number): ScaledImage {
  const one = scaled[index];
  if (one === undefined) throw new RangeError(`there are ${scaled.length} images, not ${index + 1}`);
  return one;
}

async function timed(detector: ImageDetector, { image }: ScaledImage, run: Run): Promise<void> {
  const began = performance.now();
  run.found.push(await detector.detect(image));
  run.milliseconds.push(performance.now() - began);
}

async function readOrSay(
  path: string,
  { input }: Recipe,
  say: (event: ExportEvent) => void,
): Promise<ScaledImage | undefined> {
  const scale = input.scales.at(-1);
  if (scale === undefined) throw new Error('the recipe has no size');
  try {
    return await readScaled({ path, scale, resample: input.resample });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    say({ type: 'log', level: 'warning', text: sentenceOf(error) });
    return undefined;
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function noImages(): Problem {
  return new Problem(
    'There is no image to try the exported model on.',
    'Label some images, or put those back that are missing.',
  );
}
