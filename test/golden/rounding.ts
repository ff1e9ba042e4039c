// A training on a fixed batch meets kinks and ties that the last digit decides, and another processor adds in another order.
// Past such a point the reference's numbers are one draw of many: they must lie where ours fall from starts a rounding apart.
import { expect } from 'vitest';
import type { ParameterStore } from '../../src/main/detector/autograd/parameter-store.ts';
import { tf } from '../../src/main/detector/tf.ts';
import { excessOf, type Tolerance } from './fixture.ts';

/** The fixtures' own noise trial: every weight times 1 + 2e-7 N(0, 1). */
const ROUNDING = 2e-7;
const STARTS = 8;
/** Standard deviations that two draws may lie apart. */
const APART = 5;

type Values = ArrayLike<number>;

export interface Comparison {
  readonly actual: Values;
  readonly expected: Values;
  readonly tolerance: Tolerance;
}

/**
 * What `follow` measures from the start as it is (0) is within its tolerances; where it is not, within what rounding
 * does to it, as measured from other starts (1, 2, ...).
 */
export function expectPath(follow: (start: number) => ReadonlyMap<string, Comparison>): void {
  const far = [...follow(0)].filter(([, comparison]) => excess(comparison) > 0);
  if (far.length === 0) return;
  const others = Array.from({ length: STARTS }, (_, index) => follow(index + 1));
  for (const [key, comparison] of far) {
    const spread = deviation(others.map((other) => other.get(key)?.actual ?? []));
    const beyond = excess(comparison) - APART * spread;
    const words = `${key}: ${excess(comparison)} beyond its tolerance, rounding alone moves it by ${spread}`;
    expect(beyond, words).toBeLessThanOrEqual(0);
  }
}

/** How far the worst element is beyond its tolerance. */
function excess({ actual, expected, tolerance }: Comparison): number {
  expect(actual.length).toBe(expected.length);
  return Math.max(0, ...Array.from(expected, (value, i) => excessOf(Number(actual[i]), value, tolerance)));
}

/** The largest standard deviation of any element over `draws`. */
function deviation(draws: readonly Values[]): number {
  const elements = Array.from(draws[0] ?? [], (_, i) => draws.map((draw) => Number(draw[i])));
  return Math.max(
    0,
    ...elements.map((values) => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
    }),
  );
}

/** Moves every weight by a rounding; start 0 is left as it is. */
export function moveByRounding(store: ParameterStore, start: number): void {
  if (start === 0) return;
  for (const [index, parameter] of store.all().entries()) {
    parameter.assign(
      tf.tidy(() => {
        const noise = tf.randomNormal(parameter.tensor.shape, 1, ROUNDING, 'float32', start * 1000 + index);
        return tf.mul(parameter.tensor, noise);
      }),
    );
  }
}
