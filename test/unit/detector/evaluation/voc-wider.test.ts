// VOC's AP by hand, and what must hold of both it and WIDER FACE's. WIDER's numbers: test/golden/wider-eval.test.ts.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateVoc } from '../../../../src/main/detector/evaluation/voc.ts';
import { evaluateWider, type WiderImage } from '../../../../src/main/detector/evaluation/wider.ts';
import { numImages, rowsOf, type Scene, someObjects, someScene } from './scenes.ts';

const box = [0, 0, 9, 9] as const;
const other = [50, 0, 9, 9] as const;
const far = [500, 500, 9, 9] as const;
const vocOf = (scene: Scene) => evaluateVoc(rowsOf(scene)).AP50;

/** The scene's first class as faces, every one of them hard and those of even row easy. */
function facesOf({ objects, detections }: Scene): WiderImage[] {
  return Array.from({ length: numImages }, (_, at) => {
    const faces = objects.filter(({ image = 0 }) => image === at);
    const found = detections.filter(({ image = 0 }) => image === at);
    const rows = [...faces.keys()];
    return {
      gt: Float64Array.from(faces.flatMap(({ box }) => box)),
      pred: Float64Array.from(found.flatMap(({ box }) => box)),
      scores: Float64Array.from(found, ({ score }) => score),
      keep: { easy: rows.filter((row) => row % 2 === 0), hard: rows },
    };
  });
}
const widerOf = (scene: Scene) => evaluateWider(facesOf(scene), ['easy', 'hard']);

describe('VOC', () => {
  it('takes the area under the whole curve', () => {
    const objects = [{ box }, { box: other }];
    const detections = [
      { box, score: 0.9 },
      { box: far, score: 0.8 },
      { box: other, score: 0.7 },
    ];
    expect(vocOf({ objects, detections })).toBeCloseTo(0.5 + 0.5 * (2 / 3), 12);
  });

  it('counts a second detection of an object as wrong, one of a difficult object not at all', () => {
    const detections = [
      { box: other, score: 0.9 },
      { box: other, score: 0.8 },
      { box, score: 0.7 },
    ];
    expect(vocOf({ objects: [{ box }, { box: other }], detections })).toBeCloseTo(0.5 + 0.5 * (2 / 3), 12);
    expect(vocOf({ objects: [{ box }, { box: other, ignore: true }], detections })).toBe(1);
  });

  it('adds a pixel to sides where boxes are closed ranges', () => {
    const rows = rowsOf({ objects: [{ box }], detections: [{ box: [0, 0, 4, 9], score: 1 }] });
    expect(evaluateVoc(rows).AP50).toBe(0);
    expect(evaluateVoc(rows, { extra: 1 }).AP50).toBe(1);
  });

  it('says -1 where a class has no object', () => {
    expect(evaluateVoc(rowsOf({ objects: [{ box }], detections: [] }))).toEqual({
      AP50: 0,
      perClass: [{ AP50: 0 }, { AP50: -1 }],
    });
    expect(vocOf({ objects: [], detections: [{ box, score: 1 }] })).toBe(-1);
  });
});

describe('WIDER FACE', () => {
  it('says -1 where a subset has no face', () => {
    expect(widerOf({ objects: [], detections: [] })).toEqual({
      easy: { AP: -1, faces: 0 },
      hard: { AP: -1, faces: 0 },
    });
  });

  it('does not count what finds a face outside the subset', () => {
    const found = [
      { box: other, score: 0.9 },
      { box, score: 0.5 },
    ];
    const { easy, hard } = widerOf({ objects: [{ box }, { box: other }], detections: found });
    expect([easy.AP, hard.AP]).toEqual([1, 1]);
    const doubled = [{ box: other, score: 0.95 }, ...found];
    expect(widerOf({ objects: [{ box }, { box: other }], detections: doubled }).easy.AP).toBe(1);
    expect(widerOf({ objects: [{ box }, { box: other }], detections: doubled }).hard.AP).toBeLessThan(1);
  });
});

describe('both', () => {
  it('give 1 to perfect detections', () => {
    const apart = someObjects.map((objects) =>
      objects.map((one, i) => ({ ...one, box: [i * 300, 0, one.box[2], one.box[3]] as const })),
    );
    fc.assert(
      fc.property(apart, (objects) => {
        const detections = objects.map(({ box, image = 0, label = 0 }, i) => ({
          box,
          image,
          label,
          score: i / 20,
        }));
        expect(vocOf({ objects, detections })).toBeCloseTo(1, 12);
        expect(widerOf({ objects, detections }).hard.AP).toBeCloseTo(1, 12);
      }),
    );
  });

  it('do not depend on the order of detections', () => {
    const shuffled = someScene.chain((scene) =>
      fc
        .shuffledSubarray([...scene.detections], { minLength: scene.detections.length })
        .map((detections) => [scene, { ...scene, detections }] as const),
    );
    fc.assert(
      fc.property(shuffled, ([scene, shuffle]) => {
        expect(vocOf(shuffle)).toBe(vocOf(scene));
        expect(widerOf(shuffle)).toEqual(widerOf(scene));
      }),
    );
  });

  it('never give more for a false positive with a lower score', () => {
    fc.assert(
      fc.property(someScene, (scene) => {
        const detections = [...scene.detections, { box: far, score: -0.01 }];
        expect(vocOf({ ...scene, detections })).toBeLessThanOrEqual(vocOf(scene) + 1e-12);
      }),
    );
  });
});
