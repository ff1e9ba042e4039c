// Which (anchor, class) pairs of a level go on to NMS: the two rules the references disagree on.

export interface Pairs {
  /** anchor index inside the level, class and class score of each pair */
  readonly anchors: Int32Array;
  readonly labels: Int32Array;
  readonly scores: Float32Array;
}

/** Picks pairs of a level's class logits [N, K] with a score above `scoreThresh`. */
export type PairRule = (
  clsLogits: Float32Array,
  numClasses: number,
  scoreThresh: number,
  nmsPre: number,
) => Pairs;

/** Official rule: the `nmsPre` anchors with the best class score, then all their classes above the threshold. */
export const topAnchors: PairRule = (clsLogits, numClasses, scoreThresh, nmsPre) => {
  const best = new Float32Array(clsLogits.length / numClasses);
  const likely: number[] = [];
  for (let a = 0; a < best.length; a++) {
    let logit = -Infinity;
    for (let o = a * numClasses; o < (a + 1) * numClasses; o++)
      logit = Math.max(logit, clsLogits[o] as number);
    best[a] = sigmoid(logit);
    if ((best[a] as number) > scoreThresh) likely.push(a);
  }
  const chosen = topBy(likely, best, nmsPre).sort((a, b) => a - b);
  const pairs = chosen.flatMap((a) => classesAbove(clsLogits, a * numClasses, numClasses, scoreThresh));
  return toPairs(pairs, clsLogits, numClasses);
};

/** mmdet 3's rule: the `nmsPre` best pairs above the threshold, best first. */
export const topPairs: PairRule = (clsLogits, numClasses, scoreThresh, nmsPre) => {
  const pairs = classesAbove(clsLogits, 0, clsLogits.length, scoreThresh);
  const scores = new Float32Array(clsLogits.length);
  for (const o of pairs) scores[o] = sigmoid(clsLogits[o] as number);
  return toPairs(topBy(pairs, scores, nmsPre, true), clsLogits, numClasses);
};

/** Logistic function, rounded as float32. */
export function sigmoid(logit: number): number {
  return Math.fround(1 / (1 + Math.exp(-logit)));
}

/** Offsets in [from, from + count) whose score is above the threshold. */
function classesAbove(clsLogits: Float32Array, from: number, count: number, scoreThresh: number): number[] {
  const least = logitBelow(scoreThresh);
  const offsets: number[] = [];
  for (let o = from; o < from + count; o++) {
    const logit = clsLogits[o] as number;
    if (logit > least && sigmoid(logit) > scoreThresh) offsets.push(o);
  }
  return offsets;
}

/** A logit a little under that of a score, to skip most exponentials. */
function logitBelow(score: number): number {
  return score > 0 ? Math.log(score / (1 - score)) - 1e-3 : -Infinity;
}

/** The `count` indices with the largest value, equal values by lowest index; all as they are where there are fewer. */
function topBy(indices: number[], values: Float32Array, count: number, alwaysSort = false): number[] {
  if (indices.length <= count && !alwaysSort) return indices;
  const order = (a: number, b: number) => (values[b] as number) - (values[a] as number) || a - b;
  return indices.sort(order).slice(0, count);
}

function toPairs(offsets: number[], clsLogits: Float32Array, numClasses: number): Pairs {
  return {
    anchors: Int32Array.from(offsets, (o) => Math.floor(o / numClasses)),
    labels: Int32Array.from(offsets, (o) => o % numClasses),
    scores: Float32Array.from(offsets, (o) => sigmoid(clsLogits[o] as number)),
  };
}
