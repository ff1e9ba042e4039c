// A job from its first weight to its last checkpoint.
import { cpus } from 'node:os';
import type { CheckpointKind } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import type { Recipe } from '../../shared/recipe.ts';
import { withFittingWarmup } from '../../shared/warmup.ts';
import { claimStore } from '../db/checkpoint-lock.ts';
import { modelTensors } from '../db/checkpoint-model.ts';
import { type CheckpointStore, openCheckpointStore } from '../db/checkpoint-store.ts';
import { ParameterStore } from '../detector/autograd/parameter-store.ts';
import { readCheckpointFile } from '../detector/checkpoints/checkpoint-file.ts';
import { emptyWeights, initialWeights } from '../detector/checkpoints/initial-weights.ts';
import { loadWeights } from '../detector/checkpoints/load-weights.ts';
import { Loader } from '../detector/data/loader.ts';
import { Training, type TrainingHooks, type TrainingSignals } from '../detector/engine/training.ts';
import { Network } from '../detector/network.ts';
import { networkConfigOf } from '../detector/network-config.ts';
import { onGpu } from '../detector/tf.ts';
import { checkpointOf, restoreTraining } from './checkpoint.ts';
import type { InitialWeights, TracePoint, TrainingEvent, TrainingJob } from './job.ts';
import { withClasses } from './known-classes.ts';
import { probeBatch } from './probe-batch.ts';
import { augmentOf, sampleOf } from './samples.ts';
import { ValidationPass } from './validation-pass.ts';

type Say = (event: TrainingEvent) => void;

const STILL_ANOTHER =
  'Another training process still writes to this project; this one begins as soon as it has ended.';

/** Points kept with each checkpoint: what the application may not have heard when it died. */
const traceKept = 64;

/** Trains a job to its end, to a pause or to a stop; throws where it cannot go on. */
export async function runJob(job: TrainingJob, say: Say, signals: TrainingSignals): Promise<void> {
  // what an application that was killed left behind saves its last checkpoint first
  const onWait = () => say({ type: 'log', level: 'warning', text: STILL_ANOTHER });
  const lock = await claimStore(job.checkpoints, { onWait, signal: signals.pause });
  if (lock === undefined) return say({ type: 'ended', end: 'paused' });
  try {
    await train(job, say, signals);
  } finally {
    lock.release();
  }
}

async function train(asked: TrainingJob, say: Say, signals: TrainingSignals): Promise<void> {
  const store = openCheckpointStore(asked.checkpoints);
  const network = makeNetwork(asked, store, say);
  const job = asked.autoBatch === true && !asked.resume ? probed(asked, network, say) : asked;
  const training = new Training(network, job.recipe);
  const loader = trainingLoader(job, training.network, say);
  try {
    const hooks = hooksOf(job, training, store, say);
    if (job.resume) resume(training, store, job, say);
    // where a run that is killed before its first epoch is over goes on from
    else hooks.saveCheckpoint('last', 0, {});
    training.parts = Math.max(training.parts, job.parts ?? 1);
    say({
      type: 'started',
      parameters: training.network.store.trainable().reduce((sum, { tensor }) => sum + tensor.size, 0),
      stepsPerEpoch: Math.ceil(loader.batchesPerEpoch / job.recipe.train.accumulate),
      device: onGpu ? 'GPU' : `CPU, ${cpus().length} cores`,
      fromStep: training.state.step,
    });
    const end = await training.run(loader, hooks, signals);
    say({ type: 'ended', end });
  } finally {
    await loader.close();
    training.dispose();
    training.network.dispose();
    store.close();
  }
}

/** The network of a job with its first weights: drawn, then whatever the given file or checkpoint has. */
function makeNetwork(job: TrainingJob, checkpoints: CheckpointStore, say: Say): Network {
  const drawn = initialWeights(job.recipe.train.order, job.seed);
  const store = new ParameterStore(job.resume ? emptyWeights : drawn);
  const network = new Network(store, networkConfigOf(job.recipe, job.classes.length));
  if (job.initialWeights === null || job.resume) return network;
  const { tensors, name, partial } = weightsOf(job.initialWeights, checkpoints, job.classes);
  const { loaded, missing, mismatched } = loadWeights(store, tensors, {
    file: name,
    partial,
    fineTune: true,
  });
  const anew = missing.length + mismatched.length;
  say({ type: 'log', level: 'info', text: `${loaded.length} weights from ${name}, ${anew} start anew` });
  return network;
}

