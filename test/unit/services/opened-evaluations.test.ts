// Evaluations opened again: the figures, the boxes behind them, two side by side, by the labels of then and of now.
import { afterEach, describe, expect, it } from 'vitest';
import { packDetections, unpackDetections } from '../../../src/main/detector/evaluation/packed-detections.ts';
import { Analyst } from '../../../src/main/services/analyst.ts';
import { compareEvaluations, openEvaluation } from '../../../src/main/services/opened-evaluations.ts';
import type { OpenProject } from '../../../src/main/services/projects.ts';
import type { Selector } from '../../../src/shared/evaluation.ts';
import { Problem } from '../../../src/shared/problem.ts';
import { staged, stagedBox, stagedImage, temporaryProject } from './temporary.ts';

const analyst = new Analyst();
afterEach(() => analyst.end());

/** Images of cats and dogs, and a run on them. */
function petProject(count = 3, groupOf: (at: number) => string | undefined = () => undefined) {
  const project = temporaryProject();
  const images = Array.from({ length: count }, (_, at) => {
    const group = groupOf(at);
    const boxes = [stagedBox(0, 10, 40), stagedBox(1, 200, 50)];
    return stagedImage(`/pets/${at}.jpg`, boxes, { split: 'val', ...(group !== undefined && { group }) });
  });
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
  const all = finds.flat();
  const detections = packDetections({
    classIds,
    imageIds: imageIds.slice(0, finds.length),
    counts: finds.map(({ length }) => length),
    boxes: Float32Array.from(all.flatMap(([, at, size]) => [at, at, at + size, at + size])),
    scores: Float32Array.from(all, ([, , , score]) => score),
    labels: Float32Array.from(all, ([label]) => label),
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
      imageIds: [7, 9],
      counts: [1, 0],
      boxes: Float32Array.of(0.5, 1, 2, 3.3),
      scores: Float32Array.of(0.1),
      labels: Float32Array.of(1),
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

  it('draws images of a group together', async () => {
    const widths = await Promise.all(
      [1, 4].map(async (size) => {
        const { project } = petProject(24, (at) => `film ${Math.floor(at / size)}`);
        const { id } = keep(
          project,
          3,
          Array.from({ length: 24 }, (_, at) => (Math.floor(at / 4) % 2 === 0 ? [cat, dog] : [cat])),
        );
        const { token, groups } = await openEvaluation(analyst, project, id, 'run');
        expect(groups).toBe(24 / size);
        const intervals = await analyst.ask({ type: 'intervals', token });
        return (intervals?.AP.high ?? 0) - (intervals?.AP.low ?? 0);
      }),
    );
    expect(widths[1], 'six films say less than 24 pictures').toBeGreaterThan((widths[0] ?? 0) * 1.3);
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
    expect([AP50.second, gained, lost]).toEqual([1, 1, 0]);
    expect(AP50.difference).toBeCloseTo(AP50.second - AP50.first, 12);
    expect(AP50.interval?.low).toBeGreaterThanOrEqual(0);
  });

  it('follows classes that became one or are no more, by the labels of now', async () => {
    const { project, classIds } = petProject();
    const [catId = 0, dogId = 0] = classIds;
    const first = keep(project, 3, [
      [cat, dog],
      [cat, dog],
      [cat, [0, 200, 50, 0.6]],
    ]);
    const pets = project.classes.add({ name: 'pet' }, 'test');
    project.classes.merge(catId, pets.id, 'test');
    project.classes.merge(dogId, pets.id, 'test');
    const merged = await openEvaluation(analyst, project, first.id, 'now');
    expect(merged.classes.map(({ id, name }) => [id, name])).toEqual([[pets.id, 'pet']]);
    expect(merged).toMatchObject({ boxes: 6, detections: 6 });
    expect(merged.metrics.AP50, 'a cat taken for a dog is a pet').toBeCloseTo(1, 12);
    const then = await openEvaluation(analyst, project, first.id, 'run');
    expect(then.classes.map(({ name }) => name)).toEqual(['cat', 'dog']);
    const second = keep(project, 4, [[cat], [cat], [cat]]);
    const compared = await compareEvaluations(analyst, project, second.id, first.id);
    expect(compared.classes.map(({ name }) => name)).toEqual(['pet']);
    expect(compared.gained).toBe(3);

    project.journal.undo('test');
    project.classes.remove(dogId, 'test');
    const gone = await openEvaluation(analyst, project, first.id, 'now');
    expect(gone.classes.map(({ name }) => name)).toEqual(['pet']);
    expect(gone, 'what it says of a class that is no more is no error').toMatchObject({
      boxes: 3,
      detections: 4,
    });
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
    project.evaluations.save({ ...key, checkpointId: 71, metrics: {}, perClass: [] });
    expect(project.evaluations.kept()).toHaveLength(before);
    const { id } = project.evaluations.save({
      ...key,
      checkpointId: 72,
      metrics: {},
      detail: { detections: 1 },
      unreadable: [{ imageId: 3, why: 'gone' }],
    });
    const perClass = [{ name: 'cat', AP: 0.2, AP50: 0.4 }];
    project.evaluations.save({ ...key, checkpointId: 72, metrics: { AP: 0.2 }, perClass });
    expect(project.evaluations.kept()).toHaveLength(before + 1);
    expect(project.evaluations.detail(id)).toEqual({ detections: 1 });
    expect(project.evaluations.unreadable(id)).toEqual([{ imageId: 3, why: 'gone' }]);
    expect(project.evaluations.perClass(id)).toEqual(perClass);
  });

  it('knows its classes where an older program kept them with the detections', () => {
    const { project } = petProject();
    const perClass = [{ name: 'cat', AP: 0.2, AP50: 0.4 }];
    const key = { runId: 'r1', checkpointId: 7, split: 'val', protocol: 'coco', metrics: {} } as const;
    const { id } = project.evaluations.save({ ...key, detail: { perClass, detections: 1 } });
    expect(project.evaluations.perClass(id)).toEqual(perClass);
  });

  it('keeps the threshold that was chosen', () => {
    const { project, run } = petProject();
    project.evaluations.setThreshold(run.id, 0.35);
    expect(project.evaluations.threshold(run.id)).toBe(0.35);
    project.evaluations.setThreshold(run.id, null);
    expect(project.evaluations.threshold(run.id)).toBeNull();
  });
});
