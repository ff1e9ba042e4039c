// The boxes behind figures: as many as the figure says, told for the pair that is shown, a page at a time.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Analysis } from '../../../../src/main/detector/evaluation/analysis.ts';
import { ComparedPair } from '../../../../src/main/detector/evaluation/comparison.ts';
import type { LabelledScene } from '../../../../src/main/detector/evaluation/labelled-scene.ts';
import type { KeptDetections } from '../../../../src/main/detector/evaluation/packed-detections.ts';
import { SceneColumnsBuilder } from '../../../../src/main/detector/evaluation/scene-columns.ts';
import { iou } from '../../../../src/shared/box.ts';
import { type Examples, errorKinds, type Selector } from '../../../../src/shared/evaluation.ts';
import { type GivenObject, numClasses, numImages, rowsOf, type Scene, someScene } from './scenes.ts';

/** Classes 10, 11, ...; images 100, 101, ...; boxes 1000, 1001, ... */
function analysisOf(scene: Scene): Analysis {
  const input = rowsOf(scene);
  const labelled: LabelledScene = {
    input,
    classIds: Array.from({ length: numClasses }, (_, k) => 10 + k),
    imageIds: Array.from({ length: numImages }, (_, image) => 100 + image),
    groups: [...Array(numImages).keys()],
    boxIds: scene.objects.map((_, row) => 1000 + row),
  };
  return new Analysis(labelled);
}

const whole = (analysis: Analysis, selector: Selector): Examples['items'] => {
  const { total, items } = analysis.examples(selector, 0);
  const all = [...items];
  while (all.length < total) all.push(...analysis.examples(selector, all.length).items);
  expect(all).toHaveLength(total);
  return all;
};

/** Some of the objects become ignored regions. */
const withRegions = someScene.map(({ objects, detections }) => ({
  objects: objects.map((object, at): GivenObject => (at % 3 === 2 ? { ...object, crowd: true } : object)),
  detections,
}));

describe('examples', () => {
  it('are as many of each kind of error as are counted, those in ignored regions too', () => {
    fc.assert(
      fc.property(withRegions, (scene) => {
        const analysis = analysisOf(scene);
        const { counts } = analysis.figures(new Map()).errors;
        for (const error of errorKinds) {
          const found = whole(analysis, { kind: 'errors', error });
          expect(found.length, error).toBe(counts[error]);
          for (const { outcome } of found) expect(outcome).toBe(error);
        }
      }),
    );
  });

  it('of a cell of the confusion matrix are what it counts, and say nothing that contradicts it', () => {
    fc.assert(
      fc.property(withRegions, fc.constantFrom(0, 0.3, 0.6), (scene, score) => {
        const analysis = analysisOf(scene);
        const counts = analysis.confusion(score);
        const ids = [...Array(numClasses).keys()].map((k) => 10 + k);
        for (const [row, labelled] of [...ids, null].entries()) {
          for (const [column, detected] of [...ids, null].entries()) {
            if (labelled === null && detected === null) continue;
            const found = whole(analysis, { kind: 'cell', labelled, detected, score });
            expect(found.length).toBe(counts[row * (numClasses + 1) + column]);
            for (const { outcome, label, detection } of found) {
              if (labelled === null) expect(['unmatched', 'Bkg', 'Dup']).toContain(outcome);
              else if (detected === null) expect(['below', 'Miss']).toContain(outcome);
              else if (labelled !== detected) expect(outcome).toBe('Cls');
              expect(label?.classId ?? null).toBe(labelled);
              if (detected !== null) expect(detection?.classId).toBe(detected);
            }
          }
        }
      }),
    );
  });

  it('say the overlap of the two boxes that are shown', () => {
    fc.assert(
      fc.property(someScene, (scene) => {
        const analysis = analysisOf(scene);
        const selectors: Selector[] = [
          { kind: 'errors', by: 'AP' },
          { kind: 'labels' },
          { kind: 'cell', labelled: 10, detected: 11, score: 0 },
          { kind: 'threshold', of: 'f1', score: 0.5 },
        ];
        for (const { label, detection, iou: said } of selectors.flatMap((one) => [...whole(analysis, one)]))
          expect(said).toBeCloseTo(label && detection ? iou(label, detection) : 0, 9);
      }),
    );
  });

  it('of AP75 are those at IoU .75, of AP also what is not right at all of them', () => {
    const objects = [{ box: [0, 0, 100, 100] as const }, { box: [300, 0, 100, 100] as const }];
    const detections = [
      { box: [0, 0, 100, 65] as const, score: 0.9 },
      { box: [300, 0, 100, 98] as const, score: 0.8 },
    ];
    const analysis = analysisOf({ objects, detections });
    const outcomes = (by: 'AP' | 'AP50' | 'AP75') =>
      whole(analysis, { kind: 'errors', by }).map(({ outcome, iou: said }) => [outcome, said]);
    expect(outcomes('AP50')).toEqual([]);
    expect(outcomes('AP75')).toEqual([['Loc', 0.65]]);
    expect(outcomes('AP')).toEqual([['found', 0.65]]);
  });

  it('tell what is found below the threshold, and what comes after as many as count', () => {
    const objects = [0, 200, 400].map((x) => ({ box: [x, 0, 50, 50] as const }));
    const detections = [
      { box: [0, 0, 50, 50] as const, score: 0.9 },
      { box: [200, 0, 50, 50] as const, score: 0.2 },
    ];
    const analysis = analysisOf({ objects, detections });
    const outcomes = (selector: Selector) => whole(analysis, selector).map(({ outcome }) => outcome);
    expect(outcomes({ kind: 'threshold', of: 'recall', score: 0.5 })).toEqual(['below', 'Miss']);
    expect(outcomes({ kind: 'recall', most: 1 })).toEqual(['Miss', 'later', 'found']);
    expect(outcomes({ kind: 'recall', most: 10 })).toEqual(['Miss', 'found', 'found']);
    const images = whole(analysis, { kind: 'images' });
    expect(images.map(({ imageId, outcome }) => [imageId, outcome])).toEqual([
      [100, 'Miss'],
      [101, 'empty'],
      [102, 'empty'],
    ]);
  });

  it('have the other labels in sight, so that none is hidden where nothing matches', () => {
    const objects = [
      { box: [0, 0, 40, 40] as const },
      { box: [60, 0, 40, 40] as const, label: 1 },
      { box: [60, 0, 40, 40] as const, crowd: true },
      { box: [0, 0, 40, 40] as const, image: 1 },
      { box: [400, 0, 40, 40] as const },
    ];
    const detections = [{ box: [20, 0, 50, 40] as const, score: 0.9 }];
    const analysis = analysisOf({ objects, detections });
    const [example] = whole(analysis, { kind: 'cell', labelled: null, detected: 10, score: 0.5 });
    expect(example).toMatchObject({ outcome: 'unmatched', label: null });
    expect(example?.beside.map(({ x, classId }) => [x, classId])).toEqual([
      [0, 10],
      [60, 11],
    ]);
    const [missed] = whole(analysis, { kind: 'cell', labelled: 11, detected: null, score: 0.5 });
    expect(missed?.beside).toEqual([]);
    const twice = analysisOf({
      objects: [{ box: [0, 0, 40, 40] }],
      detections: [0.9, 0.8].map((score) => ({ box: [0, 0, 40, 40] as const, score })),
    });
    const [second] = whole(twice, { kind: 'cell', labelled: null, detected: 10, score: 0.5 });
    expect(second).toMatchObject({ outcome: 'Dup', label: null, beside: [{ classId: 10 }] });
  });

  it('come a page after the other, each once', () => {
    const objects = Array.from({ length: 200 }, (_, at) => ({ box: [at * 60, 0, 50, 50] as const }));
    const analysis = analysisOf({ objects, detections: [] });
    const boxes = whole(analysis, { kind: 'errors', error: 'Miss' }).map(({ label }) => label?.boxId);
    expect(new Set(boxes).size).toBe(200);
    expect(analysis.examples({ kind: 'errors', error: 'Miss' }, 180).items).toHaveLength(20);
    expect(analysis.examples({ kind: 'errors', error: 'Miss' }, 200).items).toEqual([]);
  });
});

