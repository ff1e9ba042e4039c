// CrowdHuman's numbers by hand, and what must hold of them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateCrowdHuman } from '../../../../src/main/detector/evaluation/crowd-human.ts';
import { numImages, rowsOf, type Scene, someObjects, someScene } from './scenes.ts';

const box = [0, 0, 10, 10] as const;
const other = [50, 0, 10, 10] as const;
const far = [500, 500, 10, 10] as const;
const figures = (scene: Scene) => evaluateCrowdHuman(rowsOf(scene));

describe('CrowdHuman', () => {
  it('takes trapezia under the curve, and the miss rate at nine numbers of false positives an image', () => {
    const objects = [{ box }, { box: other }, { box: [200, 0, 10, 10] as const }];
    const detections = [
      { box, score: 0.9 },
      { box: far, score: 0.8 },
      { box: other, score: 0.7 },
    ];
    const { AP, mMR } = figures({ objects, detections });
    expect(AP).toBeCloseTo((1 / 3) * ((1 / 2 + 2 / 3) / 2), 12);
    // one false positive in three images: seven references are reached by it, two by none
    expect(numImages).toBe(3);
    expect(mMR).toBeCloseTo(Math.exp((7 * Math.log(2 / 3) + 2 * Math.log(1 / 3)) / 9), 12);
  });

  it('excuses detections of which more than half lies in an ignored region, however many', () => {
    const objects = [{ box }, { box: [100, 100, 60, 60] as const, ignore: true }];
    const inside = [100, 120, 140].map((x) => ({ box: [x, 110, 16, 16] as const, score: 0.95 }));
    const astride = { box: [153, 110, 16, 16] as const, score: 0.95 };
    const found = { box, score: 0.9 };
    expect(figures({ objects, detections: [...inside, found] }).mMR).toBe(0);
    expect(figures({ objects, detections: [...inside, astride, found] }).perClass[0]?.mMR).toBe(0);
    const all = [...objects, { box: other }];
    expect(figures({ objects: all, detections: [...inside, found] }).mMR).toBeCloseTo(0.5, 12);
    expect(figures({ objects: all, detections: [...inside, astride, found] }).mMR).toBeGreaterThan(0.5);
  });

  it('prefers an object to an ignored region, and finds none twice', () => {
    const objects = [{ box }, { box: [0, 0, 30, 30] as const, ignore: true }, { box: other }];
    const twice = [
      { box: other, score: 0.9 },
      { box: other, score: 0.8 },
      { box, score: 0.7 },
    ];
    const { AP } = figures({ objects, detections: twice });
    expect(AP).toBeCloseTo(0.5 * ((1 / 2 + 2 / 3) / 2), 12);
  });

  it('says nothing of what is not there', () => {
    expect(figures({ objects: [], detections: [{ box, score: 0.5 }] })).toMatchObject({ AP: -1, mMR: -1 });
    expect(figures({ objects: [{ box }], detections: [] })).toMatchObject({ AP: 0, mMR: 1 });
  });

  it('misses nothing where every object is found first', () => {
    fc.assert(
      fc.property(someObjects, (objects) => {
        const detections = objects.map((object, at) => ({ ...object, score: 1 - at / 100 }));
        expect(figures({ objects, detections }).mMR).toBe(0);
      }),
    );
  });

  it('stays within 0 and 1, and minds only the order of scores', () => {
    fc.assert(
      fc.property(someScene, (scene) => {
        const was = figures(scene);
        for (const value of [was.AP, was.mMR]) expect(value).toSatisfy((v: number) => v >= 0 && v <= 1);
        const detections = scene.detections.map((own) => ({ ...own, score: own.score ** 3 }));
        expect(figures({ ...scene, detections })).toEqual(was);
      }),
    );
  });
});
