// COCO's rules one by one, and what must hold of any scene. The numbers themselves: test/golden/coco-eval.test.ts.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cocoMetricNames, evaluateCoco } from '../../../../src/main/detector/evaluation/coco.ts';
import { rowsOf, type Scene, someObjects, someScene } from './scenes.ts';

const box = [10, 10, 20, 20] as const;
const far = [500, 500, 20, 20] as const;
const apOf = (scene: Scene) => evaluateCoco(rowsOf(scene)).metrics.AP;

describe('any scene', () => {
  it('gives 1 to perfect detections', () => {
    fc.assert(
      fc.property(someObjects, (objects) => {
        const detections = objects.map(({ box, image = 0, label = 0 }, i) => ({
          box,
          image,
          label,
          score: i / 20,
        }));
        const { metrics } = evaluateCoco(rowsOf({ objects, detections }));
        for (const name of cocoMetricNames) {
          if (name !== 'AR1') expect([1, -1], name).toContain(Math.round(metrics[name] * 1e12) / 1e12);
        }
        expect(metrics.AP).toBeCloseTo(1, 12);
      }),
    );
  });

  it('never gives more for a false positive', () => {
    fc.assert(
      fc.property(someScene, fc.nat(60), (scene, score) => {
        const wrong = { box: far, score: score / 50 };
        const after = apOf({ ...scene, detections: [...scene.detections, wrong] });
        expect(after).toBeLessThanOrEqual(apOf(scene) + 1e-12);
      }),
    );
  });

  it('does not depend on the order of detections', () => {
    const shuffled = someScene.chain((scene) =>
      fc
        .shuffledSubarray([...scene.detections], { minLength: scene.detections.length })
        .map((detections) => [scene, { ...scene, detections }] as const),
    );
    fc.assert(
      fc.property(shuffled, ([scene, other]) => {
        expect(evaluateCoco(rowsOf(other))).toEqual(evaluateCoco(rowsOf(scene)));
      }),
    );
  });
});

describe('the rules', () => {
  it('say -1 where there is nothing to find, also per class and on the curve', () => {
    const { metrics, perClass, curves } = evaluateCoco(rowsOf({ objects: [{ box }], detections: [] }));
    expect(metrics).toMatchObject({ AP: 0, APs: 0, APm: -1, APl: -1, AR100: 0 });
    expect(perClass).toEqual([
      { AP: 0, AP50: 0, AR100: 0 },
      { AP: -1, AP50: -1, AR100: -1 },
    ]);
    expect(curves[1]?.precision.every((value) => value === -1)).toBe(true);
    expect(new Set(Object.values(evaluateCoco(rowsOf({ objects: [], detections: [] })).metrics))).toEqual(
      new Set([-1]),
    );
  });

  it('draw the curve of one right detection above a wrong and a missed one', () => {
    const objects = [{ box }, { box: [200, 10, 20, 20] as const }];
    const detections = [
      { box: far, score: 0.5 },
      { box, score: 0.9 },
    ];
    const { curves, metrics } = evaluateCoco(rowsOf({ objects, detections }));
    const curve = curves[0];
    expect([curve?.precision[0], curve?.precision[50], curve?.precision[51]]).toEqual([
      expect.closeTo(1, 12),
      expect.closeTo(1, 12),
      0,
    ]);
    expect([curve?.scores[0], curve?.scores[50], curve?.scores[51]]).toEqual([0.9, 0.9, 0]);
    expect(metrics.AP).toBeCloseTo(51 / 101, 12);
  });

  it('excuse any number of detections in a crowd, and one on an ignored object', () => {
    const excused = [1, 2, 3].map((i) => ({ box: [200 + i, 10, 5, 5] as const, score: 0.9 + i / 100 }));
    const crowd = { box: [190, 0, 80, 80] as const, crowd: true };
    const detections = [...excused, { box, score: 0.5 }];
    expect(apOf({ objects: [{ box }, crowd], detections })).toBeCloseTo(1, 12);
    expect(apOf({ objects: [{ box }], detections })).toBeLessThan(0.3);
    const ignored = { box: far, ignore: true };
    const twice = [
      { box: far, score: 0.9 },
      { box: far, score: 0.8 },
      { box, score: 0.5 },
    ];
    expect(apOf({ objects: [{ box }, ignored], detections: twice })).toBeCloseTo(0.5, 12);
  });

  it('put objects into size ranges by their given area, both ends included', () => {
    const objects = [{ box: [0, 0, 40, 40] as const, area: 1024 }];
    const { metrics } = evaluateCoco(rowsOf({ objects, detections: [{ box: [0, 0, 40, 40], score: 1 }] }));
    expect([metrics.APs, metrics.APm, metrics.APl]).toEqual(
      [1, 1, -1].map((value) => expect.closeTo(value, 12)),
    );
  });

  it('let the earlier image go first among equal scores', () => {
    const right = { box, score: 0.5 };
    const wrong = { box: far, score: 0.5, image: 1 };
    for (const detections of [
      [right, wrong],
      [wrong, right],
    ]) {
      expect(apOf({ objects: [{ box }], detections })).toBeCloseTo(1, 12);
      const moved = detections.map((one) => ({ ...one, image: one === right ? 2 : 1 }));
      expect(apOf({ objects: [{ box, image: 2 }], detections: moved })).toBeCloseTo(0.5, 12);
    }
  });

  it('count the best hundred of an image and class', () => {
    const wrong = Array.from({ length: 100 }, (_, i) => ({ box: far, score: 0.5 + i / 1000 }));
    const right = { box, score: 0.1 };
    expect(apOf({ objects: [{ box }], detections: [...wrong, right] })).toBe(0);
    expect(apOf({ objects: [{ box }], detections: [...wrong.slice(1), right] })).toBeCloseTo(0.01, 12);
  });

  it('never credit the annotation whose id is 0, yet take it', () => {
    const rows = rowsOf({ objects: [{ box }, { box: far }], detections: [{ box, score: 1 }] });
    expect(evaluateCoco({ ...rows, gt: { ...rows.gt, rowOfIdZero: 0 } }).metrics.AR100).toBe(0);
    expect(evaluateCoco({ ...rows, gt: { ...rows.gt, rowOfIdZero: 1 } }).metrics.AR100).toBe(0.5);
  });

  it('refuse an image or class out of range', () => {
    expect(() => apOf({ objects: [{ box, image: 3 }], detections: [] })).toThrow(RangeError);
    expect(() => apOf({ objects: [], detections: [{ box, label: 2, score: 1 }] })).toThrow(RangeError);
    expect(() => apOf({ objects: [], detections: [{ box, label: -1, score: 1 }] })).toThrow(RangeError);
  });
});
