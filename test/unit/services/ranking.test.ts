// How much an image is worth a look: laws of the ranks, and the reasons in words.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  disagreementAt,
  disagreementOf,
  rankFacts,
  uncertaintyAt,
  uncertaintyOf,
} from '../../../src/main/services/ranking.ts';
import type { LabelledRect, Suggestion } from '../../../src/shared/suggestion.ts';
import { acceptableTogether, openSuggestions } from '../../../src/shared/suggestion.ts';

const names = ['', 'RBC', 'WBC'];
const nameOf = (id: number) => names[id] ?? '?';
const label = (x: number, classId = 1, ignore = false): LabelledRect => ({
  x,
  y: 0,
  width: 20,
  height: 20,
  classId,
  ignore,
});
const find = (x: number, score: number, classId = 1): Suggestion => ({
  id: x + 1,
  x,
  y: 0,
  width: 20,
  height: 20,
  classId,
  score,
});
const anyRect = {
  id: fc.nat(),
  x: fc.integer({ min: 0, max: 200 }),
  y: fc.integer({ min: 0, max: 200 }),
  width: fc.integer({ min: 1, max: 60 }),
  height: fc.integer({ min: 1, max: 60 }),
};
const anyFind = fc.record({
  ...anyRect,
  classId: fc.constantFrom(1, 2),
  score: fc.double({ min: 0, max: 1, noNaN: true }),
});

describe('open suggestions', () => {
  it('leave out what is below the score, labelled with the same class, or in an ignored region', () => {
    const finds = [find(0, 0.9), find(100, 0.9, 2), find(200, 0.9), find(300, 0.2), find(400, 0.8)];
    const labels = [label(3), label(100), { ...label(190, 1, true), width: 60 }];
    expect(openSuggestions(finds, labels, 0.5).map(({ x }) => x)).toEqual([100, 400]);
  });

  it('are none once each has become a label', () => {
    fc.assert(
      fc.property(fc.array(anyFind), fc.double({ min: 0, max: 1, noNaN: true }), (finds, score) => {
        const open = openSuggestions(finds, [], score);
        const accepted = open.map((one) => ({ ...one, ignore: false }));
        expect(openSuggestions(finds, accepted, score)).toEqual([]);
      }),
    );
  });
});

describe('suggestions accepted together', () => {
  const scores = fc.double({ min: 0, max: 1, noNaN: true });
  /** Takes the best that is open, again and again, as a person does by Y. */
  function oneByOne(finds: readonly Suggestion[]): Suggestion[] {
    const taken: Suggestion[] = [];
    for (;;) {
      const labels = taken.map((one) => ({ ...one, ignore: false }));
      const [best] = openSuggestions(finds, labels, 0).sort((a, b) => b.score - a.score);
      if (!best) return taken;
      taken.push(best);
    }
  }

  it('make one label of finds that overlap, the best of them', () => {
    const finds = [find(0, 0.4), find(3, 0.9), find(6, 0.7), find(100, 0.3)];
    expect(acceptableTogether(finds, []).map(({ x }) => x)).toEqual([3, 100]);
  });

  it('are those that are accepted one by one', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ ...anyRect, classId: fc.constant(1), score: scores })), (finds) => {
        expect(acceptableTogether(finds, [])).toEqual(oneByOne(finds));
      }),
    );
  });

  it('are none on almost the same place as a label of another class, or as each other', () => {
    const finds = [find(0, 0.9, 2), find(101, 0.8), find(100, 0.7, 2), find(200, 0.6, 2)];
    expect(acceptableTogether(finds, [label(1), label(208)]).map(({ x }) => x)).toEqual([101, 200]);
  });
});

describe('disagreement', () => {
  it('names each kind: missing, clash, loose, and a label the model does not see', () => {
    const finds = [find(0, 0.9), find(100, 0.8, 2), find(209, 0.7)];
    const labels = [label(100), label(200), label(300)];
    const { value, reason } = disagreementOf(finds, labels, 0.5, nameOf);
    expect(reason).toBe(
      '1 missing label (RBC), 1 class clash (RBC or WBC), 1 loose box (RBC), 1 label not found (RBC)',
    );
    const overlap = (11 * 20) / (2 * 400 - 11 * 20);
    expect(value).toBeCloseTo(0.9 + 0.8 + 0.7 * (1 - overlap) + 0.4, 10);
  });

  it('is no clash where the model is surer of what the label says', () => {
    const finds = [find(0, 0.9), find(1, 0.6, 2)];
    expect(disagreementOf(finds, [label(0)], 0.5, nameOf)).toEqual({ value: 0, reason: '' });
  });

  it('is nothing where the labels are what the model finds', () => {
    fc.assert(
      fc.property(fc.array(anyFind, { maxLength: 8 }), (finds) => {
        const labels = finds.map((one) => ({ ...one, ignore: false }));
        expect(disagreementOf(finds, labels, 0, nameOf).value).toBe(0);
      }),
    );
  });

  it('grows with every object that is found and not labelled', () => {
    fc.assert(
      fc.property(
        fc.array(anyFind, { maxLength: 8 }),
        fc.double({ min: 0.5, max: 1, noNaN: true }),
        (finds, score) => {
          const more = [...finds, find(1000, score)];
          const before = disagreementOf(finds, [], 0.3, nameOf).value;
          expect(disagreementOf(more, [], 0.3, nameOf).value).toBeCloseTo(before + score, 8);
        },
      ),
    );
  });
});

describe('uncertainty', () => {
  it('is highest at the threshold and none far from it', () => {
    const of = (score: number) => uncertaintyOf([find(0, score)], [], 0.4, nameOf).value;
    expect(of(0.4)).toBeCloseTo(1 / 3, 10);
    expect(of(0.35)).toBeLessThan(of(0.4));
    expect(of(0.5)).toBeLessThan(of(0.4));
    expect([of(0.1), of(0.95)]).toEqual([0, 0]);
  });

  it('asks nothing of what is labelled, and names what it asks', () => {
    const finds = [find(0, 0.4), find(100, 0.42, 2)];
    const { reason, value } = uncertaintyOf(finds, [label(0)], 0.4, nameOf);
    expect(reason).toBe('unsure of WBC 0.42');
    expect(value).toBeGreaterThan(0.25);
  });
});

describe('the facts behind the ranks', () => {
  it('give the same ranks at every score', () => {
    const anyLabel = anyFind.map((one) => ({ ...one, ignore: one.x % 5 === 0 }));
    const anyScore = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(anyFind, { maxLength: 8 }),
        fc.array(anyLabel, { maxLength: 8 }),
        anyScore,
        (finds, labels, score) => {
          const facts = rankFacts(finds, labels);
          const [unsure, differ] = [uncertaintyOf, disagreementOf].map((of) =>
            of(finds, labels, score, nameOf),
          );
          expect(uncertaintyAt(facts, score)).toBeCloseTo(unsure!.value, 10);
          expect(disagreementAt(facts, score)).toBeCloseTo(differ!.value, 10);
        },
      ),
    );
  });
});
