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
