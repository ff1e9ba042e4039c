import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chartsOfRun, chartsOfRuns, numberText } from '../../../../src/renderer/charts/chart-plan.ts';
import {
  highest,
  joined,
  latestUpTo,
  positiveOnly,
  smoothed,
  withDetail,
  within,
} from '../../../../src/renderer/charts/series.ts';

const curves = fc.array(
  fc.uniqueArray(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 200 }).chain((steps) =>
    fc
      .array(fc.option(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { nil: null }), {
        minLength: steps.length,
        maxLength: steps.length,
      })
      .map((values) => ({ steps: steps.sort((a, b) => a - b), values })),
  ),
  { minLength: 1, maxLength: 5 },
);
const known = (values: readonly (number | null)[]) => values.filter((value) => value !== null);

describe('joining curves', () => {
  it('puts curves of different steps on one axis', () => {
    const table = joined([
      { steps: [1, 2, 4], values: [5, 4, 3] },
      { steps: [2, 3], values: [0.1, null] },
    ]);
    expect(table).toEqual([
      [1, 2, 3, 4],
      [5, 4, null, 3],
      [null, 0.1, null, null],
    ]);
  });

  it('keeps the lowest and the highest value of each curve on a coarse axis, in a table that is no longer', () => {
    fc.assert(
      fc.property(curves, fc.integer({ min: 4, max: 60 }), (list, most) => {
        const [steps, ...columns] = joined(list, most);
        expect(steps.every((step, index) => index === 0 || step > (steps[index - 1] ?? 0))).toBe(true);
        expect(steps.length).toBeLessThanOrEqual(most);
        columns.forEach((column, index) => {
          const values = known(list[index]?.values ?? []);
          expect(column).toHaveLength(steps.length);
          expect(Math.min(...known(column))).toBe(Math.min(...values));
          expect(Math.max(...known(column))).toBe(Math.max(...values));
        });
      }),
    );
  });

  it('lays 100 runs of 600 points over each other in a table no wider than a screen', () => {
    const many = Array.from({ length: 100 }, (_, run) => ({
      steps: Array.from({ length: 600 }, (_, index) => index * 16 + (run % 16)),
      values: Array.from({ length: 600 }, (_, index) => Math.sin(index / 40 + run)),
    }));
    const [steps, ...columns] = joined(many);
    expect(steps.length).toBeLessThanOrEqual(1200);
    expect(columns).toHaveLength(100);
  });
});

describe('smoothing', () => {
  it('fills no gap and changes nothing when it is off', () => {
    const curve = { steps: [1, 2, 3], values: [4, null, 2] };
    expect(smoothed(curve, 0)).toEqual(curve);
    expect(smoothed(curve, 2).values[1]).toBeNull();
    expect(smoothed(curve, 2).values[0]).toBe(4);
  });

  it('stays between the lowest and the highest value, and moves less the longer it remembers', () => {
    fc.assert(
      fc.property(curves, fc.double({ min: 0.5, max: 500, noNaN: true }), ([curve], span) => {
        if (!curve) return;
        const values = known(curve.values);
        for (const value of known(smoothed(curve, span).values)) {
          expect(value).toBeGreaterThanOrEqual(Math.min(...values) - 1e-6);
          expect(value).toBeLessThanOrEqual(Math.max(...values) + 1e-6);
        }
      }),
    );
    const jump = { steps: [0, 10, 20], values: [0, 0, 1] };
    expect(smoothed(jump, 5).values[2]).toBeGreaterThan(smoothed(jump, 50).values[2] ?? 1);
  });

  it('says the same of a curve however many of its points are read', () => {
    const steps = Array.from({ length: 1000 }, (_, index) => index);
    const whole = smoothed({ steps, values: steps.map(() => 3).fill(5, 500) }, 50);
    const sparse = steps.filter((step) => step % 10 === 0);
    const part = smoothed({ steps: sparse, values: sparse.map((step) => (step < 500 ? 3 : 5)) }, 50);
    expect(part.values[60]).toBeCloseTo(whole.values[600] ?? 0, 1);
  });
});

