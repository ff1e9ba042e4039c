// A job from its first weight to its last checkpoint.
import { cpus } from 'node:os';
import { Problem } from '../../shared/problem.ts';
import { type CheckpointStore, openCheckpointStore } from '../db/checkpoint-store.ts';
import { ParameterStore } from '../detector/autograd/parameter-store.ts';
import { readCheckpointFile } from '../detector/checkpoints/checkpoint-file.ts';
import { emptyWeights, initialWeights } from '../detector/checkpoints/initial-weights.ts';
import { loadWeights } from '../detector/checkpoints/load-weights.ts';
import { cropDefaults } from '../detector/data/crop.ts';
import { Loader, type Sample } from '../detector/data/loader.ts';
import { photometricDefaults } from '../detector/data/photometric.ts';
import { evaluateNetwork } from '../detector/engine/evaluate.ts';
import { Training, type TrainingHooks } from '../detector/engine/training.ts';
import { Network } from '../detector/network.ts';
import { networkConfigOf } from '../detector/network-config.ts';
import { onGpu } from '../detector/tf.ts';
import { checkpointOf, restoreTraining } from './checkpoint.ts';
import type { JobImage, TracePoint, TrainingEvent, TrainingJob } from './job.ts';

type Say = (event: TrainingEvent) => void;

/** Points kept with each checkpoint: what the application may not have heard when it died. */
const traceKept = 64;

/** Trains a job to its end or to a pause; throws where it cannot go on. */
export async function runJob(job: TrainingJob, say: Say, pause: AbortSignal): Promise<void> {
  const store = openCheckpointStore(job.checkpoints);
  const training = new Training(makeNetwork(job, say), job.recipe);
  const loader = trainingLoader(job, training.network, say);
  try {
    const hooks = hooksOf(job, training, store, say);
    if (job.resume) resume(training, store, job, say);
    // where a run that is killed before its first epoch is over goes on from
    else hooks.saveCheckpoint('last', 0, {});
    say({
      type: 'started',
      parameters: training.network.store.trainable().reduce((sum, { tensor }) => sum + tensor.size, 0),
      stepsPerEpoch: Math.ceil(loader.batchesPerEpoch / job.recipe.train.accumulate),
      device: onGpu ? 'GPU' : `CPU, ${cpus().length} cores`,
      fromStep: training.state.step,
    });
    const end = await training.run(loader, hooks, pause);
    say({ type: 'ended', end });
  } finally {
    await loader.close();
    training.dispose();
    training.network.dispose();
    store.close();
  }
}

/** The network of a job with its first weights: drawn, then whatever the given file has. */
function makeNetwork(job: TrainingJob, say: Say): Network {
  const drawn = initialWeights(job.recipe.train.order, job.seed);
  const store = new ParameterStore(job.resume ? emptyWeights : drawn);
  const network = new Network(store, networkConfigOf(job.recipe, job.classes.length));
  if (job.initialWeights === null || job.resume) return network;
  const { file, kind } = job.initialWeights;
  const { loaded, missing } = loadWeights(store, readCheckpointFile(file).tensors, {
    file,
    partial: kind === 'backbone',
    fineTune: true,
  });
  say({
    type: 'log',
    level: 'info',
    text: `${loaded.length} weights from ${file}, ${missing.length} start anew`,
  });
  return network;
}

function trainingLoader(job: TrainingJob, network: Network, say: Say): Loader {
  const { input, augment, train } = job.recipe;
  return new Loader(job.train.map(sampleOf), {
    order: train.order,
    seed: job.seed,
    batchSize: train.batch,
    scales: input.scales,
    resample: input.resample,
    normalisation: network.backbone.normalisation,
    augment: {
      flip: augment.flip,
      ...(augment.photometric ? { photometric: photometricDefaults } : {}),
      ...(augment.crop ? { crop: cropDefaults } : {}),
    },
    unreadable: 'skip',
    onSkip: ({ problem }) => say({ type: 'log', level: 'warning', text: problem.sentence }),
  });
}

function resume(training: Training, store: CheckpointStore, job: TrainingJob, say: Say): void {
  const latest = store.latest(job.runId);
  if (latest === undefined) {
    throw new Problem(`Run ${job.runId} has no checkpoint to resume from.`, 'Start it anew.');
  }
  const checkpoint = store.load(latest.id);
  restoreTraining(training, checkpoint);
  const { trace = [] } = checkpoint.state as unknown as { trace?: readonly TracePoint[] };
  say({ type: 'resumed', step: latest.step, trace });
}

function hooksOf(job: TrainingJob, training: Training, store: CheckpointStore, say: Say): TrainingHooks {
  const samples = job.val.map(sampleOf);
  const trace: TracePoint[] = [];
  const tell = (type: 'step' | 'evaluation', point: TracePoint) => {
    trace.splice(0, trace.length - traceKept + 1);
    trace.push(point);
    say({ type, ...point });
  };
  return {
    onStep: (step, epoch, metrics) => tell('step', { step, epoch, metrics }),
    onEvaluation: (step, epoch, metrics) => tell('evaluation', { step, epoch, metrics }),
    evaluate: async () => {
      if (samples.length === 0) return undefined;
      const onProgress = (done: number) => say({ type: 'evaluating', done, of: samples.length });
      const { metrics } = await evaluateNetwork(training.network, samples, job.recipe, job.classes, {
        onProgress,
        onSkip: (problem) => say({ type: 'log', level: 'warning', text: problem.sentence }),
      });
      return metrics;
    },
    saveCheckpoint: (kind, epoch, metrics) => {
      const { runId, recipe, classes } = job;
      const about = { recipe, classes, trace: trace.map((point) => ({ ...point })) };
      const saved = store.save(checkpointOf(training, { runId, epoch, kind, metrics }, about));
      store.prune(runId, { keepBest: 1, keepLast: 1 });
      say({ type: 'checkpoint', id: saved.id, kind, step: saved.step, epoch, metrics });
    },
  };
}

export function sampleOf(image: JobImage): Sample {
  return {
    path: image.path,
    width: image.width,
    height: image.height,
    boxes: Float32Array.from(image.boxes),
    labels: Int32Array.from(image.labels),
    ignore: Float32Array.from(image.ignore),
  };
}
