import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anchorGenerator,
  featureSizes,
  pointGenerator,
} from '../../../../src/main/detector/anchors/anchor-grid.ts';
import { squareAnchors } from '../../../../src/main/detector/anchors/base-anchors.ts';
import { assignImage, type ImageTruth } from '../../../../src/main/detector/assigners/assign-image.ts';
import { BACKGROUND, IGNORED } from '../../../../src/main/detector/assigners/assignment.ts';
import { assignAtss, DEFAULT_TOPK } from '../../../../src/main/detector/assigners/atss.ts';
import { iouCost } from '../../../../src/main/detector/assigners/cost.ts';
import { assignFcos } from '../../../../src/main/detector/assigners/fcos.ts';
import { DEFAULT_IGNORE_IOF_THRESH } from '../../../../src/main/detector/assigners/ignored.ts';
import { assignMaxIou } from '../../../../src/main/detector/assigners/max-iou.ts';
import { avgFactorOf, positivesPerLevel } from '../../../../src/main/detector/assigners/targets.ts';
import { deltaXywh } from '../../../../src/main/detector/coders/delta-xywh.ts';

const input = { height: 128, width: 160 };
const numClasses = 3;
const sizes = featureSizes(input, squareAnchors.strides);
const grid = anchorGenerator(squareAnchors)(sizes);
const points = pointGenerator(squareAnchors.strides)(sizes);
const everything = new Uint8Array(grid.numAnchors).fill(1);

const coordinate = fc.double({ min: 0, max: 90, noNaN: true });
const side = fc.double({ min: 6, max: 100, noNaN: true });
// no two of one area: FCOS gives a point to the smallest box, among equals to the first
const boxes = fc
  .uniqueArray(fc.tuple(coordinate, coordinate, side, side), {
    minLength: 1,
    maxLength: 8,
    selector: ([, , w, h]) => Math.round(w * h),
  })
  .map((list) => list.map(([x, y, w, h]) => [x, y, x + w, y + h]));

const pack = (list: number[][]) => Float32Array.from(list.flat());

/** Rises and falls over the anchors without pattern; the same on every call. */
function wave(length: number, scale: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => scale * Math.sin(i * 12.9898 + Math.cos(i * 78.233)));
}

const predictions = {
  clsLogits: wave(grid.numAnchors * numClasses, 2),
  bboxPreds: wave(grid.numAnchors * 4, 1),
};

function truthOf(list: number[][], labels: number[]): ImageTruth {
  return { gtBoxes: pack(list), gtLabels: Int32Array.from(labels), ...inputPadding };
}

const inputPadding = {
  padHeight: input.height,
  padWidth: input.width,
  ignoreBoxes: new Float32Array(0),
};

/** Both branches by one plain assignment where `costWeight` is 0, DDOD's where it is 1. */
function assign(
  truth: ImageTruth,
  costWeight: 0 | 1,
  given = predictions,
  ignoreIofThresh = DEFAULT_IGNORE_IOF_THRESH,
) {
  const options = { topk: DEFAULT_TOPK, clsAlpha: 0.8, regAlpha: 0.5, costWeight, ignoreIofThresh };
  return assignImage(grid, deltaXywh, truth, given, options);
}

describe('every assigner', () => {
  const assigners = {
    atss: (gt: Float32Array) => assignAtss(grid, everything, gt, iouCost(grid.boxes, gt)),
    maxIou: (gt: Float32Array) => assignMaxIou(grid.boxes, everything, gt),
    fcos: (gt: Float32Array) => assignFcos(points, everything, gt),
  };

  it.each(Object.entries(assigners))('%s does not depend on the order of boxes', (_, assign) => {
    fc.assert(
      fc.property(boxes, (list) => {
        const forward = assign(pack(list));
        const backward = assign(pack(list.toReversed()));
        const renamed = backward.matchedIdxs.map((g) => (g < 0 ? g : list.length - 1 - g));
        // anchors that two boxes win by equal cost go to the first of them
        forward.matchedIdxs.forEach((g, a) => {
          if (g === renamed[a]) return;
          expect(forward.maxCost[a]).toBe(backward.maxCost[a]);
        });
        const positives = (idxs: Int32Array) => Array.from(idxs, (g) => g >= 0);
        expect(positives(forward.matchedIdxs)).toEqual(positives(backward.matchedIdxs));
      }),
    );
  });

  it.each(Object.entries(assigners))('%s leaves all background without boxes', (_, assign) => {
    expect(assign(new Float32Array(0)).matchedIdxs.every((g) => g === BACKGROUND)).toBe(true);
  });
});

