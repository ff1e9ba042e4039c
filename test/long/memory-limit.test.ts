// Trainings whose process may only have so much memory, by real limits: one set with `ulimit`, one of a control group,
// where the kernel kills. They go on in smaller parts, or end with the cause in words and can be resumed. Linux alone.
import { chmodSync, existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LiveTraining } from '../../src/main/services/live-training.ts';
import type { OpenProject } from '../../src/main/services/projects.ts';
import { runSummary } from '../../src/main/services/run-list.ts';
import type { Notice } from '../../src/shared/contract.ts';
import { temporaryFolder } from '../unit/services/temporary.ts';
import { sampleProject, tinyRecipe } from '../unit/trainer/sample-project.ts';

const EPOCHS = 2;
/** Eight pictures of 960 pixels a step need 3.4 GB, one at a time 0.95 GB. */
const hungry = () =>
  tinyRecipe(['train.evalEvery=1', 'train.ema=null'], { size: '960', batch: 8, epochs: EPOCHS });

const trainings: LiveTraining[] = [];
afterEach(async () => {
  for (const training of trainings.splice(0)) await training.end();
  vi.unstubAllEnvs();
});

function liveTraining() {
  const notices: Notice[] = [];
  const training = new LiveTraining((notice) => notices.push(notice));
  trainings.push(training);
  return { training, notices };
}

/** Training processes run under `limit`, a line of the shell, from now on. */
function under(limit: string): void {
  const node = join(temporaryFolder(), 'limited-node');
  writeFileSync(node, `#!/bin/bash\nulimit -c 0\n${limit}\nexec "${process.execPath}" "$@"\n`);
  chmodSync(node, 0o755);
  vi.stubEnv('DDOD_NODE', node);
}

async function becomes(project: OpenProject, id: string, wanted: string): Promise<void> {
  const status = () => project.runs.get(id).status;
  await expect.poll(() => status() !== 'running', { timeout: 600_000, interval: 100 }).toBe(true);
  expect(status(), project.runs.get(id).cause ?? '').toBe(wanted);
}

/** The run went to its end in smaller parts, told so, and has every step's numbers. */
function expectWentOn(project: OpenProject, id: string, notices: readonly Notice[]): void {
  const told = notices.flatMap((notice) => (notice.type === 'run-told' ? [notice.line] : []));
  expect(told.join('\n')).toMatch(/Memory ran out.* 8 images .* [421] at a time/);
  const { parts = 1 } = project.runs.plan(id);
  expect(parts).toBeGreaterThan(1);
  expect(project.runs.get(id).cause).toBeNull();
  const steps = project.runs.curve(id, 'loss').map(({ step }) => step);
  expect(steps).toEqual(Array.from({ length: steps.length }, (_, index) => index + 1));
  expect(project.runs.curve(id, 'AP')).toHaveLength(EPOCHS);
  const warnings = project.runs.logTail(id).filter(({ level }) => level === 'warning');
  expect(warnings.map(({ line }) => line)).toContainEqual(expect.stringContaining('Memory ran out'));
}

describe.runIf(process.platform === 'linux')('a training process with too little memory', () => {
  // `ulimit` counts what is reserved too: 1.75 to 1.95 GB for one image at a time, by how the allocator's arenas fall; in 2.2 GB
  // a process that began with eight images at once ends, and the next goes on
  it.each([2400000, 2200000])('goes on with fewer images at a time, in %i KB', async (limit) => {
    const project = await sampleProject(12);
    const { training, notices } = liveTraining();
    under(`ulimit -d ${limit}`);
    const run = await training.start(project, { recipe: hungry(), seed: 1, init: 'none' });
    await becomes(project, run.id, 'done');
    expectWentOn(project, run.id, notices);
  });

  it('for even one image ends with the cause in words; with more memory the run goes on', async () => {
    const project = await sampleProject(12);
    const { training, notices } = liveTraining();
    const run = await training.start(project, { recipe: hungry(), seed: 1, init: 'none' });
    await expect.poll(() => training.live?.step ?? 0, { timeout: 120_000 }).toBeGreaterThan(0);
    training.pause(run.id);
    await becomes(project, run.id, 'paused');
    const kept = project.checkpoints.latest(run.id);
    expect(kept?.step).toBeGreaterThan(0);
    under('ulimit -d 900000');
    training.resume(project, run.id);
    await becomes(project, run.id, 'failed');
    const { cause, canResume } = runSummary(project, project.runs.get(run.id));
    expect(cause).toBe(
      'Memory ran out, even with one image computed at a time. Close other programs and resume the run from its last checkpoint, or train anew on smaller images.',
    );
    expect(canResume).toBe(true);
    expect(project.checkpoints.latest(run.id)?.step).toBe(kept?.step);
    expect(project.runs.logTail(run.id).length).toBeGreaterThan(0);
    under(':');
    training.resume(project, run.id);
    await becomes(project, run.id, 'done');
    expectWentOn(project, run.id, notices);
  });
});

const controller = '/sys/fs/cgroup/memory';
const group = join(controller, `ddod-test-${process.pid}`);

/** Whether this user may make a control group that limits memory. */
function mayLimit(): boolean {
  if (!existsSync(join(controller, 'memory.limit_in_bytes'))) return false;
  try {
    mkdirSync(group);
    return true;
  } catch {
    return false;
  }
}

describe.runIf(mayLimit())('a training process that the kernel kills for want of memory', () => {
  afterEach(() => rmdirSync(group));

  it('goes on with fewer images at a time', async () => {
    const project = await sampleProject(12);
    const { training, notices } = liveTraining();
    writeFileSync(join(group, 'memory.limit_in_bytes'), '1500000000');
    under(`echo $$ > ${group}/cgroup.procs`);
    const run = await training.start(project, { recipe: hungry(), seed: 1, init: 'none' });
    await becomes(project, run.id, 'done');
    expectWentOn(project, run.id, notices);
    expect(project.runs.plan(run.id).parts).toBeGreaterThanOrEqual(2);
  });
});
