// WIDER FACE's protocol: AP over 1000 score thresholds for subsets of the faces. After the benchmark's evaluation tool.
import { areaUnderEnvelope } from './envelope.ts';
import { overlap } from './rows.ts';

export interface WiderImage {
  /** [G * 4] x, y, width, height */
  readonly gt: Float64Array;
  /** [P * 4] x, y, width, height */
  readonly pred: Float64Array;
  /** [P] */
  readonly scores: Float64Array;
  /** Per subset (easy, medium, hard): which faces, by place in `gt`, are to be found. The others are ignored. */
  readonly keep: Readonly<Record<string, readonly number[]>>;
}

export interface WiderResult {
  /** 0 to 1; -1 where the subset has no face. */
  readonly AP: number;
  readonly faces: number;
}

const thresholds = 1000;
const minOverlap = 0.5;
/** Boxes are closed ranges of pixels: every side is one longer than its end minus its start. */
const closed = 1;

/** AP of each subset named in `subsets`. Scores are stretched to 0 .. 1 over all images first. */
export function evaluateWider<Name extends string>(
  images: readonly WiderImage[],
  subsets: readonly Name[],
): Record<Name, WiderResult> {
  const stretch = stretchOf(images);
  const ranked = images.map((image) => rank(image, stretch));
  const results = subsets.map((name) => [name, evaluateSubset(ranked, name)]);
  return Object.fromEntries(results) as Record<Name, WiderResult>;
}

interface RankedImage {
  readonly image: WiderImage;
  /** [P] falling, 0 to 1 */
  readonly scores: Float64Array;
  /** [P] the face that each prediction overlaps most; -1 where that is not enough */
  readonly nearest: Int32Array;
}

function stretchOf(images: readonly WiderImage[]): (score: number) => number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { scores } of images) {
    for (const score of scores) [low, high] = [Math.min(low, score), Math.max(high, score)];
  }
  return high > low ? (score) => (score - low) / (high - low) : () => 1;
}

function rank(image: WiderImage, stretch: (score: number) => number): RankedImage {
  const { gt, pred, scores } = image;
  const order = Int32Array.from(scores, (_, at) => at);
  order.sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
  return {
    image,
    scores: Float64Array.from(order, (at) => stretch(scores[at] as number)),
    nearest: order.map((at) => nearestFace(pred, at, gt)),
  };
}

/** Faces outside the subset take part: a prediction belongs to the one it overlaps most, the first of equals. */
function nearestFace(pred: Float64Array, at: number, gt: Float64Array): number {
  let best = -1;
  let most = 0;
  for (let g = 0; g * 4 < gt.length; g++) {
    const iou = overlap(pred, at * 4, gt, g * 4, false, closed);
    if (iou > most) [best, most] = [g, iou];
  }
  return most >= minOverlap ? best : -1;
}

function evaluateSubset(ranked: readonly RankedImage[], subset: string): WiderResult {
  const proposals = new Float64Array(thresholds);
  const found = new Float64Array(thresholds);
  let faces = 0;
  for (const image of ranked) {
    const keep = new Set(image.image.keep[subset]);
    faces += keep.size;
    if (image.image.gt.length > 0) countImage(image, keep, proposals, found);
  }
  if (faces === 0) return { AP: -1, faces };
  const recall = found.map((count) => count / faces);
  const precision = found.map((count, t) => (count === 0 ? 0 : count / (proposals[t] as number)));
  return { AP: areaUnderEnvelope(recall, precision), faces };
}

/** Adds, at each threshold, the image's proposals (second hits among them) and the faces they find. */
function countImage(
  { scores, nearest }: RankedImage,
  keep: ReadonlySet<number>,
  proposals: Float64Array,
  found: Float64Array,
): void {
  const hit = new Set<number>();
  let proposed = 0;
  let next = 0;
  for (let t = 0; t < thresholds; t++) {
    const lowest = 1 - (t + 1) / thresholds;
    for (; next < scores.length && (scores[next] as number) >= lowest; next++) {
      const face = nearest[next] as number;
      if (face >= 0 && !keep.has(face)) continue;
      proposed += 1;
      if (face >= 0) hit.add(face);
    }
    proposals[t] = (proposals[t] as number) + proposed;
    found[t] = (found[t] as number) + hit.size;
  }
}
