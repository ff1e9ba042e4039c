import { describe, expect, it } from 'vitest';
import { anchorGenerator } from '../../../../src/main/detector/anchors/anchor-grid.ts';
import { deltaXywh } from '../../../../src/main/detector/coders/delta-xywh.ts';
import { detect, type LevelPredictions } from '../../../../src/main/detector/postprocess/detections.ts';
import { topAnchors, topPairs } from '../../../../src/main/detector/postprocess/select.ts';

const grid = anchorGenerator({ strides: [8], ratios: [1], octaveBaseScale: 8, scalesPerOctave: 1 })([
  { height: 2, width: 16 },
]);
const imgShape = { height: 64, width: 128 };
const options = { numClasses: 2, coder: deltaXywh };
const logit = (score: number) => Math.log(score / (1 - score));

/** Anchors at their own place, all unlikely but those of `scores` by [anchor, class]. */
function level(scores: Record<string, number>, iou?: number): LevelPredictions {
  const clsLogits = new Float32Array(grid.numAnchors * 2).fill(-9);
  for (const [key, score] of Object.entries(scores)) {
    const [anchor = 0, label = 0] = key.split(',').map(Number);
    clsLogits[anchor * 2 + label] = logit(score);
  }
  const bboxPreds = new Float32Array(grid.numAnchors * 4);
  return iou === undefined
    ? { clsLogits, bboxPreds }
    : { clsLogits, bboxPreds, iouLogits: new Float32Array(grid.numAnchors).fill(logit(iou)) };
}

describe('detect', () => {
  it('judges the threshold before the box quality is multiplied in', () => {
    const found = detect(grid, [level({ '4,0': 0.06, '12,1': 0.04 }, 0.1)], { imgShape }, options);
    expect(found.labels).toEqual(Int32Array.of(0));
    expect(found.scores[0]).toBeCloseTo(0.006, 6);
  });

  it('clips to the image and divides by the scale', () => {
    const scaleFactor = [2, 4] as const;
    const found = detect(grid, [level({ '0,1': 0.9 })], { imgShape, scaleFactor }, options);
    expect(Array.from(found.boxes)).toEqual([0, 0, 16, 8]);
  });

  it('keeps boxes of two classes on one place, not two boxes of one class', () => {
    const found = detect(grid, [level({ '4,0': 0.9, '4,1': 0.8, '5,0': 0.7 })], { imgShape }, options);
    expect(Array.from(found.labels)).toEqual([0, 1]);
  });

  it('drops boxes clipped to nothing by the mmdet 3 rule alone', () => {
    const shape = { imgShape: { height: 64, width: 8 } };
    const count = (rule: 'official' | 'mmdet3') =>
      detect(grid, [level({ '15,0': 0.9 })], shape, { ...options, rule }).scores.length;
    expect([count('official'), count('mmdet3')]).toEqual([1, 0]);
  });

  it('finds nothing on an empty image', () => {
    const found = detect(grid, [level({})], { imgShape }, options);
    expect([found.boxes.length, found.scores.length, found.labels.length]).toEqual([0, 0, 0]);
  });
});

describe('pre-selection', () => {
  const logits = Float32Array.from([0.9, 0.8, 0.85, 0.01, 0.2, 0.1], logit);

  it('official: the best anchors with all their classes', () => {
    const { anchors, labels } = topAnchors(logits, 2, 0.05, 2);
    expect([Array.from(anchors), Array.from(labels)]).toEqual([
      [0, 0, 1],
      [0, 1, 0],
    ]);
  });

  it('mmdet 3: the best pairs', () => {
    const { anchors, labels } = topPairs(logits, 2, 0.05, 2);
    expect([Array.from(anchors), Array.from(labels)]).toEqual([
      [0, 1],
      [0, 0],
    ]);
  });
});