describe('long curves', () => {
  /** Deep dips and few high peaks: the middle of the extremes is far from the mean. */
  const noisy = (step: number) => (step % 16 === 0 ? 3 : 1) + Math.exp(-step / 2000);
  const steps = Array.from({ length: 10_000 }, (_, step) => step);
  const whole = { steps, values: steps.map(noisy) };
  const means = {
    steps: Array.from({ length: 312 }, (_, at) => at * 32 + 31),
    values: Array.from({ length: 312 }, (_, at) => {
      const own = whole.values.slice(at * 32, at * 32 + 32);
      return own.reduce((sum, value) => sum + value, 0) / own.length;
    }),
  };

  it('are smoothed to the same from the means of neighbours as from every point', () => {
    const [exact, thin] = [smoothed(whole, 100), smoothed(means, 100)];
    const errors = means.steps.map((step, at) =>
      Math.abs((thin.values[at] ?? 0) - (exact.values[step] ?? 0)),
    );
    expect(Math.max(...errors.slice(3))).toBeLessThan(0.03);
  });

  it('show what was read more closely in its place', () => {
    const low = means.values.map(() => 0);
    const coarse = { ...means, low, high: low };
    const detail = { steps: steps.slice(1000, 1200), values: whole.values.slice(1000, 1200) };
    const joint = withDetail(coarse, detail);
    expect(joint.steps).toEqual([...joint.steps].sort((a, b) => a - b));
    expect(joint.steps.slice(31, 231)).toEqual(detail.steps);
    expect([joint.values, joint.low, joint.high].map((column) => column?.length)).toEqual(
      new Array(3).fill(joint.steps.length),
    );
    expect(joint.high?.slice(31, 231)).toEqual(detail.values);
    expect(withDetail(coarse, { steps: [], values: [] })).toBe(coarse);
    const seen = within(joint, 1050, 1060);
    expect(seen.steps).toEqual(steps.slice(1049, 1061));
    expect(seen.values).toEqual(whole.values.slice(1049, 1061));
    expect(within(joint, 20_000, 30_000).steps).toEqual([9983]);
  });
});

describe('charts', () => {
  it('leaves out what a logarithmic axis cannot show, and finds the latest value', () => {
    expect(positiveOnly([1, 0, -2, null, 3])).toEqual([1, null, null, null, 3]);
    expect(latestUpTo([1, 2, null, 4], 2)).toBe(2);
    expect(latestUpTo([1, 2, null], 99)).toBe(2);
    expect(latestUpTo([null], 0)).toBeUndefined();
    expect(latestUpTo(undefined, 3)).toBeUndefined();
  });

  it('groups the metrics of one run, and gives each its own chart over several', () => {
    const names = new Set(['lr', 'loss_cls', 'loss', 'AP', 'cls_pos.P3', 'cls_pos.P7', 'something']);
    expect(chartsOfRun(names).map(({ id, names }) => [id, ...names])).toEqual([
      ['loss', 'loss', 'loss_cls'],
      ['AP', 'AP'],
      ['lr', 'lr'],
      ['cls', 'cls_pos.P3', 'cls_pos.P7'],
    ]);
    const charts = chartsOfRuns();
    expect(charts.slice(0, 3).map(({ id }) => id)).toEqual(['AP', 'AP50', 'loss']);
    expect(new Set(charts.map(({ id }) => id)).size).toBe(charts.length);
    for (const { id, names } of charts) expect(names).toEqual([id]);
  });

  it('writes numbers short', () => {
    expect(numberText('percent', 0.4567)).toBe('45.7');
    expect(numberText('number', 0.000123)).toBe('1.2e-4');
    expect(numberText('number', 1.23456)).toBe('1.235');
    expect(numberText('number', 0)).toBe('0');
    expect(numberText('megabytes', 812.4)).toBe('812');
  });
});

it('has as its highest what was ever reached, also where neighbours are one', () => {
  expect(highest({ values: [787, null, 815, 790] })).toBe(815);
  expect(highest({ values: [700, 710], high: [815, 720] })).toBe(815);
  expect(highest({ values: [null] })).toBeUndefined();
  expect(highest(undefined)).toBeUndefined();
});
