// How much an image is worth a look, from what a model found and what is labelled: a number and the reason in words. The
// number alone follows at any score from facts that are worked out once.
import { iou } from '../../shared/box.ts';
import { type LabelledRect, openSuggestions, SAME_OBJECT, type Suggestion } from '../../shared/suggestion.ts';

export interface Rank {
  /** 0: nothing to look at. */
  readonly value: number;
  readonly reason: string;
}

/** Overlap from which a find and a label mean the same object. */
const MEETS = 0.3;
/** Overlap of a find and its label under which the box counts as loose. */
const SNUG = 0.7;
/** The finds that speak for an image: a crowd of faint ones should not outweigh one hard question. */
const SPEAKERS = 3;
const UNSEEN_LABEL = 0.4;

/**
 * How unsure the model is of an image: near `score`, where finds are taken or left, each find is a question. The mean
 * of the hardest three, 0..1. Finds that a label answers already ask nothing.
 */
export function uncertaintyOf(
  finds: readonly Suggestion[],
  labels: readonly LabelledRect[],
  score: number,
  nameOf: (classId: number) => string,
): Rank {
  const asked = openSuggestions(finds, labels, 0)
    .map((find) => ({ find, doubt: doubtOf(find.score, score) }))
    .filter(({ doubt }) => doubt > 0)
    .sort((a, b) => b.doubt - a.doubt)
    .slice(0, SPEAKERS);
  const value = asked.reduce((sum, { doubt }) => sum + doubt, 0) / SPEAKERS;
  const named = asked.map(({ find }) => `${nameOf(find.classId)} ${find.score.toFixed(2)}`);
  return { value, reason: named.length === 0 ? '' : `unsure of ${named.join(', ')}` };
}

/** 1 at the threshold, falling to 0 at half the way to certainty on either side. */
function doubtOf(score: number, threshold: number): number {
  const room = (score < threshold ? threshold : 1 - threshold) / 2;
  return room <= 0 ? 0 : Math.max(0, 1 - Math.abs(score - threshold) / room);
}

/**
 * What the ranks of an image follow from: the weight of labels that the model does not see, then three numbers a find, best
 * first: its score, the difference it makes from there on down, and 1 where no label answers it.
 */
export type RankFacts = Float64Array;

export function rankFacts(finds: readonly Suggestion[], labels: readonly LabelledRect[]): RankFacts {
  const unnamed = () => '';
  const unseen = labels.flatMap((label) => unseenLabel(label, finds, unnamed));
  const open = new Set(openSuggestions(finds, labels, 0));
  const facts = finds.flatMap((find) => {
    const [difference] = differenceOf(find, finds, labels, unnamed);
    return [find.score, difference?.weight ?? 0, open.has(find) ? 1 : 0];
  });
  return Float64Array.of(weightOf(unseen), ...facts);
}

/** The value of `uncertaintyOf`. */
export function uncertaintyAt(facts: RankFacts, score: number): number {
  const doubts: number[] = [];
  for (let at = 1; at < facts.length; at += 3)
    if (facts[at + 2] === 1) doubts.push(doubtOf(facts[at] ?? 0, score));
  doubts.sort((a, b) => b - a);
  return doubts.slice(0, SPEAKERS).reduce((sum, doubt) => sum + doubt, 0) / SPEAKERS;
}

/** The value of `disagreementOf`. */
export function disagreementAt(facts: RankFacts, score: number): number {
  let sum = 0;
  for (let at = 1; at < facts.length; at += 3) if ((facts[at] ?? 0) >= score) sum += facts[at + 1] ?? 0;
  return sum + (facts[0] ?? 0);
}

type Kind = 'clash' | 'missing' | 'loose' | 'unseen';

interface Difference {
  readonly kind: Kind;
  readonly weight: number;
  readonly what: string;
}

/**
 * How far the labels of an image are from what the model finds at `score`: the sum over missing labels and class
 * clashes (the find's score), loose boxes (its score times the part not shared) and labels it does not see.
 */
export function disagreementOf(
  finds: readonly Suggestion[],
  labels: readonly LabelledRect[],
  score: number,
  nameOf: (classId: number) => string,
): Rank {
  const differences = [
    ...finds
      .filter((find) => find.score >= score)
      .flatMap((find) => differenceOf(find, finds, labels, nameOf)),
    ...labels.flatMap((label) => unseenLabel(label, finds, nameOf)),
  ];
  return { value: weightOf(differences), reason: inWords(differences) };
}

function differenceOf(
  find: Suggestion,
  finds: readonly Suggestion[],
  labels: readonly LabelledRect[],
  nameOf: (classId: number) => string,
): Difference[] {
  // a find in an ignored region is excused
  if (
    openSuggestions(
      [find],
      labels.filter(({ ignore }) => ignore),
      0,
    ).length === 0
  )
    return [];
  const near = labels.filter((label) => !label.ignore && iou(label, find) >= MEETS);
  const own = Math.max(0, ...near.filter(({ classId }) => classId === find.classId).map((l) => iou(l, find)));
  const name = nameOf(find.classId);
  if (own >= SNUG) return [];
  if (own > 0) return [{ kind: 'loose', weight: find.score * (1 - own), what: name }];
  const [other] = near.sort((a, b) => iou(b, find) - iou(a, find));
  if (other && iou(other, find) >= SAME_OBJECT) {
    if (finds.some((rival) => isBetterAnswer(rival, find, other))) return [];
    return [{ kind: 'clash', weight: find.score, what: `${nameOf(other.classId)} or ${name}` }];
  }
  return [{ kind: 'missing', weight: find.score, what: name }];
}

/** A second class for an object that the model surely takes for what its label says is no clash. */
function isBetterAnswer(rival: Suggestion, find: Suggestion, label: LabelledRect): boolean {
  return rival.classId === label.classId && rival.score >= find.score && iou(rival, label) >= SAME_OBJECT;
}

function unseenLabel(
  label: LabelledRect,
  finds: readonly Suggestion[],
  nameOf: (classId: number) => string,
): Difference[] {
  if (label.ignore || finds.some((find) => iou(find, label) >= MEETS)) return [];
  return [{ kind: 'unseen', weight: UNSEEN_LABEL, what: nameOf(label.classId) }];
}

const words: Readonly<Record<Kind, readonly [string, string]>> = {
  missing: ['missing label', 'missing labels'],
  clash: ['class clash', 'class clashes'],
  loose: ['loose box', 'loose boxes'],
  unseen: ['label not found', 'labels not found'],
};

/** `2 missing labels (RBC), 1 loose box (WBC)`, the weightiest kind first. */
function inWords(differences: readonly Difference[]): string {
  const kinds = (Object.keys(words) as Kind[])
    .map((kind) => differences.filter((one) => one.kind === kind))
    .filter((group) => group.length > 0)
    .sort((a, b) => weightOf(b) - weightOf(a));
  return kinds.map((group) => describe(group)).join(', ');
}

function describe(group: readonly Difference[]): string {
  const [one, many] = words[group[0]?.kind ?? 'missing'];
  const what = [...new Set(group.map((difference) => difference.what))];
  return `${group.length} ${group.length === 1 ? one : many} (${what.join(', ')})`;
}

function weightOf(group: readonly Difference[]): number {
  return group.reduce((sum, { weight }) => sum + weight, 0);
}
