// A small project whose run has trained a little, and what its network finds: what quicker ways to look are held against.
import { expect } from 'vitest';
import { agreementOf, excesses, tolerances } from '../../../src/main/detector/export/agreement.ts';
import type { OpenProject } from '../../../src/main/services/projects.ts';
import { detect } from '../../../src/main/trainer/detect-job.ts';
import { detectionHearer } from '../../../src/main/trainer/detected.ts';
import type { DetectionResult, FoundObjects, JobImage, ModelSource } from '../../../src/main/trainer/job.ts';
import type { Looked } from '../../../src/main/trainer/job-detector.ts';
import { runJob } from '../../../src/main/trainer/run-job.ts';
import type { JsonObject } from '../../../src/shared/model.ts';
import { sampleJob, sampleProject, tinyRecipe } from './sample-project.ts';

/** A project whose run 1 has trained for an epoch; `set` changes its recipe. */
export async function trainedProject(set: readonly string[] = []): Promise<OpenProject> {
  const project = await sampleProject(12);
  const recipe = tinyRecipe(set, { epochs: 1 });
  const snapshot = project.snapshots.take();
  const run = project.runs.create({
    recipe: recipe as unknown as JsonObject,
    snapshotHash: snapshot.hash,
    seed: 1,
  });
  await runJob(sampleJob(project, recipe, { runId: run.id }), () => undefined, {
    pause: new AbortController().signal,
  });
  return project;
}

/** Its images as a detector is given them, without labels. */
export function imagesOf(project: OpenProject): JobImage[] {
  return project.annotations.images().map((image) => {
    const { width, height } = image;
    return { path: project.imageFile(image), width, height, boxes: [], labels: [], ignore: [] };
  });
}

/** What the network of a model finds. */
export async function detectedBy(model: ModelSource, images: readonly JobImage[], scoreThresh: number) {
  let result: DetectionResult | undefined;
  const resultIn = detectionHearer();
  await detect({ model, images, evaluate: false, scoreThresh }, (event) => {
    result = resultIn(event);
  });
  return result!;
}

/** The product's own measure and tolerance; boxes are in pixels of the images, which are larger than the network's. */
export function expectAgreement(
  found: readonly Looked[],
  wanted: readonly FoundObjects[],
  scoreThresh = 1e-4,
) {
  const arrays = (objects: Looked) => {
    if ('trouble' in objects) throw new Error(objects.trouble);
    const { boxes, scores, labels } = objects;
    return {
      boxes: Float32Array.from(boxes),
      scores: Float32Array.from(scores),
      labels: Int32Array.from(labels),
    };
  };
  const { float32 } = tolerances;
  const limits = { scoreThresh, maxPerImage: 100, margin: float32.scoreDifference };
  const agreement = agreementOf(wanted.map(arrays), found.map(arrays), limits);
  expect(found.length).toBe(wanted.length);
  expect(excesses(agreement, { AP: 0 }, float32)).toEqual([]);
  return agreement;
}
