/** From the head's maps of one image to its detections, as part of a graph: what `postprocess/detections.ts` does. */
import { squareAnchors } from '../anchors/base-anchors.ts';
import { MAX_LOG_RATIO, STD_WH, STD_XY } from '../coders/delta-xywh.ts';
import type { DetectOptions } from '../engine/detect-batch.ts';
import type { GraphOps } from './graph-ops.ts';

/** The numbers of a recipe's `test`, with its `rule`. */
export type TestSettings = Required<DetectOptions>;

/** Maps of one level, batch 1. */
export interface LevelMaps {
  readonly clsLogits: string;
  readonly bboxPreds: string;
  readonly iouLogits: string;
}

interface DetectionOutputs {
  readonly boxes: string;
  readonly scores: string;
  readonly labels: string;
}

/** (Anchor, class) pairs that go on to NMS, M of them. */
interface Candidates {
  readonly boxes: string; // [M, 4]
  readonly scores: string; // [M]
  readonly labels: string; // [M] int32
}

/** Detections by falling score: `boxes` [D, 4] xyxy in the image's pixels, `scores` [D], `labels` [D] int32. */
export function addDetections(
  ops: GraphOps,
  image: string,
  levels: readonly LevelMaps[],
  settings: TestSettings,
): DetectionOutputs {
  const limits = addLimits(ops, image);
  const candidates =
    settings.rule === 'mmdet3'
      ? bestPairs(ops, levels, limits, settings)
      : bestAnchors(ops, levels, limits, settings);
  return suppress(ops, candidates, limits, settings);
}

/** Right, lower, right and lower limit of boxes: float32 [4]. */
function addLimits(ops: GraphOps, image: string): string {
  const shape = ops.shape(image);
  const [height, width] = [1, 2].map((axis) => ops.slice(shape, [axis], [1])) as [string, string];
  return ops.cast(ops.concat([width, height, width, height], 0), 'float32');
}

/** The official rule: the best anchors of each level, then all their classes above the threshold. */
function bestAnchors(
  ops: GraphOps,
  levels: readonly LevelMaps[],
  limits: string,
  { nmsPre, scoreThresh }: TestSettings,
): Candidates {
  const found = levels.map((level, l) => {
    const chances = ops.unary('Sigmoid', ops.reshape(level.clsLogits, [-1, classesOf(ops, level)]));
    const best = ops.max(chances, 1);
    const [, anchors] = ops.topK(best, ops.binary('Minimum', ops.shape(best), nmsPre));
    return { ...boxesAt(ops, level, l, anchors), chances: ops.gather(chances, anchors) };
  });
  const joined = (part: 'boxes' | 'quality' | 'chances') =>
    ops.concat(
      found.map((level) => level[part]),
      0,
    );
  const chances = joined('chances');
  const pairs = ops.where(ops.binary('Greater', chances, scoreThresh)); // [M, 2]
  const anchors = ops.column(pairs, 0);
  const chance = ops.builder.add('GatherNd', [chances, pairs], { shape: ['?'], dtype: 'float32' });
  return {
    boxes: ops.gather(clip(ops, joined('boxes'), limits), anchors),
    scores: ops.binary('Mul', chance, ops.gather(joined('quality'), anchors)),
    labels: ops.column(pairs, 1),
  };
}

