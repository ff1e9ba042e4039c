// Which detection finds which object: COCO's greedy matching of one class on one image, for all thresholds and area
// ranges from one pass over the overlaps.
import {
  areaRanges,
  type DetectionRows,
  type EvaluationInput,
  type GroundTruthRows,
  iouThresholds,
  mostDetections,
} from './coco-rows.ts';
import { byFallingScore, denseRanks, identity, keyStarts, sortByKey } from './row-order.ts';

const areas = areaRanges.length;
const lowestThreshold = iouThresholds[0] as number;
/** One bit a threshold. */
export const everyThreshold = (1 << iouThresholds.length) - 1;

/** What matching says of every row; bit t of a mask speaks of threshold t. */
export interface Matches {
  /** [D, 4] per area range: found an object */
  readonly found: Uint16Array;
  /** [D, 4] per area range: neither right nor wrong */
  readonly excused: Uint16Array;
  /** [D] place among the detections of its class on its image, best first; those at `mostDetections` or beyond count nowhere */
  readonly place: Int32Array;
  /** [D] at IoU .5 over all areas: the row of the object found, -1 a false positive, -2 excused or beyond the limit */
  readonly matchedIdxs: Int32Array;
  /** [K, 4] objects asked for, per area range */
  readonly asked: Int32Array;
  /** [D] rows by class, in it by falling score, equal scores by image, then by place */
  readonly byClassAndScore: Uint32Array;
  /** [K + 1] where each class begins there */
  readonly classStarts: Uint32Array;
}

/** Objects and detections of one class on one image, and room to work in. */
class Group {
  readonly gt: GroundTruthRows;
  readonly dt: DetectionRows;
  /** [objects, 4] 1 where ignored in that area range */
  readonly #unasked: Uint8Array;
  /** overlaps that reach the lowest threshold: [n] object rows and IoUs, `#ends[d]` where those of detection d end */
  #objects = new Int32Array(256);
  #ious = new Float64Array(256);
  readonly #ends = new Int32Array(mostDetections + 1);
  /** [G] thresholds at which the object is taken, in the area range at work */
  readonly #taken: Uint16Array;

  constructor({ gt, dt }: EvaluationInput, unasked: Uint8Array) {
    this.gt = gt;
    this.dt = dt;
    this.#unasked = unasked;
    this.#taken = new Uint16Array(gt.imageIndex.length);
  }

  /** Writes the masks of `dtRows` (best first, `mostDetections` at most) against the objects `gtRows`. */
  match(dtRows: Uint32Array, gtRows: Uint32Array, out: Matches): void {
    if (gtRows.length === 0 || !this.#findOverlaps(dtRows, gtRows)) return;
    for (let area = 0; area < areas; area++) {
      for (let g = 0; g < gtRows.length; g++) this.#taken[gtRows[g] as number] = 0;
      for (let d = 0; d < dtRows.length; d++) {
        if (this.#ends[d] !== this.#ends[d + 1]) this.#matchOne(dtRows[d] as number, d, area, out);
      }
    }
  }

  /** False where no pair overlaps enough for any threshold. */
  #findOverlaps(dtRows: Uint32Array, gtRows: Uint32Array): boolean {
    let found = 0;
    for (let d = 0; d < dtRows.length; d++) {
      const row = dtRows[d] as number;
      for (let g = 0; g < gtRows.length; g++) {
        const object = gtRows[g] as number;
        const iou = overlap(this.dt.boxes, row, this.gt.boxes, object, this.gt.iscrowd[object] === 1);
        if (!(iou >= lowestThreshold)) continue;
        if (found === this.#ious.length) this.#grow();
        this.#objects[found] = object;
        this.#ious[found] = iou;
        found += 1;
      }
      this.#ends[d + 1] = found;
    }
    return found > 0;
  }

  #grow(): void {
    const [objects, ious] = [this.#objects, this.#ious];
    this.#objects = new Int32Array(objects.length * 2);
    this.#ious = new Float64Array(ious.length * 2);
    this.#objects.set(objects);
    this.#ious.set(ious);
  }

  #matchOne(row: number, d: number, area: number, out: Matches): void {
    const slot = row * areas + area;
    let found = 0;
    let excused = 0;
    for (let t = 0; t < iouThresholds.length; t++) {
      const object = this.#bestObject(d, area, t);
      if (object < 0) continue;
      const bit = 1 << t;
      this.#taken[object] = (this.#taken[object] as number) | bit;
      const unasked = this.#unasked[object * areas + area] === 1;
      if (unasked) excused |= bit;
      if (this.gt.unmatchable?.[object] !== 1) found |= bit;
      if (slot % areas === 0 && t === 0) out.matchedIdxs[row] = unasked ? -2 : object;
    }
    out.found[slot] = found;
    // an unmatched detection outside the area range is excused already
    out.excused[slot] = excused | ((out.excused[slot] as number) & ~found);
  }

  /** The free object of highest IoU (the later one of equals), ignored ones only where no other will do; or -1. */
  #bestObject(d: number, area: number, t: number): number {
    const asked = this.#bestOf(d, area, t, 0);
    return asked >= 0 ? asked : this.#bestOf(d, area, t, 1);
  }

