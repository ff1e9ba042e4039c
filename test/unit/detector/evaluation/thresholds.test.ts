// Thresholds: counting above each of them, and the confusion matrix that agrees with those counts.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { followDetections } from '../../../../src/main/detector/evaluation/outcomes.ts';
import {
  bestThreshold,
  confusionMatrix,
  thresholdCurve,
} from '../../../../src/main/detector/evaluation/thresholds.ts';
import { numClasses, rowsOf, type Scene, someScene } from './scenes.ts';

const box = [10, 10, 40, 40] as const;
const far = [300, 10, 40, 40] as const;

function measure(scene: Scene, score: number) {
  const input = rowsOf(scene);
  const outcomes = followDetections(input);
  const confusion = confusionMatrix(input, outcomes, score, 0.5);
  return { input, outcomes, curve: thresholdCurve(input, outcomes), confusion };
}

describe('a threshold', () => {
  it('counts the scores that reach it, itself among them', () => {
    const objects = [{ box }, { box: far }] as const;
    const detections = [
      { box, score: 0.29 },
      { box: [500, 10, 40, 40], score: 0.7 },
    ] as const;
    const { curve } = measure({ objects, detections }, 0);
    expect([curve.found[0], curve.found[29], curve.found[30]]).toEqual([1, 1, 0]);
    expect([curve.wrong[29], curve.wrong[70], curve.wrong[71]]).toEqual([1, 1, 0]);
    expect(curve.wanted).toBe(2);
  });

  it('is best where F1 is', () => {
    const objects = [{ box }] as const;
    const detections = [
      { box, score: 0.6 },
      { box: far, score: 0.3 },
    ] as const;
    expect(bestThreshold(measure({ objects, detections }, 0).curve)).toBe(0.31);
  });

  it('counts per class what it counts in all', () => {
    fc.assert(
      fc.property(someScene, (scene) => {
        const { input, outcomes, curve } = measure(scene, 0);
        const classes = Array.from({ length: numClasses }, (_, k) => thresholdCurve(input, outcomes, k));
        const sum = (of: (own: (typeof classes)[number]) => ArrayLike<number>, t: number) =>
          classes.reduce((total, own) => total + (of(own)[t] ?? 0), 0);
        for (const t of [0, 10, 25, 49]) {
          expect(sum(({ found }) => found, t)).toBe(curve.found[t]);
          expect(sum(({ wrong }) => wrong, t)).toBe(curve.wrong[t]);
        }
      }),
    );
  });
});

describe('the confusion matrix', () => {
  it('says what was taken for what, what was missed and what is nothing', () => {
    const objects = [{ box }, { box: far, label: 1 }] as const;
    const detections = [
      { box, score: 0.9, label: 1 },
      { box: [500, 10, 40, 40], score: 0.8 },
    ] as const;
    const { confusion } = measure({ objects, detections }, 0.5);
    // rows: labelled 0, labelled 1, nothing; columns: detected 0, detected 1, missed
    expect([...confusion.counts]).toEqual([0, 1, 0, 0, 0, 1, 1, 0, 0]);
  });

  it('agrees with precision and recall at every threshold', () => {
    fc.assert(
      fc.property(someScene, fc.integer({ min: 0, max: 50 }), (scene, t) => {
        const { confusion, curve } = measure(scene, t / 100);
        const [counts, side] = [confusion.counts, numClasses + 1];
        const diagonal = Array.from({ length: numClasses }, (_, k) => counts[k * side + k] ?? 0);
        const total = counts.reduce((sum, value) => sum + value, 0);
        const missed = Array.from({ length: numClasses }, (_, k) => counts[k * side + numClasses] ?? 0);
        const add = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
        expect(add(diagonal)).toBe(curve.found[t]);
        expect(total - add(missed)).toBe((curve.found[t] ?? 0) + (curve.wrong[t] ?? 0));
        const ofNothing = add([...counts.subarray(numClasses * side)]);
        expect(total - ofNothing).toBe(curve.wanted);
      }),
    );
  });
});
