// From matches to curves: recall and interpolated precision of every class, area range and threshold.
import { everyThreshold, type Matches } from './coco-match.ts';
import { areaRanges, iouThresholds, maxDetections, recallPoints } from './coco-rows.ts';

const areas = areaRanges.length;
const thresholds = iouThresholds.length;
const points = recallPoints.length;
/** numpy's spacing(1), which keeps the reference from dividing 0 by 0 */
const tiny = Number.EPSILON;

export interface Curves {
  /** [K, 4, 10, 101] per class, area range, threshold and recall point; -1 where nothing was asked for */
  readonly precision: Float64Array;
  /** [K, 4, 10, 101] the score at which each recall point is reached; 0 where it never is, -1 as above */
  readonly scores: Float64Array;
  /** [K, 4, 10, 3] the last one by `maxDetections`; -1 where nothing was asked for */
  readonly recall: Float64Array;
}

/** Curves over the best 100 detections of a class on an image; recall over the best 1 and 10 as well. */
export function accumulate(matches: Matches, scores: Float64Array): Curves {
  const series = matches.asked.length;
  const curves: Curves = {
    precision: new Float64Array(series * thresholds * points).fill(-1),
    scores: new Float64Array(series * thresholds * points).fill(-1),
    recall: new Float64Array(series * thresholds * maxDetections.length).fill(-1),
  };
  const largest = matches.asked.reduce((most, count) => Math.max(most, count), 0);
  const walk = new Walk(matches, scores, largest);
  for (let at = 0; at < series; at++) {
    const asked = matches.asked[at] as number;
    if (asked === 0) continue;
    walk.run(Math.floor(at / areas), at % areas, asked);
    walk.write(curves, at, asked);
  }
  return curves;
}

/** Detections of one class in one area range, from the best score down. */
class Walk {
  readonly #matches: Matches;
  readonly #scores: Float64Array;
  /** [10] */
  readonly #right = new Int32Array(thresholds);
  readonly #wrong = new Int32Array(thresholds);
  /** [10, 3] right ones within each limit of `maxDetections` */
  readonly #within = new Int32Array(thresholds * maxDetections.length);
  /** [10, asked] precision and score as each object is found: in between precision only falls */
  readonly #precision: Float64Array;
  readonly #foundAt: Float64Array;
  /** [101] how many objects must be found to reach each point of recall */
  readonly #needed = new Int32Array(points);
  #stride = 0;
  #bestScore = 0;

  constructor(matches: Matches, scores: Float64Array, mostAsked: number) {
    this.#matches = matches;
    this.#scores = scores;
    this.#precision = new Float64Array(thresholds * mostAsked);
    this.#foundAt = new Float64Array(thresholds * mostAsked);
  }

  run(classIndex: number, area: number, asked: number): void {
    const { byClassAndScore, classStarts, found, excused, place } = this.#matches;
    this.#reset(asked, byClassAndScore[classStarts[classIndex] as number]);
    const end = classStarts[classIndex + 1] as number;
    // false positives at every threshold
    let wrong = 0;
    for (let i = classStarts[classIndex] as number; i < end; i++) {
      const row = byClassAndScore[i] as number;
      const hit = found[row * areas + area] as number;
      const silent = excused[row * areas + area] as number;
      if (silent === everyThreshold || (place[row] as number) >= 100) continue;
      if (hit === 0 && silent === 0) wrong += 1;
      else this.#count(hit, silent, wrong, row);
    }
  }

  #reset(asked: number, best: number | undefined): void {
    this.#stride = asked;
    this.#right.fill(0);
    this.#wrong.fill(0);
    this.#within.fill(0);
    this.#bestScore = best === undefined ? 0 : (this.#scores[best] as number);
  }

  #count(hit: number, silent: number, wrongEverywhere: number, row: number): void {
    for (let t = 0; t < thresholds; t++) {
      if ((silent >> t) & 1) continue;
      const wrong = (this.#wrong[t] as number) + wrongEverywhere;
      if ((hit >> t) & 1) this.#countRight(t, wrong, row);
      else this.#wrong[t] = (this.#wrong[t] as number) + 1;
    }
  }

  #countRight(t: number, wrong: number, row: number): void {
    const before = this.#right[t] as number;
    const at = t * this.#stride + before;
    this.#right[t] = before + 1;
    this.#precision[at] = (before + 1) / (wrong + before + 1 + tiny);
    this.#foundAt[at] = this.#scores[row] as number;
    const place = this.#matches.place[row] as number;
    for (let m = 0; m < maxDetections.length; m++) {
      const slot = t * maxDetections.length + m;
      if (place < (maxDetections[m] as number)) this.#within[slot] = (this.#within[slot] as number) + 1;
    }
  }

  /** Writes the series `at` = class x 4 + area range. */
  write(curves: Curves, at: number, asked: number): void {
    this.#countNeeded(asked);
    const within = this.#within;
    for (let i = 0; i < within.length; i++) {
      curves.recall[at * within.length + i] = (within[i] as number) / asked;
    }
    for (let t = 0; t < thresholds; t++) this.#writePoints(curves, (at * thresholds + t) * points, t);
  }

  #countNeeded(asked: number): void {
    let count = 1;
    for (let p = 0; p < points; p++) {
      while (count / asked < (recallPoints[p] as number)) count += 1;
      this.#needed[p] = count;
    }
  }

  #writePoints(curves: Curves, at: number, t: number): void {
    const base = t * this.#stride - 1;
    const right = this.#right[t] as number;
    let envelope = 0;
    let done = right + 1;
    for (let p = points - 1; p >= 0; p--) {
      const needed = this.#needed[p] as number;
      for (; done > needed; done--) envelope = Math.max(envelope, this.#precision[base + done - 1] as number);
      const reached = needed <= right;
      curves.precision[at + p] = reached ? envelope : 0;
      curves.scores[at + p] = reached ? (this.#foundAt[base + needed] as number) : 0;
    }
    // recall 0 is reached before anything is found
    curves.scores[at] = this.#bestScore;
  }
}
