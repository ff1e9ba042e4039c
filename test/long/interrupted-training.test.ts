// Trainings that are killed, paused and extended: nothing is lost, and the numbers are those of a run never stopped.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openProject } from '../../src/main/services/projects.ts';
import { ddod, documentOf, start } from '../unit/cli/command-line.ts';
import {
  drawnProject,
  expectSameTrace,
  expectWhole,
  nextRun,
  statusOf,
  traceOf,
  trainArguments,
  trainerOf,
  untilStep,
} from './training.ts';

const folder = mkdtempSync(join(tmpdir(), 'ddod-interrupted-'));
let project = '';
let whole = new Map<string, number>();

const train = () => trainArguments(project, '--epochs', '3', '--seed', '3', '--set', 'train.evalEvery=1');
const resume = (run: string, ...more: string[]) =>
  ddod('resume', '--project', project, '--run', run, ...more);

beforeAll(async () => {
  ({ project } = await drawnProject(folder, 16));
  const outcome = await ddod(...train(), '--json');
  expect(outcome.code, outcome.stderr).toBe(0);
  expect(documentOf(outcome)).toMatchObject({ run: 'r1', status: 'done', epochs: 3, steps: 18 });
  whole = traceOf(project, 'r1');
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true }));

describe('kill -9', () => {
  it('of the training process in its second epoch: the run says so and resumes to the same trace', async () => {
    const run = nextRun(project);
    const command = start(train());
    await untilStep(project, run, 8);
    process.kill(trainerOf(command.child.pid), 'SIGKILL');
    const { code, stderr } = await command.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/training process was ended by SIGKILL; resume the run from its last checkpoint/);
    expect(await statusOf(project, run)).toEqual({
      status: 'failed',
      cause: expect.stringContaining('SIGKILL'),
    });
    expectWhole(project);
    expect(await resume(run)).toMatchObject({ code: 0 });
    expectSameTrace(traceOf(project, run), whole);
    expect(await statusOf(project, run)).toEqual({ status: 'done', cause: null });
    expectWhole(project);
  });

  it.each([
    ['in its first epoch', 2],
    ['in its last epoch', 14],
  ])('of the command line %s: the next to look finds the run paused, and it resumes', async (_, step) => {
    const run = nextRun(project);
    const command = start(train());
    await untilStep(project, run, step);
    command.child.kill('SIGKILL');
    await command.ended;
    expect(await statusOf(project, run)).toEqual({
      status: 'paused',
      cause: expect.stringMatching(/application ended.*can be resumed/),
    });
    expectWhole(project);
    expect(await resume(run)).toMatchObject({ code: 0 });
    expectSameTrace(traceOf(project, run), whole);
    expectWhole(project);
  });
});

describe('Ctrl-C', () => {
  it('pauses with a checkpoint and exit code 130; resume finishes, --epochs goes on after the end', async () => {
    const run = nextRun(project);
    const command = start([...train(), '--json']);
    await untilStep(project, run, 3);
    command.child.kill('SIGINT');
    const paused = await command.ended;
    expect(paused.code).toBe(130);
    const { status, steps, checkpoint } = documentOf<{ status: string; steps: number; checkpoint: string }>(
      paused,
    );
    expect(status).toBe('paused');
    expect(checkpoint).toBe(`${project}#${run}`);
    const open = openProject(project);
    expect(open.checkpoints.latest(run)).toMatchObject({ kind: 'pause', step: steps });
    open.close();
    const finished = await resume(run, '--json');
    expect(documentOf(finished)).toMatchObject({ run, status: 'done', epochs: 3, steps: 18 });
    expectSameTrace(traceOf(project, run), whole);

    expect(await resume(run)).toMatchObject({ code: 1, stderr: expect.stringContaining('Give --epochs') });
    const longer = await resume(run, '--epochs', '4', '--json');
    expect(documentOf(longer)).toMatchObject({ status: 'done', epochs: 4, steps: 24 });
    const lr = (step: number) => traceOf(project, run).get(`lr at step ${step}`)!;
    // the cosine is laid out anew over four epochs: at step 19 it is back above where it ended
    expect(lr(19)).toBeGreaterThan(lr(18));
    expect(lr(24)).toBeLessThan(lr(19));
  });
});
