import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { claimStore } from '../../../src/main/db/checkpoint-lock.ts';
import { openCheckpointStore } from '../../../src/main/db/checkpoint-store.ts';
import { tf } from '../../../src/main/detector/tf.ts';
import type { TracePoint, TrainingEvent, TrainingJob } from '../../../src/main/trainer/job.ts';
import { runJob } from '../../../src/main/trainer/run-job.ts';
import { temporaryFolder } from '../services/temporary.ts';
import { sampleJob, sampleProject, tinyRecipe } from './sample-project.ts';

/** Runs a job in this process; pauses it once `pauseAt` updates are made, or when an event is `pauseOn`. */
async function run(job: TrainingJob, pauseAt = Infinity, pauseOn?: TrainingEvent['type']) {
  const pause = new AbortController();
  const events: TrainingEvent[] = [];
  const tensors: number[] = [];
  await runJob(
    job,
    (event) => {
      events.push(event);
      if (event.type === pauseOn) pause.abort();
      if (event.type !== 'step') return;
      tensors.push(tf.memory().numTensors);
      if (event.step === pauseAt) pause.abort();
    },
    { pause: pause.signal },
  );
  const points = events.filter((event) => event.type === 'step' || event.type === 'evaluation');
  return { events, points, tensors, end: events.at(-1) };
}

const names = [
  'lr',
  'loss',
  'loss_cls',
  'loss_bbox',
  'loss_iou',
  'grad_norm',
  'cls_pos.P3',
  'reg_pos.P4',
  'AP',
];

function expectSameTrace(actual: readonly TracePoint[], expected: readonly TracePoint[]): void {
  expect(actual.map(({ step, epoch }) => [step, epoch])).toEqual(
    expected.map(({ step, epoch }) => [step, epoch]),
  );
  actual.forEach(({ step, metrics }, i) => {
    for (const name of names) {
      const [value, wanted] = [metrics[name] ?? 0, expected[i]!.metrics[name] ?? 0];
      const gap = Math.abs(value - wanted) / Math.max(1e-12, Math.abs(wanted));
      expect(gap, `${name} at step ${step}: ${value}, expected ${wanted}`).toBeLessThanOrEqual(1e-5);
    }
  });
}

const averaged = ['train.accumulate=2', 'train.ema=0.9', 'train.evalEvery=1', 'assigner.plainPart=0.3'];
const stepped = [
  'train.decay={"kind":"step","milestones":[1],"gamma":0.1}',
  'train.ema=null',
  'rule="mmdet3"',
  'augment.photometric=true',
];

