import { describe, expect, it } from 'vitest';
import { Parameter } from '../../../../src/main/detector/autograd/parameter.ts';
import { clipFactor, gradientNorm, Sgd } from '../../../../src/main/detector/engine/sgd.ts';
import { meanGradients } from '../../../../src/main/detector/engine/train-step.ts';
import { WeightAverage } from '../../../../src/main/detector/engine/weight-average.ts';
import { tf } from '../../../../src/main/detector/tf.ts';

function weight(values: readonly number[], name = 'weight'): Parameter {
  return new Parameter(name, tf.tensor1d([...values]), 'plain', true);
}

function gradientOf(parameter: Parameter, values: readonly number[]) {
  return { parameter, gradient: tf.keep(tf.tensor1d([...values])) };
}

function expectClose(actual: ArrayLike<number>, expected: readonly number[], digits = 6): void {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, i) => {
    expect(actual[i], `[${i}]`).toBeCloseTo(value, digits);
  });
}

describe('Sgd', () => {
  it('steps as written down by hand: decay, momentum, learning rate', () => {
    const w = weight([1, -2]);
    const sgd = new Sgd({ momentum: 0.9, weightDecay: 0.1 });
    sgd.step([gradientOf(w, [0.5, 1])], 0.1);
    // v = g + 0.1 w = [0.6, 0.8]; w -= 0.1 v
    expectClose(w.tensor.dataSync(), [0.94, -2.08]);
    sgd.step([gradientOf(w, [0.5, 1])], 0.01);
    // v = 0.9 v + g + 0.1 w = [1.134, 1.512]
    expectClose(w.tensor.dataSync(), [0.92866, -2.09512]);
    sgd.dispose();
    w.dispose();
  });

  it('frees the gradients and holds one tensor a weight', () => {
    const w = weight([1, 2, 3]);
    const before = tf.memory().numTensors;
    const sgd = new Sgd({ momentum: 0.9, weightDecay: 1e-4 });
    for (let step = 0; step < 5; step++) sgd.step([gradientOf(w, [1, 1, 1])], 0.1, 0.5);
    expect(tf.memory().numTensors).toBe(before + 1);
    sgd.dispose();
    expect(tf.memory().numTensors).toBe(before);
    w.dispose();
  });
});

describe('the gradient clip', () => {
  it('measures the length over all weights and shortens to the limit, never lengthens', () => {
    const [a, b] = [weight([0, 0], 'a'), weight([0], 'b')];
    const gradients = [gradientOf(a, [3, 0]), gradientOf(b, [4])];
    expect(gradientNorm(gradients)).toBeCloseTo(5, 6);
    expect(clipFactor(5, 1)).toBeCloseTo(0.2, 6);
    expect(clipFactor(0.5, 1)).toBe(1);
    expect(clipFactor(5, null)).toBe(1);
    expect(gradientNorm([])).toBe(0);
    const sgd = new Sgd({ momentum: 0, weightDecay: 0 });
    sgd.step(gradients, 1, clipFactor(5, 1));
    expectClose([...a.tensor.dataSync(), ...b.tensor.dataSync()], [-0.6, 0, -0.8], 5);
    sgd.dispose();
  });

  it('leaves weight decay as it is', () => {
    const w = weight([2]);
    const sgd = new Sgd({ momentum: 0, weightDecay: 0.5 });
    sgd.step([gradientOf(w, [10])], 0.1, 0.1);
    // v = 10 * 0.1 + 2 * 0.5
    expectClose(w.tensor.dataSync(), [1.8]);
    sgd.dispose();
  });
});

describe('meanGradients', () => {
  it('is the mean over batches; a weight that one batch did not reach counts as 0 there', () => {
    const [a, b] = [weight([0], 'a'), weight([0], 'b')];
    const mean = meanGradients([[gradientOf(a, [1])], [gradientOf(a, [3]), gradientOf(b, [8])]]);
    expect(mean.map(({ parameter, gradient }) => [parameter.name, ...gradient.dataSync()])).toEqual([
      ['a', 2],
      ['b', 4],
    ]);
  });
});

describe('WeightAverage', () => {
  it('equals its closed form: early updates weigh more, then the decay holds', () => {
    const w = weight([0]);
    const average = new WeightAverage([w], 0.5);
    const values = [4, -2, 6, 1, 0, 3, 9, -7, 2, 5, 8, 1];
    let expected = 0;
    for (const [i, value] of values.entries()) {
      w.assign(tf.tensor1d([value]));
      average.update();
      const decay = Math.min(0.5, (2 + i) / (11 + i));
      expected = decay * expected + (1 - decay) * value;
    }
    expect(average.updates).toBe(values.length);
    expectClose([...average.averages().values()][0]!.dataSync(), [expected], 5);
    average.dispose();
  });

  it('stands in for the weights while something runs, and gives them back even after a failure', async () => {
    const w = weight([1]);
    const average = new WeightAverage([w], 0.9);
    w.assign(tf.tensor1d([11]));
    average.update();
    const mean = [...average.averages().values()][0]!.dataSync()[0]!;
    const seen = await average.inPlace(async () => w.tensor.dataSync()[0]);
    expect(seen).toBe(mean);
    expect(w.tensor.dataSync()[0]).toBe(11);
    await expect(average.inPlace(() => Promise.reject(new Error('no disk')))).rejects.toThrow('no disk');
    expect(w.tensor.dataSync()[0]).toBe(11);
    expect([...average.averages().values()][0]!.dataSync()[0]).toBe(mean);
    average.dispose();
  });
});
