// Evaluations opened again: the figures, the boxes behind them, two side by side, by the labels of then and of now; and a
// real one of a really trained detector, kept and equal to what the trainer said.
import { afterEach, describe, expect, it } from 'vitest';
import { packDetections, unpackDetections } from '../../../src/main/detector/evaluation/packed-detections.ts';
import { Analyst } from '../../../src/main/services/analyst.ts';
import {
  compareEvaluations,
  evaluateRun,
  evaluateRunBy,
  keptEvaluations,
  openEvaluation,
} from '../../../src/main/services/evaluating.ts';
import type { OpenProject } from '../../../src/main/services/projects.ts';
import { startTraining } from '../../../src/main/services/trainings.ts';
import type { Selector } from '../../../src/shared/evaluation.ts';
import { Problem } from '../../../src/shared/problem.ts';
import { sampleProject, tinyRecipe } from '../trainer/sample-project.ts';
import { staged, stagedBox, stagedImage, temporaryProject } from './temporary.ts';

const analyst = new Analyst();
afterEach(() => analyst.end());

/** Three images of cats and dogs, and a run on them. */
function petProject() {
  const project = temporaryProject();
  const images = [0, 1, 2].map((at) =>
    stagedImage(`/pets/${at}.jpg`, [stagedBox(0, 10, 40), stagedBox(1, 200, 50)], { split: 'val' }),
  );
  project.datasets.commit(staged(images));
  const { hash, splitHash } = project.snapshots.take();
  const run = project.runs.create({ recipe: {}, seed: 1, snapshotHash: hash, splitHash });
  const imageIds = project.annotations.images().map(({ id }) => id);
  const classIds = project.classes.list().map(({ id }) => id);
  return { project, run, imageIds, classIds };
}

type Find = readonly [label: number, at: number, size: number, score: number];

function keep(project: OpenProject, checkpointId: number, finds: readonly (readonly Find[])[]) {
  const imageIds = project.annotations.images().map(({ id }) => id);
  const classIds = project.classes.list().map(({ id }) => id);
  const detections = packDetections({
    classIds,
    images: finds.map((own, i) => ({
      imageId: imageIds[i] ?? 0,
      boxes: own.flatMap(([, at, size]) => [at, at, at + size, at + size]),
      scores: own.map(([, , , score]) => score),
      labels: own.map(([label]) => label),
    })),
  });
  const key = { runId: 'r1', checkpointId, split: 'val', protocol: 'coco' } as const;
  return project.evaluations.save({ ...key, metrics: { AP: 0.5 }, detail: { detections } });
}

const cat = [0, 10, 40, 0.9] as const;
const dog = [1, 200, 50, 0.8] as const;

describe('kept detections', () => {
  it('come back as they were, to the last digit a float32 has', () => {
    const kept = {
      classIds: [4, 2],
      images: [
        { imageId: 7, boxes: [0.5, 1, 2, Math.fround(3.3)], scores: [Math.fround(0.1)], labels: [1] },
        { imageId: 9, boxes: [], scores: [], labels: [] },
      ],
    };
    expect(unpackDetections(JSON.parse(JSON.stringify(packDetections(kept))))).toEqual(kept);
    expect(unpackDetections(undefined)).toBeUndefined();
  });
});

