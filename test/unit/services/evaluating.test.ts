// Evaluations of really trained detectors: kept, equal to what the trainer said, without what cannot be read.
import { rmSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { Analyst } from '../../../src/main/services/analyst.ts';
import { evaluateRun, evaluateRunBy } from '../../../src/main/services/evaluating.ts';
import { keptEvaluations, openEvaluation } from '../../../src/main/services/opened-evaluations.ts';
import { openProject } from '../../../src/main/services/projects.ts';
import { startTraining } from '../../../src/main/services/trainings.ts';
import { documentOf, inProcess } from '../cli/command-line.ts';
import { sampleProject, tinyRecipe } from '../trainer/sample-project.ts';
import { closing } from './temporary.ts';

const analyst = new Analyst();
afterEach(() => analyst.end());

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

  it('is evaluated by the command line while the window has the project open, which is told what is not kept', {
    timeout: 300_000,
  }, async () => {
    const project = await sampleProject(6);
    const start = { recipe: tinyRecipe(), seed: 1, init: 'none' };
    const { run, finished } = await startTraining(project, start, () => undefined);
    await finished;
    const asked = ['eval', '--project', project.dir, '--run', run.id, '--split', 'train', '--json'];
    const outcome = await inProcess(...asked);
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(documentOf(outcome)).toMatchObject({ run: run.id, split: 'train' });
    expect(outcome.stderr).toMatch(/The result is not kept in the project, .* already open for writing/);
    expect(keptEvaluations(project)).toEqual([]);
    project.close();
    expect((await inProcess(...asked)).stderr).not.toMatch(/not kept/);
    const again = closing(openProject(project.dir, { readOnly: true }));
    expect(keptEvaluations(again)).toMatchObject([{ split: 'train' }]);
  });

  it('is not blamed for images that cannot be read: they are named, and no figure counts them', {
    timeout: 300_000,
  }, async () => {
    const project = await sampleProject(14);
    const start = { recipe: tinyRecipe(['test.scoreThresh=0.0']), seed: 1, init: 'none' };
    const { run, finished } = await startTraining(project, start, () => undefined);
    await finished;
    const whole = await evaluateRun(project, run.id, 'train');
    const scenes = project.annotations.images({ split: 'train' });
    const [missing, broken] = scenes.filter(({ state }) => state === 'done');
    rmSync(project.imageFile(missing!));
    writeFileSync(project.imageFile(broken!), 'no picture');
    const made = await evaluateRun(project, run.id, 'train');
    expect(made.images).toBe(whole.images - 2);
    expect(made.unreadable.map(({ imageId }) => imageId)).toEqual([missing!.id, broken!.id]);
    const opened = await openEvaluation(analyst, project, made.evaluation.id, 'run');
    expect(opened.unreadable).toEqual(made.unreadable);
    expect(opened.unreadable[0]!.why).toContain(missing!.path);
    expect(opened.images).toBe(whole.images - 2);
    for (const [name, value] of Object.entries(made.result.metrics ?? {}))
      expect(opened.metrics[name], name).toBeCloseTo(value, 12);
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
