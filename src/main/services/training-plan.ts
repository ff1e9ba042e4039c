// What a training starts with: a new run on the labels of now, or a run to go on with, and the job made of either.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { counted } from '../../shared/counted.ts';
import type { JsonObject, Run } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import { type Recipe, recipeSchema } from '../../shared/recipe.ts';
import { withFittingWarmup } from '../../shared/warmup.ts';
import type { InitialWeights, TrainingJob } from '../trainer/job.ts';
import { codeVersion } from './program-version.ts';
import type { OpenProject } from './projects.ts';
import { withEpochs } from './recipes.ts';
import type { RunPlan } from './runs.ts';
import { inSlices } from './slices.ts';
import type { LabelledImage } from './snapshots.ts';
import { assertLearnable, imagesBySplit, Learnable, trainedClasses, watchedImages } from './training-job.ts';
import { weightPath } from './weights.ts';

export interface TrainingStart extends RunPlan {
  readonly recipe: Recipe;
  readonly seed: number;
  readonly name?: string;
  readonly notes?: string;
  /** The run whose checkpoint `fromCheckpoint` is. */
  readonly from?: string;
}

/** How far the labels are read, and a way to stop before there is a run. */
export interface Watched {
  readonly onProgress?: ((done: number, total: number, what: string) => void) | undefined;
  readonly signal?: Pick<AbortSignal, 'throwIfAborted'> | undefined;
}

/** A new run on the project's labels as they are now, not yet started. Throws a Problem where nothing can be learned. */
export async function prepareRun(
  project: OpenProject,
  start: TrainingStart,
  { onProgress, signal }: Watched = {},
): Promise<Run> {
  const { recipe, seed, name, notes, from, ...plan } = start;
  initialWeights(project, recipe, plan);
  const learnable = new Learnable();
  const total = project.annotations.count({});
  let done = 0;
  const see = (image: LabelledImage) => {
    signal?.throwIfAborted();
    learnable.see(image);
    done += 1;
    onProgress?.(done, total, 'Reading the labels');
  };
  const described = await project.frozen((labels) => inSlices(labels.describe(see)));
  signal?.throwIfAborted();
  const snapshot = await inSlices(project.snapshots.keep(described));
  signal?.throwIfAborted();
  const classes = trainedClasses(snapshot);
  const { images, inProgress } = learnable;
  assertLearnable({ images, inProgress, boxes: learnable.boxesOf(classes) }, classes);
  const parent =
    from === undefined || plan.fromCheckpoint === undefined
      ? {}
      : { parent: { runId: from, checkpointId: plan.fromCheckpoint } };
  const version = codeVersion();
  return project.runs.create({
    ...(version === undefined ? {} : { codeVersion: version }),
    ...(name === undefined ? {} : { name }),
    ...(notes === undefined ? {} : { notes }),
    ...parent,
    recipe: (plan.fitsWarmup ? withFittingWarmup(recipe, images) : recipe) as unknown as JsonObject,
    snapshotHash: snapshot.hash,
    splitHash: snapshot.splitHash,
    seed,
    plan,
  });
}

/** The run with the recipe to go on with. Throws a Problem where there is nothing left to do. */
export function prepareResume(project: OpenProject, runId: string, epochs?: number): Run {
  const run = project.runs.get(runId);
  const latest = project.checkpoints.latest(run.id);
  if (run.snapshotHash === null) {
    throw new Problem(`${run.name} does not say what it learns from.`, 'Start a new run with "ddod train".');
  }
  const recipe = extended(run, latest === undefined ? 0 : project.checkpoints.finishedEpochs(latest), epochs);
  if (epochs !== undefined) {
    project.runs.setRecipe(run.id, recipe as unknown as JsonObject);
    project.runs.log(run.id, `Made longer: ${epochs} epochs in all`);
  }
  return project.runs.get(run.id);
}

