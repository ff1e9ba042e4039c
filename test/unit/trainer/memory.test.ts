// A training whose memory runs out: it goes on in smaller parts, and learns the same.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { Network } from '../../../src/main/detector/network.ts';
import { tf } from '../../../src/main/detector/tf.ts';
import { controlGroupMB } from '../../../src/main/trainer/free-memory.ts';
import type { TrainingEvent, TrainingJob } from '../../../src/main/trainer/job.ts';
import { worstCase } from '../../../src/main/trainer/probe-batch.ts';
import { runJob } from '../../../src/main/trainer/run-job.ts';
import { temporaryFolder } from '../services/temporary.ts';
import { sampleJob, sampleProject, tinyRecipe } from './sample-project.ts';

async function eventsOf(job: TrainingJob) {
  const events: TrainingEvent[] = [];
  const say = (event: TrainingEvent) => {
    events.push(event);
  };
  await runJob(job, say, { pause: new AbortController().signal });
  return events;
}

const losses = (events: readonly TrainingEvent[]) =>
  events.flatMap((event) => (event.type === 'step' ? [event.metrics.loss!] : []));

describe('a training whose memory runs out', () => {
  it('computes each batch in halves from that step on, says so, and keeps to it after a resume', async () => {
    const project = await sampleProject(12);
    const job = sampleJob(project, tinyRecipe(['train.evalEvery=9'], { batch: 4, epochs: 2 }));
    const { forward } = Network.prototype;
    let passes = 0;
    // half-way through the second step TensorFlow finds no room: a tensor that is larger than any memory
    const failing = vi.spyOn(Network.prototype, 'forward').mockImplementation(function (
      this: Network,
      ...given
    ) {
      const outputs = forward.apply(this, given);
      passes += 1;
      if (passes === 2) tf.fill([1 << 20, 1 << 20, 1 << 10], 1);
      return outputs;
    });
    const held = tf.memory().numTensors;
    const events = await eventsOf(job).finally(() => failing.mockRestore());
    expect(tf.memory().numTensors).toBe(held);
    expect(events).toContainEqual({
      type: 'out of memory',
      step: 1,
      parts: 2,
      text: expect.stringMatching(/Memory ran out.*4 images are computed 2 at a time/),
    });
    expect(events.at(-1)).toEqual({ type: 'ended', end: 'done' });
    const stored = project.checkpoints.load(project.checkpoints.latest('r1')!.id);
    expect(stored.state.training).toMatchObject({ parts: 2 });
  });

  it('learns nearly the same in parts as whole', async () => {
    const project = await sampleProject(8);
    const recipe = tinyRecipe(['train.evalEvery=9'], { batch: 4, epochs: 2 });
    const whole = losses(await eventsOf(sampleJob(project, recipe)));
    const halves = losses(await eventsOf(sampleJob(project, recipe, { runId: 'r2', parts: 2 })));
    expect(halves).toHaveLength(whole.length);
    for (const [step, loss] of whole.entries())
      expect(Math.abs(halves[step]! - loss) / loss).toBeLessThan(0.1);
  });
});

describe('the batch that memory allows', () => {
  it('is probed with the tallest, the widest and the fullest image', () => {
    const image = { path: '', boxes: [], ignore: [] };
    const images = [
      { ...image, width: 200, height: 100, labels: [0, 1, 2] },
      { ...image, width: 50, height: 100, labels: [0] },
    ];
    expect(worstCase(tinyRecipe(), images)).toEqual({ width: 64, height: 64, boxes: 3 });
  });

  it('counts files that nobody looks at any more as room within the limit of a container', () => {
    const folder = temporaryFolder();
    const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
    expect(controlGroupMB(folder)).toBe(Number.POSITIVE_INFINITY);
    write('memory.max', '4000000000\n');
    write('memory.current', '3900000000\n');
    write('memory.stat', 'anon 900000000\ninactive_file 2500000000\nactive_file 500000000\n');
    expect(controlGroupMB(folder)).toBe(2600);
    write('memory.max', 'max\n');
    expect(controlGroupMB(folder)).toBe(Number.POSITIVE_INFINITY);
  });

  it('is found before the first step, and the learning rate goes with it', async () => {
    const project = await sampleProject(24);
    const job = sampleJob(project, tinyRecipe(['train.lr=0.01'], { epochs: 1 }), { autoBatch: true });
    const events = await eventsOf(job);
    const probed = events.find((event) => event.type === 'probed');
    expect(probed?.recipe.train).toMatchObject({ batch: 4, lr: 0.02 });
    expect(losses(events)).toHaveLength(4);
    expect(events.filter((event) => event.type === 'log').map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^4 images a step fit in memory; each takes \d+ MB at the worst$/),
    );
  });
});
