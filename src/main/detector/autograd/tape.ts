/**
 * Reverse-mode differentiation that frees as it goes: a tensor saved for the backward pass is released as soon as the
 * last gradient that needs it has run, and so is every intermediate gradient.
 */
import { attr, op, type Tensor, tf } from '../tf.ts';
import type { Parameter } from './parameter.ts';

/** A tensor on its way through the network. `slot` is where its gradient is summed; -1 where none is wanted. */
export interface Value {
  readonly tensor: Tensor;
  readonly slot: number;
}

/**
 * Gradients for the inputs of a step, in their order; `undefined` where an input wants none. Each is a fresh tensor:
 * `dy` itself is freed afterwards, so pass it on as a clone.
 */
export type Backward = (dy: Tensor) => (Tensor | undefined)[];

interface Step {
  readonly output: number;
  readonly inputs: readonly number[];
  readonly saved: readonly Tensor[];
  readonly backward: Backward;
}

/** The gradient of one weight. */
export interface ParameterGradient {
  readonly parameter: Parameter;
  readonly gradient: Tensor;
}

export class Tape {
  readonly recording: boolean;
  #steps: Step[] = [];
  #gradients: (Tensor | undefined)[] = [];
  #parameters = new Map<Parameter, number>();
  #holds = new Map<Tensor, number>();

  /** With `recording` false nothing is saved: for inference. */
  constructor(recording: boolean) {
    this.recording = recording;
  }

  /** A value that wants no gradient. */
  constant(tensor: Tensor): Value {
    return { tensor, slot: -1 };
  }

  /** A value whose gradient `backward` returns in its `inputs`: for tests and for the seams between networks. */
  leaf(tensor: Tensor): Value {
    return { tensor, slot: this.#newSlot() };
  }

  /** The weight as a value; the same slot for every use, so that shared weights sum their gradients. */
  parameter(parameter: Parameter): Value {
    if (!this.recording || !parameter.trainable) return { tensor: parameter.tensor, slot: -1 };
    const known = this.#parameters.get(parameter);
    const slot = known ?? this.#newSlot();
    if (known === undefined) this.#parameters.set(parameter, slot);
    return { tensor: parameter.tensor, slot };
  }

  /**
   * Notes how `output` came from `inputs`. `saved` lists the tensors that `backward` reads: they outlive their scope
   * until it has run. `backward` is not kept where no input wants a gradient.
   */
  record(output: Tensor, inputs: readonly Value[], saved: readonly Tensor[], backward: Backward): Value {
    if (!this.recording || inputs.every((input) => input.slot < 0)) return { tensor: output, slot: -1 };
    for (const tensor of saved) this.#hold(tensor);
    const slot = this.#newSlot();
    this.#steps.push({ output: slot, inputs: inputs.map((input) => input.slot), saved, backward });
    return { tensor: output, slot };
  }

  /** Runs `body` and frees what it made, save its result and what the backward pass needs. */
  scope<T>(body: () => T): T {
    return tf.tidy(body as () => never) as T;
  }

  /**
   * Walks the tape backwards from `seeds` (values with the gradient of the loss for each; taken over and freed) and
   * returns the gradient of every weight reached, for the caller to free. The tape is spent afterwards.
   */
  backward(seeds: readonly (readonly [Value, Tensor])[]): ParameterGradient[] {
    for (const [value, gradient] of seeds) this.#accumulate(value.slot, tf.keep(gradient));
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) this.#stepBack(step);
    const found: ParameterGradient[] = [];
    for (const [parameter, slot] of this.#parameters) {
      const gradient = this.#gradients[slot];
      if (gradient !== undefined) found.push({ parameter, gradient });
    }
    return found;
  }

  /** The gradient that reached a leaf, after `backward`; the caller frees it. */
  gradientOf(leaf: Value): Tensor | undefined {
    return this.#gradients[leaf.slot];
  }

  /** Frees everything still held, for a pass that is abandoned, even half-way back. */
  dispose(): void {
    for (const tensor of this.#holds.keys()) tensor.dispose();
    for (const gradient of this.#gradients) gradient?.dispose();
    this.#holds.clear();
    this.#steps = [];
    this.#gradients = [];
  }

  #stepBack(step: Step): void {
    const dy = this.#gradients[step.output];
    if (dy !== undefined) {
      tf.tidy(() => {
        const made = step.backward(dy);
        step.inputs.forEach((slot, i) => {
          const gradient = made[i];
          if (slot >= 0 && gradient !== undefined) this.#accumulate(slot, tf.keep(gradient));
        });
      });
      dy.dispose();
      this.#gradients[step.output] = undefined;
    }
    this.#release(step.saved);
  }

  #newSlot(): number {
    this.#gradients.push(undefined);
    return this.#gradients.length - 1;
  }

  #accumulate(slot: number, gradient: Tensor): void {
    const sum = this.#gradients[slot];
    if (sum === undefined) {
      this.#gradients[slot] = gradient;
      return;
    }
    this.#gradients[slot] = tf.keep(op('AddV2', [attr.float32()], [sum, gradient]));
    sum.dispose();
    gradient.dispose();
  }

  #hold(tensor: Tensor): void {
    const count = this.#holds.get(tensor) ?? 0;
    if (count === 0 && isKept(tensor)) return;
    this.#holds.set(tensor, count + 1);
    tf.keep(tensor);
  }

  #release(saved: readonly Tensor[]): void {
    for (const tensor of saved) {
      const count = this.#holds.get(tensor);
      if (count === undefined) continue;
      if (count > 1) this.#holds.set(tensor, count - 1);
      else {
        this.#holds.delete(tensor);
        tensor.dispose();
      }
    }
  }
}

/** Someone else owns the tensor (a weight, the batch): the tape must not free it. */
function isKept(tensor: Tensor): boolean {
  return (tensor as unknown as { readonly kept: boolean }).kept;
}