/** The recipe to go on with. Throws a Problem where it leaves nothing to do. */
function extended(run: Run, finished: number, epochs: number | undefined): Recipe {
  const recipe = recipeSchema.parse(run.recipe);
  if (epochs === undefined) {
    if (run.status !== 'done') return recipe;
    throw new Problem(
      `${run.name} is done after ${counted(finished, 'epoch', 'epochs')}.`,
      `Give --epochs with more than ${finished} to extend it.`,
    );
  }
  if (epochs > finished) return withEpochs(recipe, epochs);
  throw new Problem(
    `${run.name} has ${counted(finished, 'epoch', 'epochs')} behind it already, so it cannot end after ${epochs}.`,
    `Give --epochs with more than ${finished}.`,
  );
}

/** A job, and which images of the project it shows after each evaluation. */
export interface Work {
  readonly job: TrainingJob;
  readonly watchedIds: readonly number[];
}

/** The job of a run, from its latest checkpoint where it has one. Throws a Problem where it cannot be made. */
export async function workOf(project: OpenProject, run: Run): Promise<Work> {
  const snapshot = project.snapshots.get(run.snapshotHash ?? '');
  const recipe = recipeSchema.parse(run.recipe);
  const resume = project.checkpoints.latest(run.id) !== undefined;
  if (!resume) renewParent(project, run);
  const plan = project.runs.plan(run.id);
  const weights = resume ? null : initialWeights(project, recipe, plan);
  const { train, val } = await inSlices(imagesBySplit(project, snapshot));
  const { positions, imageIds } = watchedImages(val, run.seed);
  const job = {
    runId: run.id,
    recipe,
    classes: trainedClasses(snapshot).map((label) => label.name),
    seed: run.seed,
    train: train.images,
    val: val.images,
    initialWeights: weights,
    checkpoints: project.checkpoints.file,
    resume,
    watched: positions,
    ...(plan.autoBatch === undefined ? {} : { autoBatch: plan.autoBatch }),
    ...(plan.keepRate === undefined ? {} : { keepRate: plan.keepRate }),
    ...(plan.fitsWarmup === undefined ? {} : { fitsWarmup: plan.fitsWarmup }),
    ...(plan.parts === undefined ? {} : { parts: plan.parts }),
    ...(plan.keepEvery === undefined ? {} : { keepEvery: plan.keepEvery }),
  };
  return { job, watchedIds: imageIds };
}

/** The weights to begin with may have been replaced by better ones of the same run while this one waited. */
function renewParent(project: OpenProject, { id, parent }: Run): void {
  const { fromCheckpoint } = project.runs.plan(id);
  if (fromCheckpoint === undefined || project.checkpoints.has(fromCheckpoint)) return;
  if (parent === null)
    throw new Problem(`The run that ${id} was to begin with is deleted.`, 'Train again from another one.');
  const { id: checkpointId, step } = project.checkpoints.chosen(parent.runId);
  project.runs.beginWith(id, checkpointId);
  project.runs.log(id, `${parent.runId} went on meanwhile: this begins with it as it is at step ${step}`);
}

function initialWeights(project: OpenProject, recipe: Recipe, plan: RunPlan): InitialWeights | null {
  const { init, fromCheckpoint } = plan;
  if (fromCheckpoint !== undefined) {
    project.checkpoints.load(fromCheckpoint);
    return { kind: 'checkpoint', store: project.checkpoints.file, id: fromCheckpoint };
  }
  if (init === 'none') return null;
  if (init !== 'auto' && !existsSync(init)) {
    throw new Problem(`There is no file ${init}.`, 'Give --init a checkpoint, "auto" or "none".');
  }
  if (init !== 'auto') return { kind: 'detector', file: resolve(init) };
  const file = weightPath(recipe.backbone);
  if (file === undefined) {
    throw new Problem(
      `The ImageNet weights of ${recipe.backbone} are not on this computer.`,
      `Fetch them with "ddod weights fetch ${recipe.backbone}", or start without with --init none.`,
    );
  }
  return { kind: 'backbone', file };
}
