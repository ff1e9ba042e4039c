// Curves: kept as they are told, and given back in few parts that say as much of them.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ensureSeries, putPoint } from '../../../src/main/db/metrics.ts';
import { projectSchema } from '../../../src/main/db/migrations/project.ts';
import { openDatabase } from '../../../src/main/db/open.ts';
import { overlay, runCurves } from '../../../src/main/services/curves.ts';
import { Runs } from '../../../src/main/services/runs.ts';
import { atOnce } from '../../../src/main/services/slices.ts';
import { unpackedCurve } from '../../../src/renderer/charts/packed-curve.ts';
import { temporaryFolder, temporaryProject } from './temporary.ts';

const start = { recipe: { epochs: 3 }, seed: 1 };

describe('curves', () => {
  const point = (step: number, value: number, name = 'loss_cls') => ({
    runId: 'r1',
    name,
    step,
    value,
    epoch: step / 100,
  });

  it('take a replay without a trace, keep NaN and infinity, forget what a resume repeats', () => {
    const { runs } = temporaryProject();
    runs.create(start);
    const points = [
      point(1, 3),
      point(2, Number.NaN),
      point(3, Number.POSITIVE_INFINITY),
      point(1, 0.1, 'lr'),
    ];
    for (let i = 0; i < 2; i++) runs.addMetrics(points);
    expect(runs.curve('r1', 'loss_cls').map(({ value }) => value)).toEqual([
      3,
      Number.NaN,
      Number.POSITIVE_INFINITY,
    ]);
    expect(runs.curves('r1')).toEqual([
      { name: 'loss_cls', count: 3, firstStep: 1, lastStep: 3 },
      { name: 'lr', count: 1, firstStep: 1, lastStep: 1 },
    ]);
    runs.rewindMetrics('r1', 1);
    expect(runs.curves('r1').map(({ count }) => count)).toEqual([1, 1]);
    expect(runs.curve('r1', 'nothing')).toEqual([]);
  });

  it('of long runs come back short: neighbours as their mean and how far they reach', () => {
    const { runs } = temporaryProject();
    runs.create(start);
    const points = Array.from({ length: 20_000 }, (_, step) => point(step, Math.sin(step / 500)));
    points[7777] = point(7777, 99);
    points[12_345] = point(12_345, -99);
    points[15_000] = point(15_000, Number.NaN);
    runs.addMetrics(points);
    const short = runs.curve('r1', 'loss_cls', { maxPoints: 400 });
    expect(short.length).toBeLessThanOrEqual(400);
    expect(short.length).toBeGreaterThan(200);
    expect(short.at(-1)!.step).toBe(19_999);
    expect(Math.max(...short.map(({ high }) => high))).toBe(99);
    expect(Math.min(...short.map(({ low }) => low))).toBe(-99);
    let from = 0;
    for (const { step, value, count } of short) {
      const own = points.slice(from, step + 1).filter((one) => !Number.isNaN(one.value));
      expect(count).toBe(own.length);
      expect(value).toBeCloseTo(own.reduce((sum, one) => sum + one.value, 0) / own.length, 9);
      from = step + 1;
    }
    const range = { from: 100, to: 199, maxPoints: 400 };
    expect(runs.curve('r1', 'loss_cls', range).map(({ step, value }) => [step, value])).toEqual(
      points.slice(100, 200).map(({ step, value }) => [step, value]),
    );
    const middle = runs.curve('r1', 'loss_cls', { from: 5, to: 10_005, maxPoints: 100 });
    expect(middle.reduce((sum, { count }) => sum + count, 0)).toBe(10_001);
    expect([middle[0]!.step, middle.at(-1)!.step]).toEqual([31, 10_005]);
  });

  it('say how far neighbours reach where they are one, and of many runs only where that is asked for', () => {
    const project = temporaryProject();
    project.runs.create(start);
    project.runs.addMetrics(Array.from({ length: 5000 }, (_, step) => point(step, step % 2)));
    const [whole] = atOnce(runCurves(project, 'r1', { maxPoints: 200 }));
    expect(whole).toMatchObject({ name: 'loss_cls' });
    for (const column of [whole!.values, whole!.low, whole!.high])
      expect(column).toHaveLength(whole!.steps.length);
    expect([whole!.values[5], whole!.low?.[5], whole!.high?.[5]]).toEqual([0.5, 0, 1]);
    const [stretch] = atOnce(runCurves(project, 'r1', { from: 1000, to: 1099, maxPoints: 200 }));
    expect(stretch!.steps).toHaveLength(100);
    expect(stretch!.low, 'each value stands for itself').toBeUndefined();
    const wish = { name: 'loss_cls', maxPoints: 200 };
    const [plain] = atOnce(overlay(project, ['r1'], { ...wish, extremes: false }));
    expect(unpackedCurve(plain!)).toEqual({ name: 'loss_cls', steps: whole!.steps, values: whole!.values });
    const [reaching] = atOnce(overlay(project, ['r1'], { ...wish, extremes: true }));
    expect(unpackedCurve(reaching!)).toEqual(whole);
    project.runs.addMetrics([point(1, Number.NaN, 'AP'), point(2, 0.5, 'AP')]);
    const [gap] = atOnce(overlay(project, ['r1'], { ...wish, name: 'AP', extremes: true }));
    expect(unpackedCurve(gap!)).toEqual({ name: 'AP', steps: [1, 2], values: [null, 0.5] });
  });

  it('measured now and then stay at their steps', () => {
    const { runs } = temporaryProject();
    runs.create(start);
    const points = Array.from({ length: 200 }, (_, at) => point(100 * (at + 1), at, 'AP'));
    runs.addMetrics(points);
    const shown = runs.curve('r1', 'AP', { maxPoints: 600 });
    expect(shown.map(({ step, value }) => [step, value])).toEqual(
      points.map(({ step, value }) => [step, value]),
    );
  });

  it('of a project of an older program have means too', () => {
    const file = join(temporaryFolder(), 'project.db');
    const { migrations } = projectSchema;
    const before = migrations.slice(
      0,
      migrations.findIndex(({ name }) => name === 'metric-means'),
    );
    const old = openDatabase(file, { ...projectSchema, migrations: before });
    old
      .write("INSERT INTO run (name, status, recipe, seed, created_at) VALUES ('old', 'done', '{}', 0, 1)")
      .run();
    const series = ensureSeries(old, 1, 'loss');
    const value = (step: number) =>
      step === 40 ? Number.NaN : step === 41 ? Number.POSITIVE_INFINITY : step;
    for (let step = 0; step < 5000; step++) putPoint(old, series, { step, value: value(step), epoch: 0 });
    old
      .write(
        'INSERT INTO metric_bucket SELECT :series, step / 32, 0, 0, 0, 0, 0, 0 FROM metric GROUP BY step / 32',
      )
      .run({ series });
    old.close();
    const db = openDatabase(file, projectSchema);
    const [first, second] = new Runs(db).curve('r1', 'loss', { maxPoints: 200 });
    const known = Array.from({ length: 32 }, (_, at) => 32 + at).filter((step) => step !== 40 && step !== 41);
    expect(second).toEqual({
      step: 63,
      count: 30,
      value: known.reduce((sum, step) => sum + step, 0) / 30,
      low: 32,
      high: 63,
    });
    expect(first).toMatchObject({ step: 31, count: 32, value: 15.5 });
    db.close();
  });
});