  #bestOf(d: number, area: number, t: number, unasked: 0 | 1): number {
    let best = iouThresholds[t] as number;
    let match = -1;
    const end = this.#ends[d + 1] as number;
    for (let i = this.#ends[d] as number; i < end; i++) {
      const iou = this.#ious[i] as number;
      if (iou < best) continue;
      const object = this.#objects[i] as number;
      if (this.#unasked[object * areas + area] !== unasked) continue;
      const taken = ((this.#taken[object] as number) >> t) & 1;
      if (taken === 1 && this.gt.iscrowd[object] !== 1) continue;
      best = iou;
      match = object;
    }
    return match;
  }
}

/** Matches every detection at every threshold and area range. */
export function matchAll(input: EvaluationInput): Matches {
  const { gt, dt, numClasses, numImages } = input;
  const byScore = byFallingScore(dt.scores);
  const { ranks, count } = denseRanks(dt.scores, byScore);
  const dtOrder = sortByKey(sortByKey(byScore, dt.imageIndex, numImages), dt.classIndex, numClasses);
  const gtOrder = sortByKey(
    sortByKey(identity(gt.imageIndex.length), gt.imageIndex, numImages),
    gt.classIndex,
    numClasses,
  );
  const unasked = unaskedOf(gt);
  const out: Matches = {
    found: new Uint16Array(dtOrder.length * areas),
    excused: excusedByArea(dt),
    place: new Int32Array(dtOrder.length),
    matchedIdxs: new Int32Array(dtOrder.length).fill(-1),
    asked: countAsked(gt, unasked, numClasses),
    byClassAndScore: sortByKey(sortByKey(dtOrder, ranks, count), dt.classIndex, numClasses),
    classStarts: keyStarts(dtOrder, dt.classIndex, numClasses),
  };
  matchGroups(input, unasked, { dtOrder, gtOrder }, out);
  return out;
}

/** Walks both orders, which are by class and then by image, side by side. */
function matchGroups(
  input: EvaluationInput,
  unasked: Uint8Array,
  { dtOrder, gtOrder }: { dtOrder: Uint32Array; gtOrder: Uint32Array },
  out: Matches,
): void {
  const { gt, dt, numImages } = input;
  const group = new Group(input, unasked);
  const dtGroup = (i: number) => groupOf(dt, dtOrder, i, numImages);
  const gtGroup = (i: number) => groupOf(gt, gtOrder, i, numImages);
  let g = 0;
  for (let d = 0; d < dtOrder.length; ) {
    const key = dtGroup(d);
    const begin = d;
    while (d < dtOrder.length && dtGroup(d) === key) d += 1;
    while (g < gtOrder.length && gtGroup(g) < key) g += 1;
    const gtBegin = g;
    while (g < gtOrder.length && gtGroup(g) === key) g += 1;
    const counted = Math.min(d, begin + mostDetections);
    numberPlaces(dtOrder, begin, d, out);
    if (g > gtBegin) group.match(dtOrder.subarray(begin, counted), gtOrder.subarray(gtBegin, g), out);
  }
}

function groupOf(
  { classIndex, imageIndex }: GroundTruthRows | DetectionRows,
  order: Uint32Array,
  at: number,
  numImages: number,
): number {
  const row = order[at] as number;
  return (classIndex[row] as number) * numImages + (imageIndex[row] as number);
}

function numberPlaces(order: Uint32Array, begin: number, end: number, out: Matches): void {
  for (let i = begin; i < end; i++) {
    const row = order[i] as number;
    out.place[row] = i - begin;
    if (i - begin >= mostDetections) out.matchedIdxs[row] = -2;
  }
}

/** [G, 4] 1 where a row is ignored in an area range. */
function unaskedOf({ area, iscrowd, ignore }: GroundTruthRows): Uint8Array {
  const unasked = new Uint8Array(area.length * areas);
  for (let row = 0; row < area.length; row++) {
    const size = area[row] as number;
    const always = iscrowd[row] === 1 || ignore[row] === 1;
    for (let a = 0; a < areas; a++) unasked[row * areas + a] = always || outside(size, a) ? 1 : 0;
  }
  return unasked;
}

/** [K, 4] */
function countAsked({ classIndex }: GroundTruthRows, unasked: Uint8Array, numClasses: number): Int32Array {
  const asked = new Int32Array(numClasses * areas);
  for (let slot = 0; slot < unasked.length; slot++) {
    if (unasked[slot] === 1) continue;
    const at = (classIndex[Math.floor(slot / areas)] as number) * areas + (slot % areas);
    asked[at] = (asked[at] as number) + 1;
  }
  return asked;
}

/** [D, 4] masks of detections that, unmatched, are excused because their own area is outside the range. */
function excusedByArea({ boxes, scores }: DetectionRows): Uint16Array {
  const excused = new Uint16Array(scores.length * areas);
  for (let row = 0; row < scores.length; row++) {
    const size = (boxes[row * 4 + 2] as number) * (boxes[row * 4 + 3] as number);
    for (let a = 0; a < areas; a++) if (outside(size, a)) excused[row * areas + a] = everyThreshold;
  }
  return excused;
}

const lows = Float64Array.from(areaRanges, ({ low }) => low);
const highs = Float64Array.from(areaRanges, ({ high }) => high);

function outside(size: number, area: number): boolean {
  return size < (lows[area] as number) || size > (highs[area] as number);
}

/** Intersection over union; over the detection's own area where the object is a crowd. */
function overlap(dt: Float64Array, d: number, gt: Float64Array, g: number, crowd: boolean): number {
  const [i, j] = [d * 4, g * 4];
  const dx = dt[i] as number;
  const gx = gt[j] as number;
  const dw = dt[i + 2] as number;
  const gw = gt[j + 2] as number;
  const width = Math.min(dw + dx, gw + gx) - Math.max(dx, gx);
  if (width <= 0) return 0;
  const dy = dt[i + 1] as number;
  const gy = gt[j + 1] as number;
  const dh = dt[i + 3] as number;
  const gh = gt[j + 3] as number;
  const height = Math.min(dh + dy, gh + gy) - Math.max(dy, gy);
  if (height <= 0) return 0;
  const shared = width * height;
  return shared / (crowd ? dw * dh : dw * dh + gw * gh - shared);
}