describe('a training that is paused and resumed', () => {
  it.each([
    ['cosine, average of weights, two batches a step', averaged, [2, 4]],
    ['steps, one counter of positives, colours varied', stepped, [3]],
  ])('follows the trace of one that never stopped: %s', async (_, set, stops) => {
    const project = await sampleProject(14);
    const recipe = tinyRecipe(set, { epochs: 2 });
    const file = (name: string) => join(temporaryFolder(), name);
    const whole = await run(sampleJob(project, recipe, { checkpoints: file('whole.db') }));
    expect(whole.end).toEqual({ type: 'ended', end: 'done' });
    const checkpoints = file('parts.db');
    const pieces = [];
    for (const [i, stop] of [...stops, Infinity].entries()) {
      pieces.push(await run(sampleJob(project, recipe, { checkpoints, resume: i > 0 }), stop));
    }
    expect(pieces.map(({ end }) => end)).toEqual([
      ...stops.map(() => ({ type: 'ended', end: 'paused' })),
      { type: 'ended', end: 'done' },
    ]);
    expectSameTrace(
      pieces.flatMap(({ points }) => points),
      whole.points,
    );
  });

  it('need not wait for an evaluation: it comes first when the training goes on', async () => {
    const project = await sampleProject(30);
    const before = tf.memory().numTensors;
    const recipe = tinyRecipe(['train.evalEvery=1', 'train.ema=0.9'], { epochs: 2, batch: 4 });
    const job = { ...sampleJob(project, recipe), val: sampleJob(project, recipe).train };
    const whole = await run({ ...job, checkpoints: join(temporaryFolder(), 'whole.db') });
    const first = await run(job, Infinity, 'evaluating');
    expect(first.end).toEqual({ type: 'ended', end: 'paused' });
    expect(first.events.filter(({ type }) => type === 'evaluating')).toHaveLength(1);
    expect(first.points.map(({ type }) => type)).not.toContain('evaluation');
    expect(project.checkpoints.latest(job.runId)).toMatchObject({ kind: 'pause', epoch: 1 });
    // asked for once more before it is made
    const second = await run({ ...job, resume: true }, Infinity, 'resumed');
    expect(second.points).toEqual([]);
    const third = await run({ ...job, resume: true });
    expect(third.end).toEqual({ type: 'ended', end: 'done' });
    expectSameTrace([...first.points, ...third.points], whole.points);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('goes on from the last whole checkpoint where the process died between two', async () => {
    const project = await sampleProject(6);
    const job = sampleJob(project, tinyRecipe());
    const whole = await run(
      sampleJob(project, tinyRecipe(), { checkpoints: join(temporaryFolder(), 'w.db') }),
    );
    await run(job, 1);
    const store = openCheckpointStore(job.checkpoints);
    const [pause] = store.list(job.runId);
    expect(pause).toMatchObject({ kind: 'pause', step: 1 });
    expect(() => {
      const broken = { runId: job.runId, step: 2, epoch: 1, kind: 'last', metrics: {}, state: {} } as const;
      const tensors = (function* () {
        yield { role: 'model', name: 'w', dtype: 'float32', shape: [1], data: new Uint8Array(4) } as const;
        throw new Error('died');
      })();
      store.save({ ...broken, tensors });
    }).toThrow('died');
    store.close();
    const rest = await run({ ...job, resume: true });
    expect(rest.events.find(({ type }) => type === 'resumed')).toMatchObject({
      step: 1,
      trace: [{ step: 1, epoch: 1, metrics: { loss: whole.points[0]!.metrics.loss } }],
    });
    expectSameTrace(rest.points, whole.points.slice(1));
  });
});

describe('a training that stopped without progress', () => {
  it('has its patience again once it is made longer', async () => {
    const project = await sampleProject(8);
    const set = ['train.evalEvery=1', 'train.earlyStop=2', 'train.lr=1e-9', 'frozen=16'];
    const job = sampleJob(project, tinyRecipe(set, { epochs: 8 }));
    const first = await run(job);
    expect(first.end).toEqual({ type: 'ended', end: 'stopped early' });
    const evaluations = ({ points }: { points: readonly { type: string; epoch: number }[] }) =>
      points.flatMap(({ type, epoch }) => (type === 'evaluation' ? [epoch] : []));
    expect(evaluations(first)).toEqual([1, 2, 3]);
    const longer = await run({ ...job, recipe: tinyRecipe(set, { epochs: 12 }), resume: true });
    expect(longer.end).toEqual({ type: 'ended', end: 'stopped early' });
    expect(evaluations(longer)).toEqual([4, 5]);
  });
});

describe('a training', () => {
  it('holds as many tensors after every step, through evaluations, and none at the end', async () => {
    const project = await sampleProject(16);
    const before = tf.memory().numTensors;
    const set = ['train.evalEvery=1', 'train.accumulate=1'];
    const { tensors } = await run(sampleJob(project, tinyRecipe(set, { epochs: 4 })));
    expect(tensors.length).toBeGreaterThanOrEqual(20);
    expect(new Set(tensors).size, tensors.join(' ')).toBe(1);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('waits for another that writes to the same store, and for no longer than it is wanted', async () => {
    const project = await sampleProject(6);
    const job = sampleJob(project, tinyRecipe([], { epochs: 1 }));
    const claim = () =>
      claimStore(job.checkpoints, { onWait: () => {}, signal: new AbortController().signal });
    const another = await claim();
    // told to wait, it is paused
    const paused = await run(job, Infinity, 'log');
    expect(paused.events).toEqual([
      {
        type: 'log',
        level: 'warning',
        text: expect.stringMatching(/^Another training process still writes/),
      },
      { type: 'ended', end: 'paused' },
    ]);
    const events: TrainingEvent[] = [];
    const running = runJob(
      job,
      (event) => {
        events.push(event);
        if (event.type === 'log') another?.release();
      },
      { pause: new AbortController().signal },
    );
    await running;
    expect(events[0]).toMatchObject({ type: 'log', level: 'warning' });
    expect(events.at(-1)).toEqual({ type: 'ended', end: 'done' });
    (await claim())?.release();
  });
});
