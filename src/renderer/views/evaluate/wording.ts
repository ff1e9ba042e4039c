// How figures and errors are put into words.
import type {
  ClassFigures,
  ErrorKind,
  Example,
  ExampleOutcome,
  ThresholdCounts,
} from '../../../shared/evaluation.ts';
import { type Message, msg } from '../../words/message.ts';
import { t, translated } from '../../words/words.ts';

/** With its sign, as a difference. */
export function signed(value: number): string {
  const text = Math.abs(value * 100).toFixed(1);
  return `${value < 0 && text !== '0.0' ? '−' : '+'}${text}`;
}

export const errorWords: Readonly<Record<ErrorKind, { readonly name: Message; readonly advice: Message }>> = {
  Cls: {
    name: msg('Wrong class'),
    advice: msg('Look for labels of the wrong class, and classes that look alike.'),
  },
  Loc: {
    name: msg('Badly placed'),
    advice: msg('Look for loose labels; a larger input size places boxes better.'),
  },
  Both: {
    name: msg('Wrong class and place'),
    advice: msg('Often objects that are cut off or overlap: look at them first.'),
  },
  Dup: { name: msg('Found twice'), advice: msg('A lower NMS threshold removes second finds.') },
  Bkg: {
    name: msg('Nothing there'),
    advice: msg('Look for objects that nobody labelled: they count as errors here.'),
  },
  Miss: { name: msg('Missed'), advice: msg('More such images, or a larger input size for small objects.') },
};

const outcomeWords: Readonly<Record<ExampleOutcome, Message>> = {
  found: msg('right'),
  below: msg('found below the threshold'),
  later: msg('found later'),
  unmatched: msg('no label left to match at IoU .5'),
  empty: msg('no box'),
  Cls: msg('wrong class'),
  Loc: msg('badly placed'),
  Both: msg('wrong class and place'),
  Dup: msg('found twice'),
  Bkg: msg('nothing there'),
  Miss: msg('missed'),
};

/** What an example shows; `nameOf` a class, `runOf` whose detection it is. */
export function exampleWords(
  { outcome, excused, label, detection, side }: Example,
  nameOf: (classId: number) => string,
  runOf: (side: 'first' | 'second') => string,
): string {
  const said = saidOf({ outcome, label, detection }, nameOf);
  const words = excused ? t('{words}, in an ignored region', { words: said }) : said;
  return side === undefined ? words : t('{words} ({run})', { words, run: runOf(side) });
}

function saidOf(
  { outcome, label, detection }: Pick<Example, 'outcome' | 'label' | 'detection'>,
  nameOf: (classId: number) => string,
): string {
  if (outcome === 'Cls' && label && detection)
    return t('{name} as {detected}', { name: nameOf(label.classId), detected: nameOf(detection.classId) });
  const shown = detection ?? label;
  const what = translated(outcomeWords[outcome]);
  return shown ? t('{name}, {outcome}', { name: nameOf(shown.classId), outcome: what }) : what;
}

/** From so many boxes on, a class that is almost never found is no accident. */
const ENOUGH_BOXES = 5;
const ALMOST_NEVER = 0.1;

/** Classes that are almost never found at a threshold, those with most boxes first: what they cost is their whole AP. */
export function hardlyFound(
  classes: readonly Pick<ClassFigures, 'id' | 'name' | 'thresholds'>[],
  threshold: number,
): { readonly id: number; readonly name: string; readonly found: number; readonly wanted: number }[] {
  return classes
    .map(({ id, name, thresholds }) => {
      const { recall, right: found } = ratesAt(thresholds, threshold);
      return { id, name, found, recall, wanted: thresholds.wanted };
    })
    .filter(({ recall, wanted }) => wanted >= ENOUGH_BOXES && recall < ALMOST_NEVER)
    .sort((a, b) => b.wanted - a.wanted)
    .map(({ recall: _, ...own }) => own);
}

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
  if (interval === null) return t('Too few images to tell whether this is chance.');
  if (interval.low > 0 || interval.high < 0)
    return difference > 0
      ? t('{other} is better, by more than chance.', { other })
      : t('{other} is worse, by more than chance.', { other });
  return t('Not significant: this may be chance.');
}
