// Runs under way: starts the training process, keeps what it says before passing it on, and says how it ended.
import type { JsonObject, Run } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import { type Recipe, recipeSchema } from '../../shared/recipe.ts';
import type { InitialWeights, TrainingEvent, TrainingJob } from '../trainer/job.ts';
import { launchTraining, type TrainingProcess } from '../trainer/launch.ts';
import type { OpenProject } from './projects.ts';
import { withEpochs } from './recipes.ts';
import { assertLearnable, jobImages, trainedClasses } from './training-job.ts';
import { weightPath } from './weights.ts';

export interface TrainingStart {
  readonly recipe: Recipe;
  readonly seed: number;
  readonly name?: string;
  /** `auto`: the backbone's ImageNet weights; `none`: drawn anew; otherwise a detector's checkpoint file. */
  readonly init: string;
}

export interface ActiveTraining {
  readonly run: Run;
  /** Saves a checkpoint after the step under way and ends. */
  pause(): void;
  kill(): void;
  readonly pid: number | undefined;
  /** The run as it stands once the process is gone. */
  readonly finished: Promise<Run>;
}

type Listener = (event: TrainingEvent) => void;

/** Starts a new run on the project's labels as they are now. */
export function startTraining(
  project: OpenProject,
  start: TrainingStart,
  listener: Listener,
): ActiveTraining {
  const initialWeights = weightsFor(start);
  const snapshot = project.snapshots.take();
  const classes = trainedClasses(snapshot);
  const train = jobImages(project, snapshot, 'train');
  assertLearnable(train, classes);
  const run = project.runs.create({
    ...(start.name === undefined ? {} : { name: start.name }),
    recipe: start.recipe as unknown as JsonObject,
    snapshotHash: snapshot.hash,
    splitHash: snapshot.splitHash,
    seed: start.seed,
  });
  const val = jobImages(project, snapshot, 'val');
  return watch(project, run, jobOf(project, run, { train, val, initialWeights, resume: false }), listener);
}

/** Goes on with a run from its latest checkpoint, for `epochs` epochs in all where given. */
export function resumeTraining(
  project: OpenProject,
  runId: string,
  epochs: number | undefined,
  listener: Listener,
): ActiveTraining {
  const run = project.runs.get(runId);
  const latest = project.checkpoints.latest(run.id);
  if (latest === undefined || run.snapshotHash === null) {
    throw new Problem(`Run ${run.id} has no checkpoint to go on from.`, 'Start a new run with "ddod train".');
  }
  const recipe = recipeSchema.parse(run.recipe);
  if (epochs !== undefined) {
    project.runs.setRecipe(run.id, withEpochs(recipe, epochs) as unknown as JsonObject);
  }
  project.runs.rewindMetrics(run.id, latest.step);
  const snapshot = project.snapshots.get(run.snapshotHash);
  const [train, val] = [jobImages(project, snapshot, 'train'), jobImages(project, snapshot, 'val')];
  const current = project.runs.get(run.id);
  const job = jobOf(project, current, { train, val, initialWeights: null, resume: true });
  return watch(project, current, job, listener);
}

function jobOf(
  project: OpenProject,
  run: Run,
  parts: Pick<TrainingJob, 'train' | 'val' | 'initialWeights' | 'resume'>,
): TrainingJob {
  const snapshot = project.snapshots.get(run.snapshotHash ?? '');
  return {
    ...parts,
    runId: run.id,
    recipe: recipeSchema.parse(run.recipe),
    classes: trainedClasses(snapshot).map((label) => label.name),
    seed: run.seed,
    checkpoints: project.checkpoints.file,
  };
}

function weightsFor({ init, recipe }: TrainingStart): InitialWeights | null {
  if (init === 'none') return null;
  if (init !== 'auto') return { kind: 'detector', file: init };
  const file = weightPath(recipe.backbone);
  if (file === undefined) {
    throw new Problem(
      `The ImageNet weights of ${recipe.backbone} are not on this computer.`,
      `Fetch them with "ddod weights fetch ${recipe.backbone}", or start without with --init none.`,
    );
  }
  return { kind: 'backbone', file };
}

/** Listens to the process until it is gone; everything is stored before the listener hears of it. */
function watch(project: OpenProject, run: Run, job: TrainingJob, listener: Listener): ActiveTraining {
  let end: TrainingEvent | undefined;
  let lastWords = '';
  project.runs.setStatus(run.id, 'running');
  const child: TrainingProcess = launchTraining(
    job,
    (event) => {
      if (event.type === 'ended' || event.type === 'failed') end = event;
      keep(project, run, event);
      listener(event);
    },
    (text) => {
      lastWords = text;
    },
  );
  return {
    run,
    pid: child.pid,
    pause: child.pause,
    kill: child.kill,
    finished: child.gone.then((gone) => close(project, run, end, { ...gone, lastWords })),
  };
}

function keep(project: OpenProject, run: Run, event: TrainingEvent): void {
  if (event.type === 'step' || event.type === 'evaluation') {
    const { step, epoch, metrics } = event;
    const points = Object.entries(metrics).map(([name, value]) => ({
      runId: run.id,
      name,
      step,
      epoch,
      value,
    }));
    project.runs.addMetrics(points);
  } else if (event.type === 'started') {
    project.runs.setRecipe(run.id, run.recipe, event.device);
  } else if (event.type === 'log') {
    project.runs.log(run.id, event.text, event.level);
  } else if (event.type === 'checkpoint' && Object.keys(event.metrics).length > 0) {
    const { id: checkpointId, metrics } = event;
    project.evaluations.save({ runId: run.id, checkpointId, split: 'val', protocol: 'coco', metrics });
  } else if (event.type === 'failed') {
    project.runs.log(run.id, event.details, 'error');
  }
}

interface Gone {
  readonly code: number | null;
  readonly signal: string | null;
  readonly lastWords: string;
}

function close(project: OpenProject, run: Run, end: TrainingEvent | undefined, gone: Gone): Run {
  if (end?.type === 'ended') {
    if (end.end === 'paused') return project.runs.setStatus(run.id, 'paused');
    const cause = end.end === 'done' ? undefined : 'AP stopped getting better.';
    return project.runs.setStatus(run.id, 'done', cause);
  }
  if (end?.type === 'failed') return project.runs.setStatus(run.id, 'failed', end.message);
  if (gone.lastWords !== '') project.runs.log(run.id, gone.lastWords, 'error');
  const how = gone.signal === null ? `with exit code ${gone.code}` : `by ${gone.signal}`;
  const cause = `The training process was ended ${how}; resume the run from its last checkpoint.`;
  return project.runs.setStatus(run.id, 'failed', cause);
}
