/** How far two detectors' findings on the same images are apart, and whether that is little enough. */
import type { Detections } from '../engine/detect-batch.ts';

/** Largest differences between findings that are each other's counterpart, and those that have none. */
export interface Agreement {
  readonly images: number;
  /** Found by the first on all images. */
  readonly detections: number;
  /** Pixels of the network's input. */
  readonly boxDifference: number;
  readonly scoreDifference: number;
  /** Found by one alone. */
  readonly unmatched: number;
}

export interface Tolerance {
  readonly boxDifference: number;
  readonly scoreDifference: number;
  /** Part of the detections: an overlap at NMS's threshold may fall either way. */
  readonly unmatched: number;
  /** Of AP, 0 to 1. */
  readonly AP: number;
}

/** Rounding alone moves scores by 1e-5 or so; weights of half precision by a hundredth, of eight bits by a tenth. */
export const tolerances = {
  float32: { boxDifference: 0.1, scoreDifference: 0.001, unmatched: 0.01, AP: 0.001 },
  float16: { boxDifference: 2, scoreDifference: 0.03, unmatched: 0.1, AP: 0.01 },
  uint8: { boxDifference: 24, scoreDifference: 0.4, unmatched: 0.4, AP: 0.03 },
} as const satisfies Readonly<Record<string, Tolerance>>;

/**
 * Counterparts are at most so far apart. Where NMS at its threshold keeps another of two boxes, these two are not: each is
 * without a counterpart.
 */
interface Reach {
  readonly pixels: number;
  readonly score: number;
}

const usualReach: Reach = { pixels: 2, score: 0.05 };
const wideReach: Reach = { pixels: 8, score: 1 };
/** Margins above are those of eight bits. */
const wideMargin = 0.1;

export interface Limits {
  /** The recipe's; what scores less is at a threshold, and may be missing in one. */
  readonly scoreThresh: number;
  readonly maxPerImage: number;
  /** Scores this far apart are equal. */
  readonly margin: number;
}

/** Compares what was found on the same images. */
export function agreementOf(
  first: readonly Detections[],
  second: readonly Detections[],
  limits: Limits,
): Agreement {
  let [boxDifference, scoreDifference, unmatched, detections] = [0, 0, 0, 0];
  first.forEach((one, image) => {
    const other = second[image] ?? none;
    const pairs = pairsOf(one, other, limits.margin > wideMargin ? wideReach : usualReach);
    const least = leastCertain(one, other, limits) + limits.margin;
    detections += one.scores.length;
    for (const { box, score } of pairs.matched) {
      boxDifference = Math.max(boxDifference, box);
      scoreDifference = Math.max(scoreDifference, score);
    }
    unmatched += pairs.alone.filter((score) => score > least).length;
  });
  return { images: first.length, detections, boxDifference, scoreDifference, unmatched };
}

/** What is too far apart, in words; none where all is well. */
export function excesses(
  agreement: Agreement,
  difference: { readonly AP: number },
  tolerance: Tolerance,
): string[] {
  const { boxDifference, scoreDifference, unmatched, detections } = agreement;
  const found: [is: boolean, text: string][] = [
    [boxDifference > tolerance.boxDifference, `a box is ${boxDifference.toFixed(2)} pixels off`],
    [scoreDifference > tolerance.scoreDifference, `a score is ${scoreDifference.toFixed(4)} off`],
    [
      unmatched > Math.max(1, detections * tolerance.unmatched),
      `${unmatched} of ${detections} detections have no counterpart`,
    ],
    [Math.abs(difference.AP) > tolerance.AP, `AP differs by ${(100 * difference.AP).toFixed(2)} points`],
  ];
  return found.filter(([is]) => is).map(([, text]) => text);
}

/** On an image that has as many detections as it may have, those of the last places may differ too. */
function leastCertain(one: Detections, other: Detections, { scoreThresh, maxPerImage }: Limits): number {
  const lasts = [one, other].map(({ scores }) => scores[maxPerImage - 1] ?? 0);
  return Math.max(scoreThresh, ...lasts);
}

const none: Detections = {
  boxes: new Float32Array(0),
  scores: new Float32Array(0),
  labels: new Int32Array(0),
};

/** Each detection with its counterpart; scores of those left alone. */
function pairsOf(first: Detections, second: Detections, reach: Reach) {
  const free = new Set(second.scores.keys());
  const matched: { readonly box: number; readonly score: number }[] = [];
  const alone: number[] = [];
  first.scores.forEach((score, i) => {
    const j = counterpart(first, i, second, free, reach);
    if (j === undefined) alone.push(score);
    else {
      free.delete(j);
      matched.push({ box: boxGap(first, i, second, j), score: Math.abs(score - (second.scores[j] ?? 0)) });
    }
  });
  return { matched, alone: [...alone, ...[...free].map((j) => second.scores[j] ?? 0)] };
}

/** The one of the same class that is nearest, in pixels and in hundredths of a score; boxes without area have one too. */
function counterpart(
  first: Detections,
  i: number,
  second: Detections,
  free: ReadonlySet<number>,
  reach: Reach,
): number | undefined {
  let best: number | undefined;
  let least = Infinity;
  for (const j of free) {
    if (first.labels[i] !== second.labels[j]) continue;
    const gap = boxGap(first, i, second, j);
    const scoreGap = Math.abs((first.scores[i] ?? 0) - (second.scores[j] ?? 0));
    const distance = gap + 100 * scoreGap;
    if (gap <= reach.pixels && scoreGap <= reach.score && distance < least) [best, least] = [j, distance];
  }
  return best;
}

function boxGap(first: Detections, i: number, second: Detections, j: number): number {
  const gaps = [0, 1, 2, 3].map((c) =>
    Math.abs((first.boxes[i * 4 + c] ?? 0) - (second.boxes[j * 4 + c] ?? 0)),
  );
  return Math.max(...gaps);
}
