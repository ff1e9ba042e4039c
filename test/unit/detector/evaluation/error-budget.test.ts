// TIDE's six kinds one by one, and what must hold of any scene. The numbers themselves: test/golden/tide.test.ts.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateCoco } from '../../../../src/main/detector/evaluation/coco.ts';
import { countErrors, errorBudget } from '../../../../src/main/detector/evaluation/error-budget.ts';
import { followDetections } from '../../../../src/main/detector/evaluation/outcomes.ts';
import { errorKinds } from '../../../../src/shared/evaluation.ts';
import { rowsOf, type Scene, someScene } from './scenes.ts';

const box = [10, 10, 40, 40] as const;
const score = 0.9;

function budgetOf(scene: Scene) {
  const input = rowsOf(scene);
  const outcomes = followDetections(input);
  const counts = countErrors(outcomes);
  const present = errorKinds.filter((kind) => counts[kind] > 0);
  return { ...errorBudget(input, outcomes), outcomes, present };
}

describe('one error', () => {
  it.for([
    ['Cls', { objects: [{ box }], detections: [{ box, score, label: 1 }] }],
    ['Loc', { objects: [{ box }], detections: [{ box: [30, 10, 40, 40], score }] }],
    ['Both', { objects: [{ box }], detections: [{ box: [30, 10, 40, 40], score, label: 1 }] }],
    [
      'Dup',
      {
        objects: [{ box }],
        detections: [
          { box, score },
          { box, score: 0.5 },
        ],
      },
    ],
    [
      'Bkg',
      {
        objects: [{ box }],
        detections: [
          { box, score },
          { box: [300, 10, 40, 40], score },
        ],
      },
    ],
    ['Miss', { objects: [{ box }], detections: [] }],
  ] as const)('is called %s', ([kind, scene]) => {
    const { present } = budgetOf(scene as unknown as Scene);
    expect(present).toContain(kind);
    // what is wrong in class and place leaves the box missed as well
    expect(present.filter((other) => other !== 'Miss' || kind === 'Miss')).toEqual([kind]);
  });

  it('costs what mending it brings', () => {
    const objects = [{ box }, { box: [200, 10, 40, 40] }] as const;
    const detections = [
      { box, score },
      { box: [220, 10, 40, 40], score: 0.4 },
    ] as const;
    const { AP, dAP } = budgetOf({ objects, detections });
    expect(AP).toBeCloseTo(51 / 101, 12);
    expect(AP + dAP.Loc).toBeCloseTo(1, 12);
    expect(dAP.Miss).toBe(0);
  });

  it('mends a box once: the best of two near finds counts, the other goes', () => {
    const detections = [
      { box: [30, 10, 40, 40], score },
      { box: [31, 10, 40, 40], score: 0.5 },
    ] as const;
    const { dAP, outcomes } = budgetOf({ objects: [{ box }], detections });
    expect(dAP.Loc).toBe(1);
    expect([...outcomes.nearlyFoundBy]).toEqual([0]);
  });

  it('is none inside an ignored region', () => {
    const { outcomes, AP } = budgetOf({
      objects: [{ box }, { box: [200, 10, 100, 100], crowd: true }],
      detections: [
        { box, score },
        { box: [210, 20, 20, 20], score: 0.95 },
      ],
    });
    expect([...outcomes.state]).toEqual([1, 2]);
    expect(AP).toBe(1);
  });
});

describe('any scene', () => {
  it('has an AP50 as COCO has it where every detected class is labelled', () => {
    fc.assert(
      fc.property(someScene, ({ objects, detections }) => {
        const labelled = new Set(objects.map(({ label }) => label));
        const scene = { objects, detections: detections.filter(({ label }) => labelled.has(label)) };
        expect(budgetOf(scene).AP).toBeCloseTo(evaluateCoco(rowsOf(scene)).metrics.AP50, 9);
      }),
    );
  });

  it('has each detection found or wrong in one way, and each box found, nearly found or missed', () => {
    fc.assert(
      fc.property(someScene, (scene) => {
        const { outcomes } = budgetOf(scene);
        outcomes.state.forEach((state, row) => {
          expect(outcomes.kind[row] === 255).toBe(state === 1);
          if (state === 1) expect(outcomes.foundBy[outcomes.object[row] as number]).toBe(row);
        });
        outcomes.missed.forEach((missed, row) => {
          const by = [outcomes.foundBy[row], outcomes.nearlyFoundBy[row]];
          expect(missed).toBe(by.every((detection) => detection === -1) ? 1 : 0);
        });
      }),
    );
  });

  it('gains by no mending more than is lacking', () => {
    fc.assert(
      fc.property(someScene, (scene) => {
        const { AP, dAP, falsePositives, falseNegatives } = budgetOf(scene);
        for (const gain of [...Object.values(dAP), falsePositives, falseNegatives]) {
          expect(AP + gain).toBeLessThanOrEqual(1 + 1e-9);
        }
      }),
    );
  });
});
