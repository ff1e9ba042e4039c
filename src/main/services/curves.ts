// Curves as windows draw them: every metric of a run, or one of several runs, thinned.
import type { CurveData, OverlayCurve } from '../../shared/contract/training.ts';
import type { OpenProject } from './projects.ts';
import type { Sliced } from './slices.ts';
import type { CurvePart, CurveRange } from './thin-curve.ts';

/** Every metric of a run; may be set aside. */
export function* runCurves(project: OpenProject, id: string, range: CurveRange): Sliced<CurveData[]> {
  const curves: CurveData[] = [];
  for (const name of project.runs.metricNames(id)) {
    curves.push(runCurve(project, id, { name, ...range, extremes: true }));
    yield;
  }
  return curves;
}

interface Wish extends CurveRange {
  readonly name: string;
  /** With how far the values reach where there are too many to be told. */
  readonly extremes: boolean;
}

/** One metric of several runs; may be set aside. */
export function* overlay(project: OpenProject, ids: readonly string[], wish: Wish): Sliced<OverlayCurve[]> {
  const curves: OverlayCurve[] = [];
  for (const id of ids) {
    curves.push({ runId: id, ...packed(runCurve(project, id, wish)) });
    yield;
  }
  return curves;
}

function packed({ name, steps, values, low, high }: CurveData): Omit<OverlayCurve, 'runId'> {
  const column = (numbers: readonly (number | null)[]) =>
    base64(Float32Array.from(numbers, (number) => number ?? Number.NaN));
  return {
    name,
    steps: base64(Uint32Array.from(steps)),
    values: column(values),
    ...(low && { low: column(low) }),
    ...(high && { high: column(high) }),
  };
}

function base64({ buffer }: Uint32Array | Float32Array): string {
  return Buffer.from(buffer).toString('base64');
}

function runCurve(project: OpenProject, id: string, { name, extremes, ...range }: Wish): CurveData {
  const parts = project.runs.curve(id, name, range);
  const column = (key: 'value' | 'low' | 'high') => parts.map((part) => numberIn(part, key));
  const curve = { name, steps: parts.map(({ step }) => step), values: column('value') };
  const isThinned = parts.some(({ count }) => count > 1);
  return isThinned && extremes ? { ...curve, low: column('low'), high: column('high') } : curve;
}

function numberIn(part: CurvePart, key: 'value' | 'low' | 'high'): number | null {
  return Number.isFinite(part[key]) ? part[key] : null;
}
