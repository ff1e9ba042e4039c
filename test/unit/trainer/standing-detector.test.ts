// The detector kept ready between questions: it finds what a detection job finds, tells what it cannot read, and comes
// back after it was killed; suggestions made with it are kept, can be cancelled, and are not made twice.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { exportRun } from '../../../src/main/services/exports.ts';
import { openProject } from '../../../src/main/services/projects.ts';
import { Suggesting, suggestMany, suggestNow } from '../../../src/main/services/suggesting.ts';
import { chosenModel, modelChoices } from '../../../src/main/services/suggesting-models.ts';
import { DetectorProcess } from '../../../src/main/trainer/launch-detector.ts';
import { inProcess } from '../cli/command-line.ts';
import { temporaryFolder } from '../services/temporary.ts';
import { detectedBy, expectAgreement, imagesOf, trainedProject } from './trained-project.ts';

const detector = new DetectorProcess();
afterAll(() => detector.close());

describe('a standing detector', () => {
  it('finds what a detection job finds, question after question, and again after it was stopped', async () => {
    const project = await trainedProject();
    const images = imagesOf(project).slice(0, 5);
    const { source, cache } = chosenModel(project, 'r1/best');
    const wanted = await detectedBy(source, images, 1e-4);
    const asked = { type: 'look', model: source, cache, images, scoreThresh: 1e-4 } as const;
    const [first, second] = await Promise.all([detector.ask(asked), detector.ask(asked)]);
    expect(wanted.images.some(({ scores }) => scores.length > 0)).toBe(true);
    expect(first.images).toEqual(wanted.images);
    expectAgreement(second.images, wanted.images);
    expect(first.classes).toEqual(wanted.classes);
    detector.close();
    expectAgreement((await detector.ask(asked)).images, wanted.images);
  });

  it('says what it cannot read and goes on with the rest', async () => {
    const project = await trainedProject();
    const broken = join(temporaryFolder(), 'broken.jpg');
    writeFileSync(broken, 'no picture');
    const [good] = imagesOf(project);
    const { source, cache } = chosenModel(project, 'r1/best');
    const images = [{ ...good!, path: broken }, good!];
    const answer = await detector.ask({ type: 'look', model: source, cache, images, scoreThresh: 1e-4 });
    expect(answer.images[0]).toEqual({ trouble: expect.stringContaining('broken.jpg') });
    expect(answer.images[1]).toHaveProperty('scores');
    const missing = { kind: 'file', file: join(temporaryFolder(), 'none.pth') } as const;
    await expect(
      detector.ask({ type: 'look', model: missing, cache, images: [good!], scoreThresh: 0 }),
    ).rejects.toThrow('none.pth');
  });
});

describe('ddod predict --suggest', () => {
  it('keeps what a run finds in its project, and what its weights in a file find beside it', async () => {
    const project = await trainedProject();
    const { dir } = project;
    const out = join(temporaryFolder(), 'out');
    exportRun(project, 'r1', 'safetensors', out);
    expect(project.runs.exports('r1')).toMatchObject([{ format: 'safetensors', dir: out }]);
    project.close();
    const byRun = await inProcess(
      'predict',
      '--suggest',
      '--project',
      dir,
      '--run',
      'r1',
      '--which',
      'all',
      '--json',
    );
    expect(byRun.code, byRun.stderr).toBe(0);
    expect(JSON.parse(byRun.stdout)).toMatchObject({ model: 'r1/best', images: 12, unreadable: 0 });
    const byFile = await inProcess(
      'predict',
      '--suggest',
      '--project',
      dir,
      '--model',
      out,
      '--which',
      'all',
      '--json',
    );
    expect(JSON.parse(byFile.stdout)).toMatchObject({ model: out, images: 12 });
    const wrong = await inProcess('predict', '--suggest', '--project', dir);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('Give --run')]);
    const again = openProject(dir);
    const images = modelChoices(again).map((choice) => [choice.key, choice.images]);
    expect(images).toEqual([
      ['r1/best', 12],
      ['r1/last', 0],
      [out, 12],
    ]);
    again.close();
  });
});

describe('suggestions', () => {
  it('are made for the images asked for, and not again while the model stays', async () => {
    const project = await trainedProject();
    const ids = project.annotations.images().map(({ id }) => id);
    const [one, ...rest] = ids as [number, ...number[]];
    const labels = project.annotations.labels(one);
    await suggestNow(detector, project, 'r1/best', one);
    expect(project.suggestions.ofImage('r1/best', one).lookedAt).not.toBeNull();
    const all = await suggestMany(detector, project, 'r1/best', { kind: 'all' });
    expect(all).toMatchObject({ state: 'done', done: rest.length, of: rest.length });
    expect(modelChoices(project)[0]).toMatchObject({
      key: 'r1/best',
      name: 'Run 1, best',
      images: ids.length,
    });
    const again = await suggestMany(detector, project, 'r1/best', { kind: 'all' });
    expect(again.of).toBe(0);
    expect(project.annotations.labels(one)).toEqual(labels);
  });

  it('that are cancelled keep what was found', async () => {
    const project = await trainedProject();
    const told: string[] = [];
    const job = new Suggesting(detector, ({ state, done, of }) => {
      told.push(`${state} ${done} of ${of}`);
      if (done > 0) job.cancel();
    });
    job.start(project, 'r1/best', { kind: 'all' });
    expect(() => job.start(project, 'r1/best', { kind: 'all' })).toThrow('being made already');
    await expect.poll(() => job.progress?.state, { timeout: 30_000 }).toBe('cancelled');
    const all = project.annotations.count();
    const far = `8 of ${all}`;
    expect(told).toEqual(['going 0 of 0', `going 0 of ${all}`, `going ${far}`, `cancelled ${far}`]);
    expect(modelChoices(project)[0]?.images).toBe(8);
    await job.end();
  });

  it('say so where every image has them, and pass over an image that is gone', async () => {
    const project = await trainedProject();
    const job = new Suggesting(detector, () => undefined);
    const ids = project.annotations.images().map(({ id }) => id);
    project.bulk.remove(ids.slice(0, 1), 'test');
    job.start(project, 'r1/best', { kind: 'selection', ids });
    await expect.poll(() => job.progress?.state, { timeout: 30_000 }).toBe('done');
    expect(job.progress).toMatchObject({ done: ids.length, unreadable: 0 });
    expect(modelChoices(project)[0]?.images).toBe(ids.length - 1);
    job.start(project, 'r1/best', { kind: 'all' });
    await expect.poll(() => job.progress?.state, { timeout: 30_000 }).toBe('failed');
    expect(job.progress?.cause).toContain('There is nothing left for');
    await job.end();
  });
});
