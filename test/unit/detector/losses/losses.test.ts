import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  binaryCrossEntropy,
  binaryCrossEntropyGradient,
} from '../../../../src/main/detector/losses/binary-cross-entropy.ts';
import { sigmoidFocalLoss } from '../../../../src/main/detector/losses/focal.ts';
import { giouLoss } from '../../../../src/main/detector/losses/giou.ts';
import {
  newLevelCounters,
  reweightFactors,
  updateLevelWeights,
} from '../../../../src/main/detector/losses/level-weights.ts';
import { type Tensor, tf } from '../../../../src/main/detector/tf.ts';

const side = fc.double({ min: 1, max: 50, noNaN: true });
const corner = fc.double({ min: -30, max: 30, noNaN: true });
const box = fc.tuple(corner, corner, side, side).map(([x, y, w, h]) => [x, y, x + w, y + h]);

describe('giouLoss', () => {
  it('is 0 for equal boxes, 2 at most, and has the value written down by hand', () => {
    const gradient = new Float64Array(4);
    expect(giouLoss([0, 0, 10, 10], [0, 0, 10, 10], gradient)).toBeCloseTo(0, 12);
    // overlap 25, union 175, hull 225
    const byHand = 1 - 25 / 175 + (225 - 175) / 225;
    expect(giouLoss([0, 0, 10, 10], [5, 5, 15, 15], gradient)).toBeCloseTo(byHand, 12);
    expect(giouLoss([0, 0, 1, 1], [100, 100, 101, 101], gradient)).toBeLessThan(2);
  });

  it('has the gradient of its central differences, overlapping or apart', () => {
    const step = 1e-6;
    const scratch = new Float64Array(4);
    fc.assert(
      fc.property(box, box, (pred, target) => {
        const closest = Math.min(
          ...pred.flatMap((edge, i) => [i % 2, (i % 2) + 2].map((j) => Math.abs(edge - target[j]!))),
        );
        fc.pre(closest > 1e-3);
        const gradient = new Float64Array(4);
        giouLoss(pred, target, gradient);
        for (let i = 0; i < 4; i++) {
          const at = (change: number) =>
            giouLoss(
              pred.map((edge, k) => (k === i ? edge + change : edge)),
              target,
              scratch,
            );
          expect(gradient[i]).toBeCloseTo((at(step) - at(-step)) / (2 * step), 5);
        }
      }),
    );
  });

  it('does not change when both boxes move or grow together', () => {
    const none = new Float64Array(4);
    fc.assert(
      fc.property(box, box, corner, fc.double({ min: 0.5, max: 4, noNaN: true }), (a, b, shift, scale) => {
        const moved = (edges: number[]) => edges.map((edge) => (edge + shift) * scale);
        expect(giouLoss(moved(a), moved(b), none)).toBeCloseTo(giouLoss(a, b, none), 6);
      }),
    );
  });
});

describe('binaryCrossEntropy', () => {
  it('is -t log p - (1 - t) log(1 - p), with the gradient p - t, and finite far out', () => {
    const logit = fc.double({ min: -8, max: 8, noNaN: true });
    const target = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(logit, target, (x, t) => {
        const p = 1 / (1 + Math.exp(-x));
        expect(binaryCrossEntropy(x, t)).toBeCloseTo(-t * Math.log(p) - (1 - t) * Math.log(1 - p), 8);
        expect(binaryCrossEntropyGradient(x, t)).toBeCloseTo(p - t, 12);
      }),
    );
    expect(binaryCrossEntropy(800, 0)).toBe(800);
    expect(binaryCrossEntropy(-800, 0)).toBe(0);
  });
});

describe('sigmoidFocalLoss', () => {
  /** The definition, left to tfjs to differentiate. */
  function plainFocal(logits: Tensor, hot: Tensor, weights: Tensor, alpha: number, gamma: number): Tensor {
    const p = tf.sigmoid(logits);
    const pt = tf.add(tf.mul(p, hot), tf.mul(tf.sub(1, p), tf.sub(1, hot)));
    const at = tf.add(tf.mul(hot, alpha), tf.mul(tf.sub(1, hot), 1 - alpha));
    const losses = tf.mul(tf.mul(at, tf.pow(tf.sub(1, pt), gamma)), tf.neg(tf.log(pt)));
    return tf.sum(tf.mul(losses, weights));
  }

  it.each([
    [0.25, 2],
    [0.4, 1.5],
  ])('equals the definition and its automatic gradient at alpha %d, gamma %d', (alpha, gamma) => {
    const logits = tf.keep(tf.randomNormal([6, 3], 0, 2, 'float32', 5));
    const positives = Int32Array.of(1, 5, 9);
    const weights = Float32Array.of(1, 1, 0, 1, 0.5, 1);
    const hot = tf.tensor2d(
      Array.from({ length: 18 }, (_, i) => (positives.includes(i) ? 1 : 0)),
      [6, 3],
    );
    const column = tf.tensor2d(weights, [6, 1]);
    const ours = sigmoidFocalLoss(logits, { positives, weights }, { alpha, gamma });
    const { value, grad } = tf.valueAndGrad((x: Tensor) => plainFocal(x, hot, column, alpha, gamma) as never)(
      logits as never,
    ) as { value: Tensor; grad: Tensor };
    expect(ours.sum.dataSync()[0]).toBeCloseTo(value.dataSync()[0]!, 4);
    const expected = grad.dataSync();
    ours.gradient.dataSync().forEach((slope, i) => {
      expect(slope, `[${i}]`).toBeCloseTo(expected[i]!, 5);
    });
  });

  it('is a sum over the background where nothing is positive', () => {
    const logits = tf.zeros([2, 2]);
    const none = { positives: new Int32Array(0), weights: Float32Array.of(1, 1) };
    // each: 0.75 * 0.5^2 * ln 2
    expect(sigmoidFocalLoss(logits, none).sum.dataSync()[0]).toBeCloseTo(4 * 0.75 * 0.25 * Math.LN2, 6);
  });
});

describe('level weights', () => {
  it('lie in 1..2: 1 for the level with most positives, 2 for the one with fewest, in order', () => {
    const counts = fc.array(fc.nat(1_000_000), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(counts, (list) => {
        const weights = reweightFactors(Float64Array.from(list));
        const range = Math.max(...list) - Math.min(...list);
        list.forEach((count, i) => {
          const expected = range === 0 ? 2 : 2 - (count - Math.min(...list)) / range;
          expect(weights[i]).toBeCloseTo(expected, 6);
        });
      }),
    );
  });

  it('count on from step to step, class and box apart, or together as mmdet 3 does', () => {
    const counters = newLevelCounters(2);
    updateLevelWeights(counters, [3, 1], [0, 2], 'official');
    const { cls, reg } = updateLevelWeights(counters, [1, 1], [0, 0], 'official');
    expect([...counters.cls]).toEqual([4, 2]);
    expect([...counters.reg]).toEqual([0, 2]);
    expect([...cls, ...reg].map((weight) => Math.round(weight * 1e6) / 1e6)).toEqual([1, 2, 2, 1]);
    const shared = newLevelCounters(2);
    updateLevelWeights(shared, [3, 1], [0, 5], 'mmdet3');
    expect([...shared.cls]).toEqual([3, 6]);
    expect([...shared.reg]).toEqual([0, 0]);
  });
});