describe('the boxes behind a comparison', () => {
  const builder = new SceneColumnsBuilder();
  const box = (id: number, x: number, classId: number) => ({
    id,
    x,
    y: 0,
    width: 50,
    height: 50,
    classId,
    ignore: false,
  });
  builder.add({ id: 100, group: null, boxes: [box(1, 0, 10), box(2, 200, 11)] });
  builder.add({ id: 101, group: null, boxes: [box(3, 0, 10)] });
  const kept = (
    finds: readonly (readonly [x: number, label: number, score: number])[][],
  ): KeptDetections => ({
    classIds: [10, 11],
    imageIds: [100, 101],
    counts: finds.map(({ length }) => length),
    boxes: Float32Array.from(finds.flat().flatMap(([x]) => [x, 0, x + 50, 50])),
    scores: Float32Array.from(finds.flat(), ([, , score]) => score),
    labels: Float32Array.from(finds.flat(), ([, label]) => label),
  });
  const pair = new ComparedPair(
    kept([
      [
        [0, 0, 0.9],
        [500, 0, 0.4],
      ],
      [[0, 0, 0.8]],
    ]),
    kept([
      [
        [10, 0, 0.9],
        [200, 1, 0.7],
        [502, 0, 0.3],
        [700, 1, 0.6],
      ],
      [],
    ]),
    { scene: builder.columns(), names: new Map(), heirOf: (id) => id },
  );
  const listed = (selector: Parameters<ComparedPair['examples']>[0]) =>
    pair.examples(selector, 0).items.map(({ side, outcome, label }) => [side, outcome, label?.boxId ?? null]);

  it('are what one finds and the other does not, what one takes for something, and what is placed otherwise', () => {
    expect(pair.figures()).toMatchObject({ images: 2, gained: 1, lost: 1 });
    expect(listed({ kind: 'gained' })).toEqual([['second', 'found', 2]]);
    expect(listed({ kind: 'lost' })).toEqual([['first', 'found', 3]]);
    const differences = [
      ['first', 'found', 3],
      ['second', 'found', 2],
      ['second', 'Bkg', null],
    ];
    expect(listed({ kind: 'differences', by: 'AP50' })).toEqual(differences);
    expect(listed({ kind: 'differences', by: 'AP' })).toEqual([...differences, ['second', 'found', 1]]);
    expect(listed({ kind: 'differences', by: 'AP50', classId: 10 })).toEqual([['first', 'found', 3]]);
    expect(listed({ kind: 'images' })).toHaveLength(2);
  });
});
