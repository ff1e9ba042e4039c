// Curves side by side as a plotting library wants them: one axis of steps, a value or null for each series.
import type { CurveData } from '../../shared/contract.ts';

export type Table = [xs: number[], ...ys: (number | null)[][]];

/** Joins curves that were measured at different steps. */
export function joined(curves: readonly CurveData[]): Table {
  const steps = [...new Set(curves.flatMap((curve) => curve.steps))].sort((a, b) => a - b);
  const at = new Map(steps.map((step, index) => [step, index]));
  const columns = curves.map((curve) => {
    const column: (number | null)[] = new Array(steps.length).fill(null);
    curve.steps.forEach((step, index) => {
      column[at.get(step) ?? 0] = curve.values[index] ?? null;
    });
    return column;
  });
  return [steps, ...columns];
}

/** Each value as the running mean over about `span` points; gaps stay gaps. */
export function smoothed(values: readonly (number | null)[], span: number): (number | null)[] {
  const weight = 1 / Math.max(1, span);
  let mean: number | undefined;
  return values.map((value) => {
    if (value === null) return null;
    mean = mean === undefined ? value : mean + weight * (value - mean);
    return mean;
  });
}
