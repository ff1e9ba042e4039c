// How figures and errors are put into words.
import type { ErrorKind, Example, ThresholdCounts } from '../../../shared/evaluation.ts';

/** With its sign, as a difference. */
export function signed(value: number): string {
  const text = Math.abs(value * 100).toFixed(1);
  return `${value < 0 && text !== '0.0' ? '−' : '+'}${text}`;
}

export const errorWords: Readonly<Record<ErrorKind, { readonly name: string; readonly advice: string }>> = {
  Cls: { name: 'Wrong class', advice: 'Look for labels of the wrong class, and classes that look alike.' },
  Loc: { name: 'Badly placed', advice: 'Look for loose labels; a larger input size places boxes better.' },
  Both: {
    name: 'Wrong class and place',
    advice: 'Often objects that are cut off or overlap: look at them first.',
  },
  Dup: { name: 'Found twice', advice: 'A lower NMS threshold removes second finds.' },
  Bkg: { name: 'Nothing there', advice: 'Look for objects that nobody labelled: they count as errors here.' },
  Miss: { name: 'Missed', advice: 'More such images, or a larger input size for small objects.' },
};

export const outcomeWords: Readonly<Record<Example['outcome'], string>> = {
  found: 'right',
  excused: 'ignored',
  Cls: 'wrong class',
  Loc: 'badly placed',
  Both: 'wrong class and place',
  Dup: 'found twice',
  Bkg: 'nothing there',
  Miss: 'missed',
};

/** Precision, recall and F1 at a threshold; -1 where there is nothing to measure. */
export function ratesAt({ found, wrong, wanted }: ThresholdCounts, threshold: number) {
  const at = Math.min(100, Math.max(0, Math.round(threshold * 100)));
  const [right, errors] = [found[at] ?? 0, wrong[at] ?? 0];
  const detected = right + errors;
  return {
    precision: detected === 0 ? -1 : right / detected,
    recall: wanted === 0 ? -1 : right / wanted,
    f1: detected + wanted === 0 ? -1 : (2 * right) / (detected + wanted),
    right,
    errors,
  };
}

export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly right: number;
  readonly wrong: number;
}

/** Scores in `count` equal bins; the last one holds 1 itself. */
export function scoreBins({ found, wrong }: ThresholdCounts, count: number): Bin[] {
  const width = 100 / count;
  const within = (values: readonly number[], bin: number) =>
    (values[bin * width] ?? 0) - (bin + 1 === count ? 0 : (values[(bin + 1) * width] ?? 0));
  return Array.from({ length: count }, (_, bin) => ({
    from: (bin * width) / 100,
    to: bin + 1 === count ? 1.01 : ((bin + 1) * width) / 100,
    right: within(found, bin),
    wrong: within(wrong, bin),
  }));
}

/** Whether a difference can be told from chance, in a sentence. */
export function verdict(
  other: string,
  difference: number,
  interval: { low: number; high: number } | null,
): string {
  if (interval === null) return 'Too few images to tell whether this is chance.';
  if (interval.low > 0 || interval.high < 0)
    return `${other} is ${difference > 0 ? 'better' : 'worse'}, by more than chance.`;
  return 'Not significant: this may be chance.';
}
