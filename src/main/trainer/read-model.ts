// A trained detector as it is read: recipe, classes and weights, from a checkpoint or a file. Nothing here needs TensorFlow,
// which takes a second to load.
import { Problem } from '../../shared/problem.ts';
import { type Recipe, recipeSchema } from '../../shared/recipe.ts';
import { modelTensors } from '../db/checkpoint-model.ts';
import { openCheckpointStore } from '../db/checkpoint-store.ts';
import { readCheckpointFile } from '../detector/checkpoints/checkpoint-file.ts';
import type { StoredTensor } from '../detector/checkpoints/stored-tensor.ts';
import type { Detections } from '../detector/engine/detect-batch.ts';
import type { FoundObjects, ModelSource } from './job.ts';
import { recipeOfWeights } from './recipe-of-weights.ts';

export interface Model {
  readonly recipe: Recipe;
  readonly classes: readonly string[];
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly name: string;
  /** Where the training stood that a checkpoint is of. */
  readonly training?: ModelTraining;
}

export interface ModelTraining {
  /** Part of the training that was behind it, 0..1. */
  readonly progress: number;
  readonly counters: { readonly cls: readonly number[]; readonly reg: readonly number[] };
}

/** Reads a model's weights and what else is known of it. */
export function readModel(source: ModelSource): Model {
  if (source.kind === 'checkpoint') return modelOfCheckpoint(source.store, source.id);
  if (source.kind === 'file') return modelOfFile(source);
  throw new Problem(`${source.file} holds no weights that can be read back.`, 'Give a run, or its weights.');
}

interface CheckpointState {
  readonly recipe: unknown;
  readonly classes: string[];
  readonly training: { readonly counters: ModelTraining['counters'] };
}

function modelOfCheckpoint(file: string, id: number): Model {
  const store = openCheckpointStore(file, { readOnly: true });
  try {
    const checkpoint = store.load(id);
    const state = checkpoint.state as unknown as CheckpointState;
    const recipe = recipeSchema.parse(state.recipe);
    const { counters } = state.training;
    const training = { progress: Math.min(1, checkpoint.epoch / recipe.train.epochs), counters };
    const { classes } = state;
    return { recipe, classes, tensors: modelTensors(checkpoint), name: `checkpoint ${id}`, training };
  } finally {
    store.close();
  }
}

function modelOfFile(source: Extract<ModelSource, { kind: 'file' }>): Model {
  const { tensors, classes: named } = readCheckpointFile(source.file);
  const { recipe, numClasses } = recipeOfWeights(source.file, tensors, source.recipe);
  const classes = source.classes ?? named ?? [];
  const complete = Array.from({ length: numClasses }, (_, i) => classes[i] ?? `class ${i}`);
  return { recipe, classes: complete, tensors, name: source.file };
}

/** A class score that is too low alone cannot reach `lowest` times an IoU: the recipe's threshold is never raised. */
export function admitting(recipe: Recipe, lowest: number | undefined): Recipe {
  const scoreThresh = Math.min(recipe.test.scoreThresh, lowest ?? 1);
  return { ...recipe, test: { ...recipe.test, scoreThresh } };
}

/** What reaches the score; detections come by falling score. */
export function plain({ boxes, scores, labels }: Detections, lowest: number): FoundObjects {
  const below = scores.findIndex((score) => score < lowest);
  const count = below < 0 ? scores.length : below;
  return {
    boxes: [...boxes.subarray(0, count * 4)],
    scores: [...scores.subarray(0, count)],
    labels: [...labels.subarray(0, count)],
  };
}