describe('an evaluation', () => {
  const ask = (token: string, selector: Selector) => analyst.ask({ type: 'examples', token, selector });

  it('opens with figures, and every figure with the boxes behind it', async () => {
    const { project, imageIds, classIds } = petProject();
    const [catId = 0, dogId = 0] = classIds;
    const lostDog = [1, 400, 50, 0.7] as const;
    const catForDog = [0, 200, 50, 0.6] as const;
    const { id } = keep(project, 3, [
      [cat, dog],
      [cat, lostDog],
      [cat, catForDog],
    ]);
    const opened = await openEvaluation(analyst, project, id, 'run');
    expect(opened).toMatchObject({ images: 3, boxes: 6, detections: 6, threshold: null });
    expect(opened.classes.map(({ name, AP50 }) => [name, Math.round(AP50 * 100)])).toEqual([
      ['cat', 100],
      ['dog', 34],
    ]);
    expect(opened.errors.counts).toMatchObject({ Cls: 1, Bkg: 1, Miss: 1, Loc: 0 });

    const { token } = opened;
    const confused = await ask(token, { kind: 'errors', error: 'Cls' });
    expect(confused.total).toBe(1);
    expect(confused.items[0]).toMatchObject({
      imageId: imageIds[2],
      outcome: 'Cls',
      label: { classId: dogId },
      detection: { classId: catId, score: Math.fround(0.6) },
    });
    const cell = { kind: 'cell', labelled: dogId, detected: catId, score: 0.3 } as const;
    expect((await ask(token, cell)).items).toHaveLength(1);
    expect((await ask(token, { ...cell, score: 0.65 })).items).toHaveLength(0);
    expect((await ask(token, { ...cell, labelled: dogId, detected: null })).total).toBe(1);
    expect((await ask(token, { ...cell, labelled: null, detected: dogId })).total).toBe(1);
    expect((await ask(token, { kind: 'bin', from: 0.85, to: 0.95, right: true })).total).toBe(3);
    expect((await ask(token, { kind: 'threshold', of: 'precision', score: 0.65 })).total).toBe(1);
    expect((await ask(token, { kind: 'threshold', of: 'recall', score: 0.85 })).total).toBe(3);
    const ofClass = async (of: 'precision' | 'recall', score: number) =>
      await Promise.all(
        [catId, dogId].map(
          async (classId) => (await ask(token, { kind: 'threshold', of, score, classId })).total,
        ),
      );
    expect(await ofClass('precision', 0.55)).toEqual([1, 1]);
    expect(await ofClass('recall', 0.85)).toEqual([0, 3]);
    expect((await ask(token, { kind: 'size', size: 'medium' })).total).toBe(6);
    expect((await ask(token, { kind: 'point', classId: catId, score: 0.6 })).items[0]?.outcome).toBe('Cls');

    const counts = await analyst.ask({ type: 'confusion', token, score: 0.3 });
    expect(counts).toEqual([3, 0, 0, 1, 1, 1, 0, 1, 0]);
    expect((await analyst.ask({ type: 'intervals', token }))?.AP50.low).toBeLessThanOrEqual(0.67);
  });

  it('is measured by the labels of the run, or by those of now', async () => {
    const { project, imageIds, classIds } = petProject();
    const [catId = 0] = classIds;
    const { id } = keep(project, 3, [
      [cat, dog, [0, 400, 40, 0.95]],
      [cat, dog],
      [cat, dog],
    ]);
    const before = await openEvaluation(analyst, project, id, 'run');
    expect(before.errors.counts.Bkg).toBe(1);
    const { image } = project.annotations.labels(imageIds[0] ?? 0);
    const put = [{ classId: catId, x: 400, y: 400, width: 40, height: 40 }];
    project.annotations.apply({
      imageId: image.id,
      revision: image.revision,
      name: 'draw',
      put,
      session: 't',
    });
    expect((await openEvaluation(analyst, project, id, 'run')).metrics).toEqual(before.metrics);
    const now = await openEvaluation(analyst, project, id, 'now');
    expect(now.errors.counts.Bkg).toBe(0);
    expect(now.metrics.AP50).toBeCloseTo(1, 12);
  });

  it('is compared on the images that both have', async () => {
    const { project } = petProject();
    const first = keep(project, 3, [[cat], [cat, dog]]);
    const second = keep(project, 4, [[cat, dog], [cat, dog], [cat]]);
    const { images, AP50, gained, lost } = await compareEvaluations(analyst, project, first.id, second.id);
    expect(images).toBe(2);
    expect([AP50.second, gained.total, lost.total]).toEqual([1, 1, 0]);
    expect(AP50.difference).toBeCloseTo(AP50.second - AP50.first, 12);
    expect(AP50.interval?.low).toBeGreaterThanOrEqual(0);
  });

  it('says what to do where nothing is at hand any more', async () => {
    const { project } = petProject();
    await expect(openEvaluation(analyst, project, 99, 'run')).rejects.toThrow(Problem);
    await expect(analyst.ask({ type: 'intervals', token: 'old' })).rejects.toThrow(/no longer at hand/);
  });

  it('lists what has its detections, which a training that measures again leaves', () => {
    const { project } = petProject();
    const key = { runId: 'r1', split: 'val', protocol: 'coco' } as const;
    const before = project.evaluations.kept().length;
    project.evaluations.save({ ...key, checkpointId: 71, metrics: {}, detail: { perClass: [] } });
    expect(project.evaluations.kept()).toHaveLength(before);
    const { id } = project.evaluations.save({
      ...key,
      checkpointId: 72,
      metrics: {},
      detail: { detections: 1 },
    });
    project.evaluations.save({ ...key, checkpointId: 72, metrics: { AP: 0.2 }, detail: { perClass: [] } });
    expect(project.evaluations.kept()).toHaveLength(before + 1);
    expect(project.evaluations.detail(id)).toEqual({ detections: 1 });
  });

  it('keeps the threshold that was chosen', () => {
    const { project, run } = petProject();
    project.evaluations.setThreshold(run.id, 0.35);
    expect(project.evaluations.threshold(run.id)).toBe(0.35);
    project.evaluations.setThreshold(run.id, null);
    expect(project.evaluations.threshold(run.id)).toBeNull();
  });
});

describe('a trained detector', () => {
  it('is evaluated with its detections kept, by figures equal to the trainer’s', {
    timeout: 300_000,
  }, async () => {
    const project = await sampleProject(14);
    const recipe = tinyRecipe(['test.scoreThresh=0.0']);
    const { run, finished } = await startTraining(
      project,
      { recipe, seed: 1, init: 'none' },
      () => undefined,
    );
    await finished;
    const made = await evaluateRun(project, run.id, 'train');
    const [kept] = keptEvaluations(project);
    expect(kept).toMatchObject({ id: made.evaluation.id, runName: 'Run 1', split: 'train', isCurrent: true });
    const opened = await openEvaluation(analyst, project, made.evaluation.id, 'run');
    expect(opened.detections).toBeGreaterThan(0);
    for (const [name, value] of Object.entries(made.result.metrics ?? {}))
      expect(opened.metrics[name], name).toBeCloseTo(value, 12);
    const { metrics, diagnosis } = await evaluateRunBy('coco', project, made);
    expect(metrics).toEqual(opened.metrics);
    expect(opened.errors).toEqual(diagnosis?.tide);
    const voc = await evaluateRunBy('voc', project, made);
    expect(voc.perClass.map(({ name }) => name)).toEqual(project.classes.list().map(({ name }) => name));
    expect(voc.metrics.AP50).toBeGreaterThan(-1);
  });

  it('is not evaluated once nobody waits any more', { timeout: 120_000 }, async () => {
    const project = await sampleProject(6);
    const { run, finished } = await startTraining(
      project,
      { recipe: tinyRecipe(), seed: 1, init: 'none' },
      () => undefined,
    );
    await finished;
    const cancel = new AbortController();
    const evaluation = evaluateRun(project, run.id, 'train', { signal: cancel.signal });
    cancel.abort();
    await expect(evaluation).rejects.toThrow();
    expect(keptEvaluations(project)).toEqual([]);
  });
});
