import { describe, expect, it } from 'vitest';
import { type Decay, learningRate } from '../../../../src/main/detector/engine/schedule.ts';

const noWarmup = { iterations: 0, ratio: 0.001 };
const steps: Decay = { kind: 'step', milestones: [2, 3], gamma: 0.1 };
const cosine: Decay = { kind: 'cosine', finalRatio: 0.1 };

function rates(decay: Decay, warmup = noWarmup, count = 40): number[] {
  const options = { baseLr: 0.01, warmup, decay, epochs: 4, stepsPerEpoch: 10 };
  return Array.from({ length: count }, (_, step) => learningRate(step, options));
}

describe('the learning rate', () => {
  it('falls by gamma once each milestone epoch is over', () => {
    const lr = rates(steps);
    expect(lr.slice(0, 20)).toEqual(Array(20).fill(0.01));
    for (const rate of lr.slice(20, 30)) expect(rate).toBeCloseTo(0.001, 12);
    for (const rate of lr.slice(30)) expect(rate).toBeCloseTo(0.0001, 12);
  });

  it('warms up in a straight line from ratio to the whole', () => {
    const lr = rates(steps, { iterations: 4, ratio: 0.2 });
    [0.2, 0.4, 0.6, 0.8, 1, 1].forEach((part, step) => {
      expect(lr[step]).toBeCloseTo(0.01 * part, 12);
    });
  });

  it('multiplies the warm-up with a decay that has begun', () => {
    const lr = rates(steps, { iterations: 25, ratio: 0.5 });
    // step 22: 22/25 of the way from 0.5 to 1, at a tenth of the rate
    expect(lr[22]).toBeCloseTo(0.001 * (0.5 + (0.5 * 22) / 25), 12);
  });

  it('follows half a cosine from the whole to the final ratio', () => {
    const lr = rates(cosine);
    expect(lr[0]).toBeCloseTo(0.01, 12);
    expect(lr[10]).toBeCloseTo(0.01 * (0.1 + 0.9 * 0.5 * (1 + Math.SQRT1_2)), 12);
    expect(lr[20]).toBeCloseTo(0.01 * 0.55, 12);
    const [after] = rates(cosine, noWarmup, 100).slice(-1);
    expect(after).toBeCloseTo(0.001, 12);
  });
});
