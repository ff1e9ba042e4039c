// The training under way and its queue, with real processes: what holds the queue, what lets it go on, what may be taken back.
import { rmSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { LiveTraining } from '../../../src/main/services/live-training.ts';
import { type OpenProject, openProject } from '../../../src/main/services/projects.ts';
import { runSummary } from '../../../src/main/services/run-list.ts';
import type { Notice } from '../../../src/shared/contract.ts';
import { sampleProject, tinyRecipe } from '../trainer/sample-project.ts';
import { closing } from './temporary.ts';

const WAIT = { timeout: 100_000, interval: 20 };
const PATIENCE = 300_000;
const trainings: LiveTraining[] = [];
afterEach(async () => {
  for (const training of trainings.splice(0)) await training.end();
});

function liveTraining(tell: (notice: Notice) => void = () => undefined): LiveTraining {
  const training = new LiveTraining(tell);
  trainings.push(training);
  return training;
}

const start = (epochs: number) => ({
  recipe: tinyRecipe(['train.evalEvery=100'], { epochs }),
  seed: 1,
  init: 'none',
});
const statuses = (project: OpenProject) => project.runs.list().map(({ status }) => status);
const became = (project: OpenProject, wanted: readonly string[]) =>
  expect.poll(() => statuses(project), WAIT).toEqual(wanted);
const steps = (training: LiveTraining) =>
  expect.poll(() => training.live?.step ?? 0, WAIT).toBeGreaterThan(0);

describe('the queue behind a training', { timeout: PATIENCE }, () => {
  it('is held by a pause until it is released, or the paused run is resumed', async () => {
    const project = await sampleProject(6);
    const training = liveTraining();
    const [first, second] = [
      await training.start(project, start(200)),
      await training.start(project, start(1)),
    ];
    expect(training.isHeld(project)).toBe(false);
    await steps(training);
    expect(() => training.pause(second.id)).toThrow('This run is not training any more');
    training.pause(first.id);
    await became(project, ['queued', 'paused']);
    expect(training.live).toBeNull();
    expect(training.isHeld(project)).toBe(true);
    training.resume(project, first.id);
    await steps(training);
    expect(training.isHeld(project)).toBe(false);
    training.pause(first.id);
    await became(project, ['queued', 'paused']);
    training.release(project);
    await became(project, ['done', 'paused']);
  });

  it('waits after a restart to be asked, and goes on after a run that is killed', async () => {
    const project = await sampleProject(6);
    const training = liveTraining();
    const first = await training.start(project, start(200));
    await training.start(project, start(1));
    await steps(training);
    await training.end();
    project.close();
    const again = closing(openProject(project.dir));
    expect(statuses(again)).toEqual(['queued', 'paused']);
    const next = liveTraining();
    expect(next.isHeld(again)).toBe(true);
    next.resume(again, first.id);
    expect(next.isHeld(again)).toBe(true);
    next.release(again);
    expect(next.live?.runId).toBe(first.id);
    next.kill(first.id);
    await became(again, ['done', 'stopped']);
  });

  it('is held by a run that fails before its first step: the next would fare no better', async () => {
    const project = await sampleProject(6);
    const training = liveTraining();
    for (const { path } of project.annotations.images()) rmSync(project.imageFile({ path }));
    await training.start(project, start(1));
    await training.start(project, start(1));
    await became(project, ['queued', 'failed']);
    expect(training.isHeld(project)).toBe(true);
  });
});

describe('a training', { timeout: PATIENCE }, () => {
  it('has its newest best numbers told as soon as they are kept, and is done no harm by a late kill', async () => {
    const project = await sampleProject(6);
    const best: (number | undefined)[] = [];
    const training = liveTraining(({ type }) => {
      if (type === 'runs') best.push(runSummary(project, project.runs.get('r1')).best?.AP);
    });
    const recipe = tinyRecipe(['train.evalEvery=1'], { epochs: 1 });
    const run = await training.start(project, { recipe, seed: 1, init: 'none' });
    await became(project, ['done']);
    expect(best).toEqual([expect.any(Number)]);
    training.kill(run.id);
    expect(statuses(project)).toEqual(['done']);
  });

  it('goes on where an end after the epoch is taken back; a waiting one can be made longer', async () => {
    const project = await sampleProject(6);
    const training = liveTraining();
    const run = await training.start(project, start(3));
    training.stop(run.id);
    expect(training.live?.phase).toBe('stopping');
    training.unstop(run.id);
    expect(training.live?.phase).toBe('training');
    expect(() => training.resume(project, run.id, 9)).toThrow(/is training.*/);
    await became(project, ['done']);
    expect(runSummary(project, project.runs.get(run.id))).toMatchObject({ epochsDone: 3, status: 'done' });
    project.queue.add(run.id);
    training.resume(project, run.id, 4);
    expect(statuses(project)).toEqual(['queued']);
    training.release(project);
    await expect.poll(() => runSummary(project, project.runs.get(run.id)).epochsDone, WAIT).toBe(4);
    await became(project, ['done']);
  });
});
