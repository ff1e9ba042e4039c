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

interface Population {
  readonly skill?: number;
  /** What the detector does by chance; the labels follow `rng`. */
  readonly finder?: Rng;
  /** Frames of each scene: the same objects, found almost alike. */
  readonly frames?: number;
}

/** Scenes of a made-up population: objects found more or less well, some scenes harder than others, and false finds. */
function drawScenes(
  count: number,
  rng: Rng,
  { skill = 0, finder = rng, frames = 1 }: Population = {},
): { readonly input: EvaluationInput; readonly groups: readonly number[] } {
  const objects: GivenObject[] = [];
  const detections: GivenDetection[] = [];
  const jitter = () => (frames === 1 ? 0 : finder.normal() * 0.2);
  const sure = (quality: number) => 1 / (1 + Math.exp(-quality));
  for (let scene = 0; scene < count; scene++) {
    const images = Array.from({ length: frames }, (_, frame) => scene * frames + frame);
    const ease = 1.2 + rng.normal() * 0.7;
    for (let o = 1 + rng.below(6); o > 0; o--) {
      const label = rng.chance(0.8) ? 0 : 1;
      const [quality, shift] = [ease + skill + finder.normal(), Math.abs(finder.normal()) * 6];
      for (const image of images) {
        objects.push({ image, label, box: [o * 100, 0, 40, 40] });
        const [now, x] = [quality + jitter(), o * 100 + shift + jitter()];
        if (now > 0) detections.push({ image, label, box: [x, 0, 40, 40], score: sure(now) });
      }
    }
    for (let o = finder.below(3); o > 0; o--) {
      const [quality, label] = [finder.normal() - ease, finder.below(2)];
      for (const image of images)
        detections.push({ image, label, box: [o * 100, 500, 40, 40], score: sure(quality + jitter()) });
    }
  }
  const groups = Array.from({ length: count * frames }, (_, image) => Math.floor(image / frames));
  return { input: { ...rowsOf({ objects, detections }), numImages: count * frames }, groups };
}

function statisticsOf(count: number, rng: Rng, population: Population = {}) {
  const { input, groups } = drawScenes(count, rng, population);
  return apStatistics(input, groups);
}

function truth(population: Population) {
  const statistics = statisticsOf(4000, Rng.seeded('population'), population);
  return weightedAp(statistics, new Int32Array(statistics.numImages).fill(1));
}

/** Share of trials whose intervals hold the value of the population. */
function coverage(scenes: number, trials: number, population: Population) {
  const { AP, AP50 } = truth(population);
  const held = { AP: 0, AP50: 0 };
  for (let trial = 0; trial < trials; trial++) {
    const rng = Rng.seeded('trial', trial);
    const intervals = apIntervals(statisticsOf(scenes, rng, population), rng, { resamples: 200 });
    if (intervals === null) throw new Error('no interval');
    if (intervals.AP.low <= AP && AP <= intervals.AP.high) held.AP += 1;
    if (intervals.AP50.low <= AP50 && AP50 <= intervals.AP50.high) held.AP50 += 1;
  }
  return { AP: held.AP / trials, AP50: held.AP50 / trials };
}

/** Share of trials that call a difference of two equal detectors on the same labels significant. */
function falseAlarms(scenes: number, trials: number, population: Population) {
  let significant = 0;
  for (let trial = 0; trial < trials; trial++) {
    const [first, second] = ['a', 'b'].map((name) =>
      statisticsOf(scenes, Rng.seeded('labels', trial), { ...population, finder: Rng.seeded(name, trial) }),
    );
    if (!first || !second) throw new Error('no pair');
    const difference = apDifference(first, second, Rng.seeded('pair', trial), { resamples: 200 });
    const { low, high } = difference?.AP.interval ?? { low: 0, high: 0 };
    if (low > 0 || high < 0) significant += 1;
  }
  return significant / trials;
}

const tell = (what: string, share: number) => console.info(`${what}: ${(share * 100).toFixed(1)} %`);

describe.each([
  { name: 'images', scenes: 80, population: {} },
  { name: 'scenes of five frames', scenes: 40, population: { frames: 5 } },
])('intervals on $name', ({ name, scenes, population }) => {
  it('hold the value of the population in about nine of ten cases', { timeout: 300_000 }, () => {
    const held = coverage(scenes, 160, population);
    // nominally 0.95; 1000 trials gave 0.89 and 0.91 for AP, and the standard error of these counts is 0.024
    for (const metric of ['AP', 'AP50'] as const) {
      tell(`intervals of ${metric} on ${scenes} ${name} that hold the truth`, held[metric]);
      expect(held[metric]).toBeGreaterThan(0.83);
      expect(held[metric]).toBeLessThan(0.98);
    }
  });

  it('rarely call a difference significant that is not there', { timeout: 300_000 }, () => {
    const share = falseAlarms(scenes, 80, population);
    tell(`differences on ${scenes} ${name} called significant that are chance`, share);
    // nominally 0.05; 600 trials gave 0.07 and 0.08, and the standard error here is 0.029
    expect(share).toBeLessThan(0.15);
  });
});

describe('intervals', () => {
  it('see the difference that is there', () => {
    const statistics = (skill: number) =>
      statisticsOf(80, Rng.seeded('labels'), { skill, finder: Rng.seeded('finder') });
    const [worse, better] = [statistics(0), statistics(1)];
    const difference = apDifference(worse, better, Rng.seeded('seen'), { resamples: 300 });
    expect(difference?.AP.interval.low).toBeGreaterThan(0);
    const same = apDifference(worse, worse, Rng.seeded('seen'), { resamples: 300 });
    expect(same?.AP).toEqual({ value: 0, interval: { low: 0, high: 0 } });
  });

  it('are the same again for the same seed, and null where nothing can be drawn', () => {
    const statistics = statisticsOf(20, Rng.seeded('again'));
    const [first, second] = [1, 1].map((seed) =>
      apIntervals(statistics, Rng.seeded(seed), { resamples: 50 }),
    );
    expect(first).toEqual(second);
    const empty = apStatistics({ ...rowsOf({ objects: [], detections: [] }), numImages: 4 });
    expect(apIntervals(empty, Rng.seeded(0))).toBeNull();
  });

  it('cost little', () => {
    const statistics = statisticsOf(300, Rng.seeded('many'));
    const began = performance.now();
    apIntervals(statistics, Rng.seeded('fast'), { resamples: 1000 });
    // 0.2 s where nothing else runs
    expect(performance.now() - began).toBeLessThan(4000);
  });
});
