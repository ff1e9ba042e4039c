import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Sampler } from '../../../src/main/detector/data/sampler.ts';
import type { TrainingEvent, TrainingJob } from '../../../src/main/trainer/job.ts';
import { runJob } from '../../../src/main/trainer/run-job.ts';
import { sampleJob, sampleProject, tinyRecipe } from './sample-project.ts';

async function eventsOf(
  job: TrainingJob,
  onEvent = (_: TrainingEvent, __: AbortController): void => undefined,
) {
  const [pause, events] = [new AbortController(), [] as TrainingEvent[]];
  await runJob(
    job,
    (event) => {
      events.push(event);
      onEvent(event, pause);
    },
    { pause: pause.signal },
  );
  return events;
}

const steps = (events: readonly TrainingEvent[]) => events.filter(({ type }) => type === 'step').length;

describe('a training', () => {
  it('ends its epoch although the last picture of it cannot be read', async () => {
    const project = await sampleProject(6);
    const job = sampleJob(project, tinyRecipe([], { batch: 1, epochs: 1 }));
    const sampler = new Sampler(Int32Array.from(job.train.keys()), {
      order: 'random',
      seed: job.seed,
      batchSize: 1,
    });
    const last = job.train[sampler.order(0).at(-1)!]!;
    writeFileSync(last.path, 'no picture');
    const events = await eventsOf(job);
    expect(steps(events)).toBe(job.train.length - 1);
    expect(events.at(-1)).toEqual({ type: 'ended', end: 'done' });
    const checkpoints = events.filter(({ type }) => type === 'checkpoint');
    expect(checkpoints.at(-1)).toMatchObject({ kind: 'last', epoch: 1, step: job.train.length - 1 });
    const warnings = events.filter((event) => event.type === 'log');
    expect(warnings).toEqual([{ type: 'log', level: 'warning', text: expect.stringContaining(last.path) }]);
  });

  it('hears the wish to pause when every picture is in memory already', async () => {
    const project = await sampleProject(4);
    const recipe = tinyRecipe(['train.evalEvery=9'], { epochs: 9 });
    const events = await eventsOf(sampleJob(project, recipe), (event, pause) => {
      if (event.type === 'step' && event.step === 3) setImmediate(() => pause.abort());
    });
    expect(events.at(-1)).toEqual({ type: 'ended', end: 'paused' });
    expect(steps(events)).toBeLessThanOrEqual(4);
  });
});
