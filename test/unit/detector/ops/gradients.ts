// Tensors of fixed random numbers, and gradients checked against finite differences.
import { expect } from 'vitest';
import { Tape, type Value } from '../../../../src/main/detector/autograd/tape.ts';
import { type Tensor, tf } from '../../../../src/main/detector/tf.ts';

/** Normally distributed numbers, the same for the same seed; lives until disposed of. */
export function normal(shape: readonly number[], seed: number, deviation = 1): Tensor {
  return tf.keep(tf.randomNormal([...shape], 0, deviation, 'float32', seed));
}

/**
 * Compares the tape's gradients of a fixed weighted sum of the output with its central differences, at up to 40
 * elements of each input. `forward` must be smooth around the inputs.
 */
export function expectGradients(
  inputs: readonly Tensor[],
  forward: (tape: Tape, values: readonly Value[]) => Value,
  { step = 1e-2, tolerance = 2e-2 } = {},
): void {
  const tape = new Tape(true);
  const leaves = inputs.map((tensor) => tape.leaf(tensor));
  const y = forward(tape, leaves);
  const weights = normal(y.tensor.shape, 99);
  tape.backward([[y, tf.clone(weights)]]);
  const objective = (changed: readonly Tensor[]) => {
    const still = new Tape(false);
    const values = changed.map((tensor) => still.constant(tensor));
    return dot(forward(still, values).tensor.dataSync(), weights.dataSync());
  };
  for (const [i, input] of inputs.entries()) {
    const gradient = tape.gradientOf(leaves[i]!)!.dataSync();
    const data = input.dataSync();
    const at = (index: number, change: number) => {
      const moved = data.slice();
      moved[index] = moved[index]! + change;
      return objective(inputs.map((tensor, k) => (k === i ? tf.tensor(moved, tensor.shape) : tensor)));
    };
    const stride = Math.max(1, Math.floor(data.length / 40));
    for (let index = 0; index < data.length; index += stride) {
      const slope = (at(index, step) - at(index, -step)) / (2 * step);
      const gap = Math.abs(slope - gradient[index]!);
      expect(gap, `input ${i} at [${index}]: slope ${slope}, gradient ${gradient[index]}`).toBeLessThan(
        tolerance * Math.max(1, Math.abs(slope)),
      );
    }
  }
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
