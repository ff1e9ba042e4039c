// Exports through the training process' own jobs: written, proved, opened again and used like any other model.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ParameterStore, toTorch } from '../../../src/main/detector/autograd/parameter-store.ts';
import { writeSafetensors } from '../../../src/main/detector/checkpoints/safetensors-file.ts';
import { agreementOf, excesses, tolerances } from '../../../src/main/detector/export/agreement.ts';
import { exportFormats } from '../../../src/main/detector/export/formats.ts';
import { Network } from '../../../src/main/detector/network.ts';
import { networkConfigOf } from '../../../src/main/detector/network-config.ts';
import { jobImages } from '../../../src/main/services/training-job.ts';
import { detectExported } from '../../../src/main/trainer/detect-exported.ts';
import { detect } from '../../../src/main/trainer/detect-job.ts';
import { detectionHearer } from '../../../src/main/trainer/detected.ts';
import { exportModel } from '../../../src/main/trainer/export-job.ts';
import type { DetectionEvent, DetectionResult, ModelSource } from '../../../src/main/trainer/job.ts';
import type { ExportEvent, ExportJob } from '../../../src/main/trainer/job-export.ts';
import { openDetector } from '../../../src/main/trainer/open-detector.ts';
import { prove } from '../../../src/main/trainer/prove-export.ts';
import { movedWeights } from '../detector/export/network.ts';
import { temporaryFolder } from '../services/temporary.ts';
import { sampleProject, tinyRecipe } from './sample-project.ts';

const recipe = tinyRecipe(['test.maxPerImage=30'], { size: '96' });
const classes = ['one', 'two', 'three'];

/** A job for a detector whose weights are drawn so that it finds something everywhere. */
async function jobFor(changes: Partial<ExportJob> = {}): Promise<ExportJob> {
  const project = await sampleProject(6);
  const images = jobImages(project, project.snapshots.take(), 'train');
  const file = join(temporaryFolder(), 'weights.safetensors');
  const network = new Network(new ParameterStore(movedWeights), networkConfigOf(recipe, classes.length));
  const tensors = network.store.all().map(({ name, layout, tensor }) => {
    const { shape, data } = toTorch(layout, tensor);
    return [name, { dtype: 'float32', shape, data: new Uint8Array(data.buffer) }] as const;
  });
  writeSafetensors(file, new Map(tensors) as never, {});
  network.dispose();
  const model = { kind: 'file', file, recipe, classes } as const;
  return {
    model,
    format: 'onnx',
    weights: 'float32',
    heads: false,
    folder: temporaryFolder(),
    images,
    ...changes,
  };
}

async function resultOf(job: ExportJob) {
  const events: ExportEvent[] = [];
  await exportModel(job, (event) => events.push(event));
  const last = events.at(-1);
  if (last?.type !== 'exported') throw new Error('nothing was exported');
  return { events, result: last.result };
}

describe('an export', () => {
  it('is written, proved on images and used in place of the run', async () => {
    const job = await jobFor({ heads: true });
    const { events, result } = await resultOf(job);
    expect(events.map((event) => event.type === 'exporting' && event.stage)).toContain('proving');
    expect(readdirSync(job.folder).sort()).toEqual(['model-heads.onnx', 'model.onnx']);
    const { proof, sample } = result;
    expect(proof.images).toBe(job.images.length);
    expect(proof.detections).toBeGreaterThan(20);
    expect(proof.boxDifference).toBeGreaterThan(0);
    const { AP } = proof;
    if (AP.interval !== null) expect(AP.interval.low).toBeLessThanOrEqual(AP.interval.high);
    expect(sample.found.scores.length).toBeGreaterThan(0);

    const file = join(job.folder, result.mainFile);
    const [own, theirs] = [
      await found(job, job.model),
      await found(job, { kind: 'exported', format: 'onnx', file }),
    ];
    expect(theirs.classes).toEqual(classes);
    expect(theirs.metrics?.AP).toBeCloseTo(own.metrics?.AP ?? 0, 3);
    expect(theirs.images[0]?.scores[0]).toBeCloseTo(own.images[0]?.scores[0] ?? 0, 3);
    expect(theirs.images[0]?.boxes[0]).toBeCloseTo(own.images[0]?.boxes[0] ?? 0, 1);

    const standing = await openDetector({ kind: 'exported', format: 'onnx', file }, job.folder);
    const gone = { ...job.images[0]!, path: join(job.folder, 'gone.jpg') };
    const looked = await standing.look([job.images[0]!, gone], 0.3);
    expect(looked[0]).toMatchObject({ scores: theirs.images[0]!.scores.filter((score) => score >= 0.3) });
    expect(looked[1]).toMatchObject({ trouble: expect.stringContaining('gone.jpg does not exist') });
    expect(standing.explain).toBeUndefined();
    standing.dispose();
  });

  it('fails where the exported model says something else', async () => {
    const job = await jobFor();
    await resultOf(job);
    const exported = await exportFormats.onnx.open(join(job.folder, 'model.onnx'));
    const wrong = {
      ...exported,
      detect: async (image: Parameters<typeof exported.detect>[0]) => {
        const { boxes, scores, labels } = await exported.detect(image);
        return { boxes: boxes.map((side) => side + 0.5), scores, labels };
      },
    };
    const network = new Network(new ParameterStore(movedWeights), networkConfigOf(recipe, classes.length));
    const proving = prove({ network, exported: wrong, recipe, classes, job }, () => undefined);
    await expect(proving).rejects.toThrow(/does not agree .* a box is 0\.5\d? pixels off/);
    network.dispose();
    await exported.close();
  });

  it('cannot be proved without an image', async () => {
    const job = await jobFor({ images: [] });
    await expect(resultOf(job)).rejects.toThrow('no image to try');
  });
});