/** mmdet 3's rule: the best pairs of each level above the threshold; boxes without area are dropped. */
function bestPairs(
  ops: GraphOps,
  levels: readonly LevelMaps[],
  limits: string,
  { nmsPre, scoreThresh }: TestSettings,
): Candidates {
  const found = levels.map((level, l) => {
    const classes = classesOf(ops, level);
    const flat = ops.unary('Sigmoid', ops.reshape(level.clsLogits, [-1]));
    const [chances, pairs] = ops.topK(flat, ops.binary('Minimum', ops.shape(flat), nmsPre));
    const at = boxesAt(ops, level, l, ops.binary('FloorDiv', pairs, classes));
    return { ...at, chances, labels: ops.binary('FloorMod', pairs, classes) };
  });
  const joined = (part: 'boxes' | 'quality' | 'chances' | 'labels') =>
    ops.concat(
      found.map((level) => level[part]),
      0,
    );
  const boxes = clip(ops, joined('boxes'), limits);
  const sides = ops.binary('Sub', ops.slice(boxes, [0, 2], [-1, 2]), ops.slice(boxes, [0, 0], [-1, 2]));
  const hasArea = ['width', 'height'].map((_, axis) => ops.binary('Greater', ops.column(sides, axis), 0));
  const likely = ops.binary('Greater', joined('chances'), scoreThresh);
  const wanted = hasArea.reduce((both, one) => ops.binary('LogicalAnd', both, one), likely);
  const kept = ops.column(ops.where(wanted), 0);
  const scores = ops.binary('Mul', joined('chances'), joined('quality'));
  return {
    boxes: ops.gather(boxes, kept),
    scores: ops.gather(scores, kept),
    labels: ops.gather(joined('labels'), kept),
  };
}

/** Decoded boxes [k, 4], not clipped, and their quality [k], of the anchors `anchors` [k] of level `l`. */
function boxesAt(ops: GraphOps, { clsLogits, bboxPreds, iouLogits }: LevelMaps, l: number, anchors: string) {
  const stride = squareAnchors.strides[l] ?? 0;
  const side = stride * squareAnchors.octaveBaseScale;
  const cells = ops.slice(ops.shape(clsLogits), [2], [1]);
  const [x, y] = [ops.binary('FloorMod', anchors, cells), ops.binary('FloorDiv', anchors, cells)];
  const corner = ops.concat([ops.reshape(x, [-1, 1]), ops.reshape(y, [-1, 1])], 1);
  const deltas = ops.gather(ops.reshape(bboxPreds, [-1, 4]), anchors);
  const shift = ops.binary('Mul', ops.slice(deltas, [0, 0], [-1, 2]), side * STD_XY);
  const centre = ops.binary('AddV2', ops.binary('Mul', ops.cast(corner, 'float32'), stride), shift);
  const ratio = ops.binary('Mul', ops.slice(deltas, [0, 2], [-1, 2]), STD_WH);
  const capped = ops.binary('Minimum', ops.binary('Maximum', ratio, -MAX_LOG_RATIO), MAX_LOG_RATIO);
  const half = ops.binary('Mul', ops.unary('Exp', capped), side / 2);
  return {
    boxes: ops.concat([ops.binary('Sub', centre, half), ops.binary('AddV2', centre, half)], 1),
    quality: ops.unary('Sigmoid', ops.gather(ops.reshape(iouLogits, [-1]), anchors)),
  };
}

function clip(ops: GraphOps, boxes: string, limits: string): string {
  return ops.binary('Minimum', ops.binary('Maximum', boxes, 0), limits);
}

/** Boxes are moved apart by class, further than any box reaches: classes do not suppress each other. */
function suppress(
  ops: GraphOps,
  { boxes, scores, labels }: Candidates,
  limits: string,
  { nmsThresh, maxPerImage }: TestSettings,
): DetectionOutputs {
  const step = ops.binary('AddV2', ops.max(limits, 0), 1);
  const shifts = ops.reshape(ops.binary('Mul', ops.cast(labels, 'float32'), step), [-1, 1]);
  const apart = ops.binary('AddV2', boxes, shifts);
  const numbers = [ops.ints([maxPerImage], []), ops.floats([nmsThresh], []), ops.floats([0], [])];
  const kept = ops.builder.add('NonMaxSuppressionV3', [apart, scores, ...numbers], {
    shape: ['?'],
    dtype: 'int32',
  });
  const take = (name: string, from: string) => ops.builder.output(name, ops.gather(from, kept));
  return { boxes: take('boxes', boxes), scores: take('scores', scores), labels: take('labels', labels) };
}

function classesOf(ops: GraphOps, { clsLogits }: LevelMaps): number {
  return Number(ops.builder.tensor(clsLogits).shape[3]);
}
