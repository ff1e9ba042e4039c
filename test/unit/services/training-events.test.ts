// What is kept of a training's steps, and when: a few at a time, in order, none left out.
import { describe, expect, it, vi } from 'vitest';
import { TrainingRecord } from '../../../src/main/services/training-events.ts';
import { temporaryProject } from './temporary.ts';

function recorded() {
  const project = temporaryProject();
  const run = project.runs.create({ recipe: {}, seed: 0 });
  const failures: unknown[] = [];
  const record = new TrainingRecord(project, run, [], (error) => failures.push(error));
  const writes = vi.spyOn(project.runs, 'addMetrics');
  const step = (number: number) =>
    record.keep({ type: 'step', step: number, epoch: 1, metrics: { loss: number, lr: 0.1 } });
  const stored = () => project.runs.curve(run.id, 'loss').map(({ step: at }) => at);
  return { project, run, record, failures, writes, step, stored };
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

describe('the log of a training', () => {
  it('tells its begin, epochs, evaluations, checkpoints and end', () => {
    const { project, record, step } = recorded();
    record.keep({ type: 'started', parameters: 9, stepsPerEpoch: 2, device: 'CPU, 2 cores', fromStep: 0 });
    for (const number of [1, 2]) step(number);
    for (const done of [0, 1]) record.keep({ type: 'evaluating', done, of: 1 });
    record.keep({ type: 'evaluation', step: 2, epoch: 1, metrics: { AP: 0.022, AP50: 0.097 } });
    for (const kind of ['best', 'last'])
      record.keep({ type: 'checkpoint', id: 1, kind, step: 2, epoch: 1, metrics: {} });
    step(3);
    record.keep({ type: 'checkpoint', id: 2, kind: 'pause', step: 3, epoch: 1, metrics: {} });
    record.keep({ type: 'ended', end: 'paused' });
    record.keep({ type: 'started', parameters: 9, stepsPerEpoch: 2, device: 'CPU, 2 cores', fromStep: 3 });
    expect(project.runs.logTail('r1').map(({ line }) => line)).toEqual([
      'Begins: 2 steps an epoch on CPU, 2 cores',
      'Epoch 1: loss 1.500 on average, until step 2',
      'Epoch 1: AP 2.2, AP50 9.7 on the validation images',
      'Checkpoint “best” kept at step 2',
      'Epoch 1: loss 3.000 on average, until step 3',
      'Checkpoint “pause” kept at step 3',
      'Paused',
      'Goes on from step 3: 2 steps an epoch on CPU, 2 cores',
    ]);
  });
});

describe('the steps of a training', () => {
  it('are stored a few at a time, the first at once and the last soon', async () => {
    const { writes, step, stored } = recorded();
    step(1);
    expect(stored()).toEqual([1]);
    for (const number of upTo(40).slice(1)) step(number);
    expect(writes.mock.calls.length).toBeLessThan(10);
    await expect.poll(stored).toEqual(upTo(40));
  });

  it('are there once a checkpoint or the end was told', async () => {
    const { record, step, stored } = recorded();
    for (const number of upTo(5)) step(number);
    record.keep({ type: 'checkpoint', id: 1, kind: 'last', step: 5, epoch: 1, metrics: {} });
    expect(stored()).toEqual(upTo(5));
    for (const number of [6, 7]) step(number);
    record.flush();
    expect(stored()).toEqual(upTo(7));
  });

  it('that went beyond the checkpoint are forgotten by a run that goes on from there', async () => {
    const { record, step, stored } = recorded();
    for (const number of upTo(9)) step(number);
    record.keep({ type: 'resumed', step: 4, trace: [{ step: 4, epoch: 1, metrics: { loss: 4 } }] });
    expect(stored()).toEqual(upTo(4));
  });

  it('that cannot be stored are told', async () => {
    const { project, failures, step } = recorded();
    project.runs.delete('r1');
    for (const number of upTo(3)) step(number);
    await expect.poll(() => failures.length).toBe(2);
  });
});
