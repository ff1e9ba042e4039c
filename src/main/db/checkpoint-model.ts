// The model inside a checkpoint: what is evaluated, exported and predicted with.
import type { LoadedCheckpoint, StoredTensor } from './checkpoint-store.ts';

/** A weight in PyTorch's layout. */
export interface ModelTensor {
  readonly dtype: 'float32';
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
}

/** Its weights: the averages in place of the last step's where the checkpoint has them. */
export function modelTensors(checkpoint: LoadedCheckpoint): Map<string, ModelTensor> {
  const averaged = new Set(checkpoint.contents.filter(({ role }) => role === 'ema').map(({ name }) => name));
  const tensors = new Map<string, ModelTensor>();
  for (const { role, name } of checkpoint.contents) {
    const stored = role === 'model' && checkpoint.tensor(averaged.has(name) ? 'ema' : 'model', name);
    if (stored) tensors.set(name, floatsOf(stored));
  }
  return tensors;
}

/** The float32 values of a stored tensor. */
export function floatsOf({ shape, data }: StoredTensor): ModelTensor {
  return { dtype: 'float32', shape, data: new Float32Array(data.slice().buffer) };
}
