// A training as rows of a checkpoint store, and back.

import type { JsonObject } from '../../shared/model.ts';
import { floatsOf } from '../db/checkpoint-model.ts';
import type { CheckpointInput, LoadedCheckpoint, StoredTensor, TensorRole } from '../db/checkpoint-store.ts';
import type { Parameter } from '../detector/autograd/parameter.ts';
import { fromTorch, toTorch } from '../detector/autograd/parameter-store.ts';
import type { Training, TrainingState } from '../detector/engine/training.ts';
import type { Tensor } from '../detector/tf.ts';

/** Weights, momentum and averages in PyTorch's layout, one at a time. */
export function* trainingTensors(training: Training): Generator<StoredTensor> {
  for (const parameter of training.network.store.all()) yield stored('model', parameter, parameter.tensor);
  for (const [parameter, velocity] of training.optimizer.velocities())
    yield stored('momentum', parameter, velocity);
  for (const [parameter, average] of training.average?.averages() ?? [])
    yield stored('ema', parameter, average);
}

/** What to save of a training as it stands. */
export function checkpointOf(
  training: Training,
  head: Pick<CheckpointInput, 'runId' | 'epoch' | 'kind' | 'metrics'>,
  about: JsonObject,
): CheckpointInput {
  const state = { ...about, training: training.state } as unknown as JsonObject;
  return { ...head, step: training.state.step, state, tensors: trainingTensors(training) };
}

/** Puts a training where the checkpoint left it. */
export function restoreTraining(training: Training, checkpoint: LoadedCheckpoint): void {
  for (const tensor of checkpoint.tensors()) {
    const parameter = training.network.store.get(tensor.name);
    if (parameter === undefined)
      throw new Error(`checkpoint ${checkpoint.id} has an unknown weight ${tensor.name}`);
    const value = fromTorch(parameter.layout, floatsOf(tensor));
    if (tensor.role === 'model') parameter.assign(value);
    else if (tensor.role === 'momentum') training.optimizer.setVelocity(parameter, value);
    else training.average?.set(parameter, value);
  }
  training.restore((checkpoint.state as unknown as { training: TrainingState }).training);
}

function stored(role: TensorRole, parameter: Parameter, tensor: Tensor): StoredTensor {
  const { shape, data } = toTorch(parameter.layout, tensor);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { role, name: parameter.name, dtype: 'float32', shape, data: bytes };
}