function weightsOf(from: InitialWeights, checkpoints: CheckpointStore, classes: readonly string[]) {
  if (from.kind !== 'checkpoint') {
    const { tensors } = readCheckpointFile(from.file);
    return { tensors, name: from.file, partial: from.kind === 'backbone' };
  }
  const checkpoint = checkpoints.load(from.id);
  const { classes: known } = checkpoint.state as unknown as { classes: string[] };
  const tensors = withClasses(modelTensors(checkpoint), known, classes);
  return { tensors, name: `${checkpoint.runId} as it was at step ${checkpoint.step}`, partial: false };
}

/** The job with the batch size that memory allows, and the learning rate that goes with it (Goyal et al. 2017). */
function probed(job: TrainingJob, network: Network, say: Say): TrainingJob {
  const { train } = job.recipe;
  say({ type: 'probing' });
  const { batch, perImageMB } = probeBatch(network, job.recipe, job.train);
  const lr = job.keepRate === true ? train.lr : train.lr * (batch / train.batch);
  const found = { ...job.recipe, train: { ...train, batch, lr } };
  const recipe = job.fitsWarmup ? withFittingWarmup(found, job.train.length) : found;
  const each = perImageMB === null ? '' : `; each takes ${Math.round(perImageMB)} MB at the worst`;
  say({ type: 'probed', recipe });
  say({ type: 'log', level: 'info', text: `${batch} images a step fit in memory${each}` });
  return { ...job, recipe };
}

function trainingLoader(job: TrainingJob, network: Network, say: Say): Loader {
  const { input, train } = job.recipe;
  return new Loader(job.train.map(sampleOf), {
    order: train.order,
    seed: job.seed,
    batchSize: train.batch,
    scales: input.scales,
    resample: input.resample,
    normalisation: network.backbone.normalisation,
    augment: augmentOf(job.recipe),
    unreadable: 'skip',
    onSkip: ({ problem }) => say({ type: 'log', level: 'warning', text: problem.sentence }),
    // memory that ran out once is better spent on steps than on images kept decoded and threads that decode
    ...((job.parts ?? 1) > 1 ? { cacheBytes: 0, workers: 0 } : {}),
  });
}

/** What a checkpoint's state holds besides the training's own. */
interface CheckpointNotes {
  readonly trace?: readonly TracePoint[];
  readonly recipe?: Recipe;
}

function resume(training: Training, store: CheckpointStore, job: TrainingJob, say: Say): void {
  const latest = store.latest(job.runId);
  if (latest === undefined) {
    throw new Problem(`Run ${job.runId} has no checkpoint to resume from.`, 'Start it anew.');
  }
  const checkpoint = store.load(latest.id);
  restoreTraining(training, checkpoint);
  const { trace = [], recipe } = checkpoint.state as unknown as CheckpointNotes;
  if (recipe && recipe.train.epochs !== job.recipe.train.epochs) training.beginPatience();
  say({ type: 'resumed', step: latest.step, trace });
}

function hooksOf(job: TrainingJob, training: Training, store: CheckpointStore, say: Say): TrainingHooks {
  const trace: TracePoint[] = [];
  const heard = (point: TracePoint) => {
    trace.splice(0, trace.length - traceKept + 1);
    trace.push(point);
    return point;
  };
  const evaluation = new ValidationPass(job, training, say);
  return {
    onStep: (step, epoch, metrics) => say({ type: 'step', ...heard({ step, epoch, metrics }) }),
    onEvaluation: (step, epoch, metrics) => {
      const { perClass, bestThreshold } = evaluation;
      say({ type: 'evaluation', ...heard({ step, epoch, metrics }), perClass, bestThreshold });
      if (evaluation.watched.length > 0) {
        say({ type: 'predictions', step, epoch, images: evaluation.watched });
      }
    },
    onOutOfMemory: (step, parts) =>
      say({ type: 'out of memory', step, parts, text: smallerParts(job, parts) }),
    evaluate: (signal) => evaluation.run(signal),
    saveCheckpoint: (kind, epoch, metrics) => {
      const { runId, recipe, classes, keepEvery } = job;
      const about = { recipe, classes, trace: trace.map((point) => ({ ...point })) };
      const save = (as: CheckpointKind) => {
        const saved = store.save(checkpointOf(training, { runId, epoch, kind: as, metrics }, about));
        say({ type: 'checkpoint', id: saved.id, kind: as, step: saved.step, epoch, metrics });
      };
      const isWhole = training.state.sampler.position === 0;
      if (kind === 'last' && isWhole && keepEvery !== undefined && epoch > 0 && epoch % keepEvery === 0) {
        save('every');
      }
      save(kind);
      store.prune(runId, { keepBest: 1, keepLast: 1 });
    },
  };
}

/** What is told when memory ran out. */
function smallerParts({ recipe }: TrainingJob, parts: number): string {
  const { batch } = recipe.train;
  const each = Math.ceil(batch / parts);
  return `Memory ran out. From here on each step's ${batch} images are computed ${each} at a time; the results stay comparable.`;
}
