// The life of trainings behind the window: a queue, an end after the epoch, a killed process, a loss that is no number, and
// what each leaves behind. Real processes, real TensorFlow, drawn pictures. Memory that runs out: memory-limit.test.ts.
import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { LiveTraining } from '../../src/main/services/live-training.ts';
import type { OpenProject } from '../../src/main/services/projects.ts';
import { compareRuns } from '../../src/main/services/run-comparison.ts';
import { hasCurrentLabels, lineage, runSummary } from '../../src/main/services/run-list.ts';
import { runPredictions } from '../../src/main/services/run-predictions.ts';
import { atOnce } from '../../src/main/services/slices.ts';
import type { TrainingStart } from '../../src/main/services/training-plan.ts';
import { slowerStart } from '../../src/main/services/training-wishes.ts';
import type { Notice } from '../../src/shared/contract.ts';
import type { Recipe } from '../../src/shared/recipe.ts';
import { sampleProject, tinyRecipe } from '../unit/trainer/sample-project.ts';

const trainings: LiveTraining[] = [];
afterEach(async () => {
  for (const training of trainings.splice(0)) await training.end();
});

function liveTraining() {
  const notices: Notice[] = [];
  const training = new LiveTraining((notice) => notices.push(notice));
  trainings.push(training);
  return { training, notices };
}

const start = (recipe: Recipe, more: Partial<TrainingStart> = {}): TrainingStart => ({
  recipe,
  seed: 1,
  init: 'none',
  ...more,
});
const everyEpoch = (epochs: number, set: readonly string[] = []) =>
  tinyRecipe(['train.evalEvery=1', ...set], { epochs });
const status = (project: OpenProject, id: string) => project.runs.get(id).status;
/** Waits until a run has left the trainer and the queue. */
async function becomes(project: OpenProject, id: string, wanted: string): Promise<void> {
  const over = () => !['running', 'queued'].includes(status(project, id));
  await expect.poll(over, { timeout: 240_000, interval: 100 }).toBe(true);
  expect(status(project, id), project.runs.get(id).cause ?? '').toBe(wanted);
}

/** The process that trains for this one. */
function trainerPid(): number {
  const { stdout } = spawnSync('pgrep', ['-P', String(process.pid), '-f', 'trainer/worker'], {
    encoding: 'utf8',
  });
  return Number(stdout.trim().split('\n').at(-1));
}

describe('a queue of trainings', () => {
  it('goes from run to run; one stops after its epoch, the next continues its weights', async () => {
    const project = await sampleProject(12);
    const { training, notices } = liveTraining();
    const first = await training.start(project, start(everyEpoch(3), { keepEvery: 1 }));
    const third = await training.start(project, start(everyEpoch(1)));
    const second = await training.start(project, start(everyEpoch(1)));
    expect([first, third, second].map(({ id }) => status(project, id))).toEqual([
      'running',
      'queued',
      'queued',
    ]);
    expect(training.live?.runId).toBe(first.id);
    project.queue.order([second.id, third.id]);
    await expect.poll(() => training.live?.step ?? 0, { timeout: 120_000 }).toBeGreaterThan(0);
    training.stop(first.id);
    await becomes(project, first.id, 'stopped');
    expect(project.runs.get(first.id).cause).toBe('Stopped after an epoch, as asked.');
    expect(project.runs.curve(first.id, 'AP')).toHaveLength(1);
    const stopped = runSummary(project, project.runs.get(first.id));
    expect(stopped).toMatchObject({ canResume: true, epochsDone: 1 });
    expect(stopped.bytes).toBeGreaterThan(1_000_000);
    await becomes(project, second.id, 'done');
    await becomes(project, third.id, 'done');
    expect(project.runs.get(second.id).startedAt).toBeLessThan(project.runs.get(third.id).startedAt!);
    const ends = notices.flatMap((notice) => (notice.type === 'run-ended' ? [notice.run.id] : []));
    expect(ends).toEqual([first.id, second.id, third.id]);

    const [kept] = project.checkpoints.list(first.id).filter(({ kind }) => kind === 'best');
    const again = await training.start(
      project,
      start(everyEpoch(1), { from: first.id, fromCheckpoint: kept!.id, name: 'again' }),
    );
    await becomes(project, again.id, 'done');
    const log = project.runs.logTail(again.id).map(({ line }) => line);
    expect(log).toContainEqual(
      expect.stringMatching(/^\d+ weights from r1 as it was at step \d+, 0 start anew$/),
    );
    expect(lineage(project, again.id)).toMatchObject({
      parent: { runId: first.id, checkpointId: kept!.id },
    });
    expect(await hasCurrentLabels(project, again.id)).toBe(true);
    expect(lineage(project, first.id).children).toEqual([{ runId: again.id, name: 'again' }]);

    const { evaluations, step, images } = atOnce(runPredictions(project, again.id));
    expect(evaluations).toHaveLength(1);
    expect(step).toBe(evaluations[0]!.step);
    expect(images.length).toBeGreaterThan(0);
    expect(images[0]!.labels.length).toBeGreaterThan(0);
    const compared = compareRuns(project, [first.id, again.id]);
    expect(compared.banner).toBeNull();
    expect(compared.differences).toContainEqual({ path: 'train.epochs', values: [3, 1] });
    expect(compared.perClass.map(({ name }) => name)).toContain('red-cell');
    expect(compared.perClass[0]!.AP).toHaveLength(2);
  });
});

describe('a training process', () => {
  it('killed from outside leaves cause, log and checkpoint; the run goes on from there', async () => {
    const project = await sampleProject(8);
    const { training } = liveTraining();
    const run = await training.start(project, start(everyEpoch(3)));
    await expect.poll(() => training.live?.epoch ?? 0, { timeout: 120_000 }).toBeGreaterThan(1);
    process.kill(trainerPid(), 'SIGKILL');
    await becomes(project, run.id, 'failed');
    const failed = runSummary(project, project.runs.get(run.id));
    expect(failed).toMatchObject({
      canResume: true,
      cause: 'The training process was ended by SIGKILL; resume the run from its last checkpoint.',
    });
    training.resume(project, run.id);
    await becomes(project, run.id, 'done');
    expect(project.runs.get(run.id).cause).toBeNull();
  });

  it('with a loss that is no number says so, names the images, and keeps its last checkpoint', async () => {
    const project = await sampleProject(8);
    const { training } = liveTraining();
    const recipe = everyEpoch(4, ['train.lr=1e30', 'train.clip=null', 'train.warmup.iterations=4']);
    const run = await training.start(project, start(recipe));
    await becomes(project, run.id, 'failed');
    const { cause } = project.runs.get(run.id);
    expect(cause).toMatch(/(loss|gradients) became (NaN|Infinity|-Infinity).*on the images .*\.jpg/);
    expect(project.checkpoints.latest(run.id)).toBeDefined();
    expect(project.runs.logTail(run.id).some(({ level }) => level === 'error')).toBe(true);
    // going on would come to the same step again
    expect(runSummary(project, project.runs.get(run.id))).toMatchObject({ canResume: false, diverged: true });
    const slower = slowerStart(project, run.id);
    expect(slower).toMatchObject({ init: 'none', seed: 1, recipe: { train: { lr: 5e29, epochs: 4 } } });
  });
});
