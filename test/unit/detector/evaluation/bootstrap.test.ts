// Intervals: a weighted count is the count of repeated images, and how often intervals hold the true value.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rng } from '../../../../src/main/detector/data/rng.ts';
import {
  apDifference,
  apIntervals,
  apStatistics,
  weightedAp,
} from '../../../../src/main/detector/evaluation/bootstrap.ts';
import { evaluateCoco } from '../../../../src/main/detector/evaluation/coco.ts';
import type { EvaluationInput } from '../../../../src/main/detector/evaluation/rows.ts';
import { type GivenDetection, type GivenObject, numImages, rowsOf, type Scene, someScene } from './scenes.ts';

/** Every image as often as it weighs, as images of their own. */
function repeated({ objects, detections }: Scene, weights: readonly number[]): EvaluationInput {
  const images = weights.flatMap((weight, image) => new Array<number>(weight).fill(image));
  const of = <T extends GivenObject | GivenDetection>(rows: readonly T[]) =>
    images.flatMap((image, copy) =>
      rows.filter((row) => row.image === image).map((row) => ({ ...row, image: copy })),
    );
  return { ...rowsOf({ objects: of(objects), detections: of(detections) }), numImages: images.length };
}

describe('weights', () => {
  it('count an image as often as it weighs', () => {
    const weights = fc.array(fc.nat(3), { minLength: numImages, maxLength: numImages });
    fc.assert(
      fc.property(someScene, weights, (scene, drawn) => {
        const { AP, AP50 } = evaluateCoco(repeated(scene, drawn)).metrics;
        const weighted = weightedAp(apStatistics(rowsOf(scene)), Int32Array.from(drawn));
        expect(weighted.AP).toBeCloseTo(AP, 9);
        expect(weighted.AP50).toBeCloseTo(AP50, 9);
      }),
    );
  });
});

/** Images of a made-up population: objects found more or less well, some images harder than others, and false finds. */
function drawImages(count: number, rng: Rng, { skill = 0, finder = rng } = {}): EvaluationInput {
  const objects: GivenObject[] = [];
  const detections: GivenDetection[] = [];
  for (let image = 0; image < count; image++) {
    const ease = 1.2 + rng.normal() * 0.7;
    for (let o = 1 + rng.below(6); o > 0; o--) {
      const label = rng.chance(0.8) ? 0 : 1;
      const quality = ease + skill + finder.normal();
      const shift = Math.abs(finder.normal()) * 6;
      objects.push({ image, label, box: [o * 100, 0, 40, 40] });
      const score = 1 / (1 + Math.exp(-quality));
      if (quality > 0) detections.push({ image, label, box: [o * 100 + shift, 0, 40, 40], score });
    }
    for (let o = finder.below(3); o > 0; o--) {
      const score = 1 / (1 + Math.exp(ease - finder.normal()));
      detections.push({ image, label: finder.below(2), box: [o * 100, 500, 40, 40], score });
    }
  }
  return { ...rowsOf({ objects, detections }), numImages: count };
}

function truth() {
  const images = 4000;
  const statistics = apStatistics(drawImages(images, Rng.seeded('population')));
  return weightedAp(statistics, new Int32Array(images).fill(1));
}

describe('intervals', () => {
  it('hold the value of the population in about nine of ten cases', { timeout: 120_000 }, () => {
    const { AP, AP50 } = truth();
    const [trials, held] = [160, { AP: 0, AP50: 0 }];
    for (let trial = 0; trial < trials; trial++) {
      const rng = Rng.seeded('trial', trial);
      const intervals = apIntervals(apStatistics(drawImages(80, rng)), rng, { resamples: 200 });
      if (intervals === null) throw new Error('no interval');
      if (intervals.AP.low <= AP && AP <= intervals.AP.high) held.AP += 1;
      if (intervals.AP50.low <= AP50 && AP50 <= intervals.AP50.high) held.AP50 += 1;
    }
    // nominally 0.95; 1000 trials gave 0.90 for AP and 0.92 for AP50, and the standard error of these counts is 0.024
    for (const share of [held.AP / trials, held.AP50 / trials]) {
      expect(share).toBeGreaterThan(0.83);
      expect(share).toBeLessThan(0.98);
    }
  });

  it('rarely call a difference significant that is not there', {
    timeout: 120_000,
  }, () => {
    const [trials, resamples] = [80, 200];
    let significant = 0;
    for (let trial = 0; trial < trials; trial++) {
      const rng = Rng.seeded('pair', trial);
      // the same labels, found by two equal detectors
      const pair = ['a', 'b'].map((name) =>
        drawImages(60, Rng.seeded('labels', trial), { finder: Rng.seeded(name, trial) }),
      );
      const [first, second] = pair.map(apStatistics);
      if (!first || !second) throw new Error('no pair');
      const difference = apDifference(first, second, rng, { resamples });
      const { low, high } = difference?.AP.interval ?? { low: 0, high: 0 };
      if (low > 0 || high < 0) significant += 1;
    }
    // nominally 0.05; 600 trials gave 0.08 on 40 images and 0.055 on 80, and the standard error here is 0.028
    expect(significant / trials).toBeLessThan(0.15);
  });

  it('see the difference that is there', () => {
    const statistics = (skill: number) =>
      apStatistics(drawImages(80, Rng.seeded('labels'), { skill, finder: Rng.seeded('finder') }));
    const [worse, better] = [statistics(0), statistics(1)];
    const difference = apDifference(worse, better, Rng.seeded('seen'), { resamples: 300 });
    expect(difference?.AP.interval.low).toBeGreaterThan(0);
    const same = apDifference(worse, worse, Rng.seeded('seen'), { resamples: 300 });
    expect(same?.AP).toEqual({ value: 0, interval: { low: 0, high: 0 } });
  });

  it('are the same again for the same seed, and null where nothing can be drawn', () => {
    const statistics = apStatistics(drawImages(20, Rng.seeded('again')));
    const [first, second] = [1, 1].map((seed) =>
      apIntervals(statistics, Rng.seeded(seed), { resamples: 50 }),
    );
    expect(first).toEqual(second);
    const empty = apStatistics({ ...rowsOf({ objects: [], detections: [] }), numImages: 4 });
    expect(apIntervals(empty, Rng.seeded(0))).toBeNull();
  });

  it('cost little', () => {
    const statistics = apStatistics(drawImages(300, Rng.seeded('many')));
    const began = performance.now();
    apIntervals(statistics, Rng.seeded('fast'), { resamples: 1000 });
    // 0.2 s where nothing else runs
    expect(performance.now() - began).toBeLessThan(4000);
  });
});
