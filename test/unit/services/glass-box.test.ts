// The glass box: what it shows is what the assigner of training decides, and what follows from boxes nobody learns.
import { rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { adviceFor } from '../../../src/main/services/assignment-advice.ts';
import { glassImage } from '../../../src/main/services/glass-box.ts';
import { Survey } from '../../../src/main/services/survey.ts';
import type { TrainingEvent } from '../../../src/main/trainer/job.ts';
import { DetectorProcess } from '../../../src/main/trainer/launch-detector.ts';
import { runJob } from '../../../src/main/trainer/run-job.ts';
import type { SurveyProgress } from '../../../src/shared/contract/glass-box.ts';
import type { JsonObject } from '../../../src/shared/model.ts';
import { sampleJob, sampleProject, tinyRecipe } from '../trainer/sample-project.ts';

const detector = new DetectorProcess();
afterAll(() => detector.close());

/** A project whose run 1 has trained for one epoch without mirror images, and what the training said. */
async function trainedProject(images = 6) {
  const project = await sampleProject(images);
  const recipe = tinyRecipe(['augment.flip=0', 'assigner.plainPart=1', 'assigner.rampPart=0'], { epochs: 1 });
  const snapshot = project.snapshots.take();
  const run = project.runs.create({
    recipe: recipe as unknown as JsonObject,
    snapshotHash: snapshot.hash,
    seed: 1,
  });
  const events: TrainingEvent[] = [];
  const job = sampleJob(project, recipe, { runId: run.id });
  await runJob(job, (event) => events.push(event), { pause: new AbortController().signal });
  return { project, events };
}

describe('the glass box', () => {
  it('counts the positives that training counted on the same images, and names every box without one', async () => {
    const { project, events } = await trainedProject();
    const steps = events.filter((event) => event.type === 'step');
    const trained = (name: string) => steps.reduce((sum, { metrics }) => sum + (metrics[name] ?? 0), 0);
    const images = project.annotations.images({ split: 'train' });
    const explained = await Promise.all(images.map(({ id }) => glassImage(detector, project, 'r1/best', id)));
    // plain assignment does not depend on what the weights predict, so one epoch of training saw the same
    for (const branch of ['cls', 'reg'] as const) {
      for (const [level, name] of ['P3', 'P4', 'P5', 'P6', 'P7'].entries()) {
        const count = explained.reduce(
          (sum, { positives }) =>
            sum + positives.filter((one) => one.branch === branch && one.level === level).length,
          0,
        );
        expect(count, `${branch} ${name}`).toBe(trained(`${branch}_pos.${name}`));
      }
    }
    const unlearnt = explained.flatMap((one) => one.unlearnt.filter(({ branch }) => branch === 'cls'));
    expect(unlearnt).toHaveLength(trained('boxes_without_positive'));
    for (const [index, { positives, levels }] of explained.entries()) {
      const { image, boxes } = project.annotations.labels(images[index]!.id);
      expect(levels[0]!.clsScores).toHaveLength(levels[0]!.columns * levels[0]!.rows);
      expect(levels[0]!.cellWidth).toBeCloseTo((8 * image.width) / 64, 0);
      for (const { boxId, x, y } of positives) {
        const box = boxes.find(({ id }) => id === boxId)!;
        expect(x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height).toBe(true);
      }
    }
  });

  it('surveys all labelled images, and says what follows', async () => {
    const { project } = await trainedProject();
    const told: string[] = [];
    const survey = new Survey(detector, ({ state }) => told.push(state));
    survey.start(project, 'r1/best', null);
    expect(() => survey.start(project, 'r1/best', null)).toThrow('going on already');
    await expect.poll(() => survey.progress?.state, { timeout: 30_000 }).toBe('done');
    const boxes = project.annotations.images().flatMap(({ id }) => project.annotations.labels(id).boxes);
    expect(survey.result).toMatchObject({ images: 6, of: 6, unreadable: 0, boxes: boxes.length });
    expect(survey.result!.unlearntCls).toBeGreaterThan(0);
    expect(survey.result!.levels.map(({ name }) => name)).toEqual(['P3', 'P4', 'P5', 'P6', 'P7']);
    expect(survey.result!.advice[0]).toContain('learnt nowhere');
    expect(told).toEqual(['going', 'done']);
    await survey.end();
  });

  it('surveys a sample, always the same, and counts what cannot be read', async () => {
    const { project } = await trainedProject();
    const survey = new Survey(detector, () => undefined);
    const surveyed = async (most: number) => {
      survey.start(project, 'r1/best', most);
      await expect.poll(() => survey.progress?.state, { timeout: 30_000 }).toBe('done');
      return survey.result!;
    };
    const first = await surveyed(4);
    expect(first).toMatchObject({ images: 4, of: 6 });
    expect(await surveyed(4)).toEqual(first);
    const [image] = project.annotations.images();
    rmSync(project.imageFile(image!));
    expect(await surveyed(6)).toMatchObject({ images: 5, unreadable: 1 });
    await survey.end();
  });

  it('keeps what a survey saw that was stopped, and says how long the rest takes', async () => {
    const { project } = await trainedProject(18);
    const told: SurveyProgress[] = [];
    const survey = new Survey(detector, (progress) => {
      told.push(progress);
      if (progress.done === 16) survey.cancel();
    });
    survey.start(project, 'r1/best', null);
    await expect.poll(() => survey.progress?.state, { timeout: 30_000 }).toBe('cancelled');
    expect(told.map(({ done, of }) => [done, of])).toEqual([
      [0, 0],
      [8, 18],
      [16, 18],
      [16, 18],
    ]);
    expect(told[2]!.secondsLeft).toBeGreaterThan(0);
    expect(survey.result).toMatchObject({ images: 16, of: 18 });
    await survey.end();
  });
});

describe('advice', () => {
  const small = (side: number) => ({ why: 'too small' as const, side });
  it('asks for a larger input, for tiles, or for nothing', () => {
    expect(adviceFor({ boxes: 100, unlearnt: [], input: 320 })).toEqual([
      'Every box is learnt somewhere: size and levels fit the data.',
    ]);
    expect(adviceFor({ boxes: 10, unlearnt: [small(4)], input: 320 }).at(-1)).toBe(
      'Train with a larger input: 640 pixels instead of 320.',
    );
    expect(adviceFor({ boxes: 10, unlearnt: [small(1)], input: 640 }).at(-1)).toContain(
      'cut the images in tiles',
    );
    expect(adviceFor({ boxes: 10, unlearnt: [{ why: 'crowded', side: 40 }], input: 640 })[1]).toContain(
      'overlap',
    );
    expect(adviceFor({ boxes: 10_000, unlearnt: [small(4)], input: 320 })).toContain(
      'That is too few to matter.',
    );
  });
});