async function found(job: ExportJob, model: ModelSource): Promise<DetectionResult> {
  let result: DetectionResult | undefined;
  const resultIn = detectionHearer();
  const hear = (event: DetectionEvent) => {
    result = resultIn(event);
  };
  const question = { model, images: job.images, evaluate: true };
  await (model.kind === 'exported' ? detectExported(question, model, hear) : detect(question, hear));
  if (result === undefined) throw new Error('nothing was said');
  return result;
}

describe('agreement', () => {
  const one = {
    boxes: Float32Array.of(0, 0, 10, 10, 20, 20, 40, 40),
    scores: Float32Array.of(0.9, 0.5),
    labels: Int32Array.of(0, 1),
  };
  const limits = { scoreThresh: 0.05, maxPerImage: 100, margin: 0.001 };

  it('of a detector with itself is perfect', () => {
    const same = agreementOf([one], [one], limits);
    expect(same).toEqual({ images: 1, detections: 2, boxDifference: 0, scoreDifference: 0, unmatched: 0 });
    expect(excesses(same, { AP: 0 }, tolerances.float32)).toEqual([]);
  });

  it('counts what only one has found, but at the thresholds', () => {
    const other = { ...one, labels: Int32Array.of(0, 0) };
    expect(agreementOf([one], [other], limits).unmatched).toBe(2);
    expect(agreementOf([one], [other], { ...limits, scoreThresh: 0.6 }).unmatched).toBe(0);
    expect(agreementOf([one], [other], { ...limits, maxPerImage: 2 }).unmatched).toBe(0);
  });

  it('takes two boxes of which NMS keeps either for two objects, not for one that moved', () => {
    const limits16 = { ...limits, margin: tolerances.float16.scoreDifference };
    for (const moved of [
      { boxes: Float32Array.of(0, 0, 10, 13, 20, 20, 40, 40), scores: Float32Array.of(0.9, 0.5) },
      { boxes: Float32Array.of(0, 0, 10, 11, 20, 20, 40, 40), scores: Float32Array.of(0.8, 0.5) },
    ]) {
      const flipped = agreementOf([one], [{ ...one, ...moved }], limits16);
      expect(flipped).toMatchObject({ boxDifference: 0, unmatched: 2 });
      const many = { ...flipped, detections: 100 };
      expect(excesses(many, { AP: 0 }, tolerances.float16)).toEqual([]);
      expect(excesses(many, { AP: 0 }, tolerances.float32)).toHaveLength(1);
    }
  });

  it('names each excess', () => {
    const apart = { images: 1, detections: 10, boxDifference: 1, scoreDifference: 0.1, unmatched: 3 };
    expect(excesses(apart, { AP: -0.02 }, tolerances.float32)).toEqual([
      'a box is 1.00 pixels off',
      'a score is 0.1000 off',
      '3 of 10 detections have no counterpart',
      'AP differs by -2.00 points',
    ]);
  });
});
