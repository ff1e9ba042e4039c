/** Stochastic gradient descent with momentum and weight decay, as PyTorch does it, and the gradient clip before it. */
import type { Parameter } from '../autograd/parameter.ts';
import type { ParameterGradient } from '../autograd/tape.ts';
import { type Tensor, tf } from '../tf.ts';

export interface SgdOptions {
  readonly momentum: number;
  /** Added to every gradient as weight times this, for norms and biases too. */
  readonly weightDecay: number;
  /** What the learning rate of a weight is multiplied with; 1 by default. */
  readonly lrFactor?: (parameter: Parameter) => number;
}

export class Sgd {
  readonly #options: SgdOptions;
  readonly #velocities = new Map<Parameter, Tensor>();

  constructor(options: SgdOptions) {
    this.#options = options;
  }

  /** One step: v = momentum * v + gradient * factor + decay * w, then w -= lr * v. Frees the gradients. */
  step(gradients: readonly ParameterGradient[], lr: number, factor = 1): void {
    for (const { parameter, gradient } of gradients) {
      const [velocity, weight] = tf.tidy(() => this.#update(parameter, gradient, lr, factor));
      this.#velocities.get(parameter)?.dispose();
      this.#velocities.set(parameter, tf.keep(velocity));
      parameter.assign(weight);
      gradient.dispose();
    }
  }

  /** The momentum of each weight, for a checkpoint. */
  velocities(): ReadonlyMap<Parameter, Tensor> {
    return this.#velocities;
  }

  /** Takes a momentum from a checkpoint. */
  setVelocity(parameter: Parameter, velocity: Tensor): void {
    this.#velocities.get(parameter)?.dispose();
    this.#velocities.set(parameter, tf.keep(velocity));
  }

  dispose(): void {
    for (const velocity of this.#velocities.values()) velocity.dispose();
    this.#velocities.clear();
  }

  #update(parameter: Parameter, gradient: Tensor, lr: number, factor: number): [Tensor, Tensor] {
    const { momentum, weightDecay, lrFactor } = this.#options;
    const ownLr = lr * (lrFactor?.(parameter) ?? 1);
    const weight = parameter.tensor;
    const scaled = factor === 1 ? gradient : tf.mul(gradient, factor);
    const pull = weightDecay === 0 ? scaled : tf.add(scaled, tf.mul(weight, weightDecay));
    const last = this.#velocities.get(parameter);
    const velocity = last === undefined ? tf.clone(pull) : tf.add(tf.mul(last, momentum), pull);
    return [velocity, tf.sub(weight, tf.mul(velocity, ownLr))];
  }
}

/** L2 norm over all gradients together. */
export function gradientNorm(gradients: readonly ParameterGradient[]): number {
  const squares = tf.tidy(() => {
    const sums = gradients.map(({ gradient }) => tf.sum(tf.square(gradient)));
    return sums.length === 0 ? new Float32Array(0) : tf.stack(sums).dataSync<'float32'>();
  });
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0));
}

/** What to multiply the gradients with so that their norm is at most `limit` (PyTorch's rule); 1 without a limit. */
export function clipFactor(norm: number, limit: number | null): number {
  return limit === null ? 1 : Math.min(1, limit / (norm + 1e-6));
}
