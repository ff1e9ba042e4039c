// Figures at a threshold, bins of scores, and what is said of a difference.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  exampleWords,
  hardlyFound,
  ratesAt,
  scoreBins,
  signed,
  verdict,
} from '../../../../src/renderer/views/evaluate/wording.ts';

/** Cumulative counts of scores given in hundredths, as the backend sends them. */
function counts(right: readonly number[], wrong: readonly number[], wanted: number) {
  const from = (scores: readonly number[]) =>
    Array.from({ length: 101 }, (_, t) => scores.filter((score) => score >= t).length);
  return { found: from(right), wrong: from(wrong), wanted };
}

describe('rates', () => {
  it('are precision, recall and F1 of what reaches the threshold', () => {
    const given = counts([90, 40], [60, 20], 4);
    expect(ratesAt(given, 0.5)).toEqual({ precision: 0.5, recall: 0.25, f1: 2 / 6, right: 1, errors: 1 });
    expect(ratesAt(given, 0.95)).toMatchObject({ precision: -1, recall: 0, f1: 0 });
  });
});

describe('classes that are hardly found', () => {
  it('are those with enough boxes of which less than a tenth is found at the threshold, the largest first', () => {
    const own = (id: number, right: readonly number[], wanted: number) => ({
      id,
      name: `class ${id}`,
      thresholds: counts(right, [], wanted),
    });
    const classes = [
      own(1, [], 24),
      own(2, [90, 80], 4),
      own(3, [20, 60], 30),
      own(4, [], 4),
      own(5, [70], 10),
    ];
    expect(hardlyFound(classes, 0.5)).toEqual([
      { id: 3, name: 'class 3', found: 1, wanted: 30 },
      { id: 1, name: 'class 1', found: 0, wanted: 24 },
    ]);
  });
});

describe('bins', () => {
  it('hold every detection once, those of score 1 too', () => {
    const scores = fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 30 });
    fc.assert(
      fc.property(scores, scores, (right, wrong) => {
        const bins = scoreBins(counts(right, wrong, 1), 20);
        for (const bin of bins) {
          const inside = (score: number) => score / 100 >= bin.from && score / 100 < bin.to;
          expect(bin.right).toBe(right.filter(inside).length);
          expect(bin.wrong).toBe(wrong.filter(inside).length);
        }
        expect(bins.reduce((sum, bin) => sum + bin.right, 0)).toBe(right.length);
      }),
    );
  });
});

describe('words', () => {
  it('call a difference significant only where its interval leaves out zero', () => {
    expect(verdict('Run 2', 0.1, { low: 0.02, high: 0.2 })).toBe('Run 2 is better, by more than chance.');
    expect(verdict('Run 2', -0.1, { low: -0.2, high: -0.02 })).toBe('Run 2 is worse, by more than chance.');
    expect(verdict('Run 2', 0.1, { low: -0.02, high: 0.2 })).toMatch(/^Not significant/);
    expect(verdict('Run 2', 0.1, null)).toMatch(/^Too few images/);
  });

  it('say of an example what was clicked on, and whose detection it is', () => {
    const rect = { x: 0, y: 0, width: 9, height: 9 };
    const label = { ...rect, boxId: 1, classId: 1 };
    const detection = { ...rect, classId: 2, score: 0.2 };
    const said = (more: Partial<Parameters<typeof exampleWords>[0]>) =>
      exampleWords(
        { imageId: 1, outcome: 'found', excused: false, label, detection, beside: [], iou: 1, ...more },
        (id) => ['', 'cat', 'dog'][id] ?? '?',
        (side) => (side === 'first' ? 'Run 1' : 'Run 2'),
      );
    expect(said({ outcome: 'Cls' })).toBe('cat as dog');
    expect(said({ outcome: 'below' })).toBe('dog, found below the threshold');
    expect(said({ outcome: 'Loc', excused: true })).toBe('dog, badly placed, in an ignored region');
    expect(said({ outcome: 'Miss', detection: null })).toBe('cat, missed');
    expect(said({ outcome: 'empty', label: null, detection: null })).toBe('no box');
    expect(said({ side: 'second' })).toBe('dog, right (Run 2)');
  });

  it('give differences their sign', () => {
    expect([0.0123, -0.05, -0.0001].map(signed)).toEqual(['+1.2', '−5.0', '+0.0']);
  });
});
