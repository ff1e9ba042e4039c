// The first values of a network that no file gives: from the run's seed, or drawn again as the PyTorch reference drew them.
import type { Init, Initializer, ParameterSpec } from '../autograd/parameter-store.ts';
import { hashNormalValues, hashUniformValues } from '../data/hash-uniform.ts';
import { Rng } from '../data/rng.ts';
import { elementCount } from './stored-tensor.ts';

/**
 * The initializer of a run. Every weight has a stream of its own, so its values do not depend on the other weights.
 * With `source` 'reference' the values are those of the documented hash under the names `bccd.s{seed}.{weight}`.
 */
export function initialWeights(source: 'random' | 'reference' | 'sequential', seed: number): Initializer {
  return source === 'reference' ? referenceWeights(`bccd.s${seed}.`) : (spec) => randomValues(spec, seed);
}

/** Values from the documented hash; `prefix` stands before a weight's name there. */
function referenceWeights(prefix: string): Initializer {
  return ({ name, shape, init }) => {
    const count = elementCount(shape);
    if (init.kind === 'constant') return constants(count, init);
    if (init.kind === 'uniform') return hashUniformValues(prefix + name, count, init.bound);
    return hashNormalValues(prefix + name, count, init.deviation);
  };
}

/** Zeros: for a network whose every weight a checkpoint brings. */
export const emptyWeights: Initializer = ({ shape }) => new Float32Array(elementCount(shape));

function randomValues({ name, shape, init }: ParameterSpec, seed: number): Float32Array {
  const values = constants(elementCount(shape), init);
  if (init.kind === 'constant') return values;
  const rng = Rng.seeded(seed, 'weights', name);
  const draw =
    init.kind === 'uniform'
      ? () => rng.between(-init.bound, init.bound)
      : () => init.deviation * rng.normal();
  return values.map(draw);
}

function constants(count: number, init: Init): Float32Array {
  return new Float32Array(count).fill(init.kind === 'constant' ? init.value : 0);
}
