// Curves side by side as a plotting library wants them: one axis of steps, a value or null for each series.

type Values = readonly (number | null)[];

/** Steps rise; a value is null where it was not a number. */
export interface Curve {
  readonly steps: readonly number[];
  readonly values: Values;
  /** How far the points reach that a value is the mean of. */
  readonly low?: Values;
  readonly high?: Values;
}

export type Table = [xs: number[], ...ys: (number | null)[][]];

/** More places than a chart has pixels show nothing more, and cost a place in every series. */
const MOST_PLACES = 1200;

/**
 * Joins curves that were measured at different steps. Where that makes more than `most` steps, the axis is cut into
 * equal parts and each curve keeps the lowest and the highest value of a part, in their order, so that no spike is lost.
 */
export function joined(curves: readonly Curve[], most = MOST_PLACES): Table {
  const steps = allSteps(curves);
  if (steps.length > most) return coarse(curves, steps[0] ?? 0, steps.at(-1) ?? 0, most);
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

/** The highest value of a curve; undefined where none is a number. */
export function highest(curve: Pick<Curve, 'values' | 'high'> | undefined): number | undefined {
  const values = (curve?.high ?? curve?.values ?? []).filter((value) => value !== null);
  return values.length === 0 ? undefined : values.reduce((most, value) => Math.max(most, value));
}

function allSteps(curves: readonly Curve[]): number[] {
  const steps = new Set<number>();
  let previous: readonly number[] | undefined;
  for (const curve of curves) {
    // the terms of one run share their steps
    if (curve.steps !== previous) for (const step of curve.steps) steps.add(step);
    previous = curve.steps;
  }
  return Array.from(Float64Array.from(steps).sort());
}

/** Two places a part: its lower and its higher value, whichever came first. */
function coarse(curves: readonly Curve[], first: number, last: number, most: number): Table {
  const parts = Math.max(1, most >> 1);
  const width = (last - first) / parts;
  const steps = Array.from({ length: parts * 2 }, (_, place) => first + (place * width) / 2);
  const partOf = (step: number) => Math.min(parts - 1, Math.floor((step - first) / width));
  return [steps, ...curves.map((curve) => extremesByPart(curve, parts, partOf))];
}

function extremesByPart(curve: Curve, parts: number, partOf: (step: number) => number): (number | null)[] {
  const low = new Float64Array(parts).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(parts).fill(Number.NEGATIVE_INFINITY);
  const lowIsNewer = new Uint8Array(parts);
  curve.values.forEach((value, index) => {
    if (value === null) return;
    const part = partOf(curve.steps[index] ?? 0);
    if (value > (high[part] ?? value)) {
      high[part] = value;
      lowIsNewer[part] = 0;
    }
    if (value < (low[part] ?? value)) {
      low[part] = value;
      lowIsNewer[part] = 1;
    }
  });
  const column: (number | null)[] = new Array(parts * 2).fill(null);
  for (let part = 0; part < parts; part += 1) {
    const [lowest, highest] = [low[part] ?? 0, high[part] ?? 0];
    if (lowest > highest) continue;
    column[part * 2] = lowIsNewer[part] ? highest : lowest;
    column[part * 2 + 1] = lowIsNewer[part] ? lowest : highest;
  }
  return column;
}

/**
 * Each value as a running mean that forgets over about `span` steps, however far apart the points lie; gaps stay gaps. A
 * value stands for the steps since the one before it, so that means of neighbours give the same as the points themselves.
 */
export function smoothed(curve: Curve, span: number): Curve {
  if (span <= 0) return curve;
  let [sum, weight] = [0, 0];
  let before = (curve.steps[0] ?? 0) - Math.max(1, (curve.steps[1] ?? 1) - (curve.steps[0] ?? 0));
  const values = curve.values.map((value, index) => {
    if (value === null) return null;
    const step = curve.steps[index] ?? 0;
    const keep = Math.exp((before - step) / span);
    before = step;
    sum = keep * sum + (1 - keep) * value;
    weight = keep * weight + (1 - keep);
    return sum / weight;
  });
  return { ...curve, values };
}

/** A curve of which a stretch was read more closely. */
export function withDetail(curve: Curve, detail: Curve): Curve {
  const [first, last] = [detail.steps[0], detail.steps.at(-1)];
  if (first === undefined || last === undefined) return curve;
  const [begin, end] = [placeOf(curve.steps, first), placeOf(curve.steps, last + 1)];
  const put = <T>(own: readonly T[], part: readonly T[]) => [
    ...own.slice(0, begin),
    ...part,
    ...own.slice(end),
  ];
  const joint = { steps: put(curve.steps, detail.steps), values: put(curve.values, detail.values) };
  if (curve.low === undefined || curve.high === undefined) return joint;
  return {
    ...joint,
    low: put(curve.low, detail.low ?? detail.values),
    high: put(curve.high, detail.high ?? detail.values),
  };
}

/** What of a curve lies in a stretch, and a point on either side, towards which its lines go. */
export function within(curve: Curve, from: number, to: number): Curve {
  const begin = Math.max(0, placeOf(curve.steps, from) - 1);
  const end = placeOf(curve.steps, to) + 1;
  const { low, high } = curve;
  return {
    steps: curve.steps.slice(begin, end),
    values: curve.values.slice(begin, end),
    ...(low && { low: low.slice(begin, end) }),
    ...(high && { high: high.slice(begin, end) }),
  };
}

/** The place of the first step that is not below `step`. */
function placeOf(steps: readonly number[], step: number): number {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle] ?? 0) < step) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What a logarithmic axis can show: values above 0. */
export function positiveOnly(values: readonly (number | null)[]): (number | null)[] {
  return values.map((value) => (value !== null && value > 0 ? value : null));
}

/** The last number of a column up to a place. */
export function latestUpTo(
  column: ArrayLike<number | null | undefined> | undefined,
  place: number,
): number | undefined {
  for (let index = Math.min(place, (column?.length ?? 0) - 1); index >= 0; index -= 1) {
    const value = column?.[index];
    if (value !== null && value !== undefined) return value;
  }
  return undefined;
}