describe('assignImage', () => {
  it('gives each branch its own positives, all inside their boxes, labelled as their boxes', () => {
    fc.assert(
      fc.property(boxes, (list) => {
        const labels = list.map((_, i) => i % numClasses);
        const { cls, reg } = assign(truthOf(list, labels), 1);
        for (const targets of [cls, reg]) {
          expect(targets.numPosPerLevel.reduce((a, b) => a + b, 0)).toBe(targets.numPos);
          targets.posInds.forEach((a, p) => {
            const gt = list[targets.posGtInds[p]!]!;
            const x = (grid.boxes[a * 4]! + grid.boxes[a * 4 + 2]!) / 2;
            const y = (grid.boxes[a * 4 + 1]! + grid.boxes[a * 4 + 3]!) / 2;
            expect(x > gt[0]! && x < gt[2]! && y > gt[1]! && y < gt[3]!).toBe(true);
          });
        }
        const positives = new Set(cls.posInds);
        cls.labels.forEach((label, a) => {
          if (!positives.has(a)) expect(label).toBe(numClasses);
        });
        cls.posInds.forEach((a, p) => {
          expect(cls.labels[a]).toBe(labels[cls.posGtInds[p]!]);
        });
        reg.posGtInds.forEach((g, p) => {
          expect(Array.from(reg.posBoxes.subarray(p * 4, p * 4 + 4))).toEqual(Array.from(pack([list[g]!])));
        });
      }),
      { numRuns: 40 },
    );
  });

  it('takes every candidate inside where no prediction touches its box', () => {
    const bboxPreds = Float32Array.from({ length: grid.numAnchors * 4 }, (_, o) => (o % 4 < 2 ? 80 : 0));
    const away = { ...predictions, bboxPreds };
    const { cls } = assign(truthOf([[40, 40, 72, 72]], [0]), 1, away);
    expect(Array.from(cls.numPosPerLevel)).toEqual([9, 4, 1, 1, 0]);
  });
});

describe('ignored regions', () => {
  const truth = truthOf([[8, 8, 40, 40]], [1]);

  it('take anchors mostly inside out of the loss and keep boxes outside learning', () => {
    const region = Float32Array.of(90, 60, 160, 128);
    const { cls, reg } = assign({ ...truth, ignoreBoxes: region }, 0);
    const before = assign(truth, 0);
    const left = cls.labelWeights.indexOf(0);
    expect(left).toBeGreaterThan(0);
    expect(grid.boxes[left * 4]! + 32).toBeGreaterThan(90);
    expect(before.cls.labelWeights.indexOf(0)).toBe(-1);
    expect(reg.posInds).toEqual(before.reg.posInds);
  });

  it('never hold a positive, and a threshold of 0 switches the rule off', () => {
    const ignoreBoxes = Float32Array.of(0, 0, 160, 128);
    const on = assign({ ...truth, ignoreBoxes }, 0);
    const off = assign({ ...truth, ignoreBoxes }, 0, predictions, 0);
    on.cls.posInds.forEach((a) => {
      expect(on.cls.labelWeights[a]).toBe(1);
    });
    expect(off.cls.labelWeights.every((w) => w === 1)).toBe(true);
    expect(off.cls.numPos).toBeGreaterThan(on.cls.numPos);
  });
});

describe('targets of a batch', () => {
  it('ignore padding, count an image without boxes as 1, and sum positives per level', () => {
    const full = assign(truthOf([[8, 8, 40, 40]], [1]), 0);
    const empty = assign({ ...truthOf([], []), padHeight: 64, padWidth: 64 }, 0);
    expect(empty.cls.labelWeights.reduce((a, b) => a + b, 0)).toBe(64 + 16 + 4 + 1 + 1);
    expect(avgFactorOf([full.cls, empty.cls])).toBe(full.cls.numPos + 1);
    expect(Array.from(positivesPerLevel([full.cls, full.cls]))).toEqual(
      Array.from(full.cls.numPosPerLevel, (n) => 2 * n),
    );
  });
});

describe('assignMaxIou', () => {
  it('ignores overlaps between the thresholds and gives each box its best anchor', () => {
    const anchors = Float32Array.of(0, 0, 10, 10, 0, 0, 10, 22, 40, 40, 80, 80, 90, 90, 99, 99);
    const gt = Float32Array.of(0, 0, 10, 10, 40, 40, 50, 50);
    const { matchedIdxs } = assignMaxIou(anchors, Uint8Array.of(1, 1, 1, 0), gt);
    expect(Array.from(matchedIdxs)).toEqual([0, IGNORED, 1, IGNORED]);
  });
});
