/** A running mean of the weights (EMA): steadier than the last step, and what is evaluated where a recipe asks for it. */
import type { Parameter } from '../autograd/parameter.ts';
import { type Tensor, tf } from '../tf.ts';

export class WeightAverage {
  readonly #decay: number;
  readonly #averages = new Map<Parameter, Tensor>();
  #updates = 0;

  /** Starts from the present weights. */
  constructor(parameters: readonly Parameter[], decay: number) {
    this.#decay = decay;
    for (const parameter of parameters) this.#averages.set(parameter, tf.keep(tf.clone(parameter.tensor)));
  }

  get updates(): number {
    return this.#updates;
  }

  /** Takes the number of updates from a checkpoint. */
  restoreUpdates(updates: number): void {
    this.#updates = updates;
  }

  averages(): ReadonlyMap<Parameter, Tensor> {
    return this.#averages;
  }

  /** Takes an average from a checkpoint. */
  set(parameter: Parameter, average: Tensor): void {
    this.#averages.get(parameter)?.dispose();
    this.#averages.set(parameter, tf.keep(average));
  }

  /** Moves the mean towards the present weights; early steps move it further, so that the start is soon forgotten. */
  update(): void {
    this.#updates += 1;
    const decay = Math.min(this.#decay, (1 + this.#updates) / (10 + this.#updates));
    for (const [parameter, average] of this.#averages) {
      const next = tf.tidy(() => tf.add(average, tf.mul(tf.sub(parameter.tensor, average), 1 - decay)));
      this.set(parameter, next);
    }
  }

  /** Runs `body` with the averages in place of the weights. */
  async inPlace<T>(body: () => Promise<T>): Promise<T> {
    this.#swap();
    try {
      return await body();
    } finally {
      this.#swap();
    }
  }

  dispose(): void {
    for (const average of this.#averages.values()) average.dispose();
    this.#averages.clear();
  }

  #swap(): void {
    for (const [parameter, average] of this.#averages) this.#averages.set(parameter, parameter.swap(average));
  }
}
