// Pyramid supervision, disentangled (DDOD, section 3.3): the rarer a level's positives, the more its loss weighs.

/** Where the references differ: mmdet 3 has one counter, to which a step adds first its
 * cls positives, then its reg positives. */
export type CounterRule = 'official' | 'mmdet3';

/** Positives per level since training began. Part of a checkpoint: a faithful resume needs them. */
export interface LevelCounters {
  readonly cls: Float64Array; // [L]
  readonly reg: Float64Array; // [L]
}

export interface LevelWeights {
  readonly cls: Float64Array; // [L], 1..2
  readonly reg: Float64Array; // [L], 1..2
}

export function newLevelCounters(levels: number): LevelCounters {
  return { cls: new Float64Array(levels), reg: new Float64Array(levels) };
}

/** Adds a step's positives to the counters and returns the weights that the step's losses take. */
export function updateLevelWeights(
  counters: LevelCounters,
  clsPositives: ArrayLike<number>,
  regPositives: ArrayLike<number>,
  rule: CounterRule,
): LevelWeights {
  addTo(counters.cls, clsPositives);
  const cls = reweightFactors(counters.cls);
  const regCounter = rule === 'mmdet3' ? counters.cls : counters.reg;
  addTo(regCounter, regPositives);
  return { cls, reg: reweightFactors(regCounter) };
}

/** 2 - (n - min) / (max - min), so 1 for the richest level and 2 for the poorest; all 2 where all are equal. */
export function reweightFactors(counts: Float64Array): Float64Array {
  const min = Math.min(...counts);
  const range = Math.max(...counts) - min + 1e-10;
  return counts.map((count) => 2 - (count - min) / range);
}

function addTo(counter: Float64Array, counts: ArrayLike<number>): void {
  for (let level = 0; level < counter.length; level++)
    counter[level] = (counter[level] ?? 0) + (counts[level] ?? 0);
}
