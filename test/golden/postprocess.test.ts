// Detections against both references: eight cases, with and without rescaling, both box coders.
import { expect, it } from 'vitest';
import { anchorGenerator } from '../../src/main/detector/anchors/anchor-grid.ts';
import { squareAnchors } from '../../src/main/detector/anchors/base-anchors.ts';
import type { BoxCoder } from '../../src/main/detector/coders/box-coder.ts';
import { deltaXywh } from '../../src/main/detector/coders/delta-xywh.ts';
import { tblrOfAnchors } from '../../src/main/detector/coders/distance.ts';
import { detect, type LevelPredictions } from '../../src/main/detector/postprocess/detections.ts';
import type { ScoredBoxes } from '../../src/main/detector/postprocess/nms.ts';
import { describeFixture, expectClose, type Fixture } from './fixture.ts';

interface Meta {
  readonly img_shape: readonly [number, number];
  readonly scale_factor: readonly [number, number];
}

interface Variant {
  readonly rule: 'official' | 'mmdet3';
  readonly rescale: boolean;
  readonly coder: BoxCoder;
}

const variants: Readonly<Record<string, Variant>> = {
  mmdet3: { rule: 'mmdet3', rescale: true, coder: deltaXywh },
  official: { rule: 'official', rescale: true, coder: deltaXywh },
  mmdet3_norescale: { rule: 'mmdet3', rescale: false, coder: deltaXywh },
  official_norescale: { rule: 'official', rescale: false, coder: deltaXywh },
  official_fcos: { rule: 'official', rescale: true, coder: tblrOfAnchors },
};

/** Image `n` of an NCHW tensor as [H * W, C]. */
function channelsLast(fixture: Fixture, name: string, n: number): Float32Array {
  const { shape, data } = fixture.tensor(name);
  const [, channels = 0, height = 0, width = 0] = shape;
  const cells = height * width;
  return Float32Array.from({ length: cells * channels }, (_, o) =>
    Number(data[(n * channels + (o % channels)) * cells + Math.floor(o / channels)]),
  );
}

function levelsOf(fixture: Fixture, name: string, n: number, count: number): LevelPredictions[] {
  return Array.from({ length: count }, (_, l) => ({
    clsLogits: channelsLast(fixture, `${name}.cls_score.${l}`, n),
    bboxPreds: channelsLast(fixture, `${name}.bbox_pred.${l}`, n),
    iouLogits: channelsLast(fixture, `${name}.iou_pred.${l}`, n),
  }));
}

/** Pairs every detection with the nearest unused reference box of its label and a close score. */
function expectSameSet(actual: ScoredBoxes, prefix: string, fixture: Fixture): void {
  const boxes = fixture.tensor(`${prefix}.bboxes`).numbers();
  const labels = fixture.tensor(`${prefix}.labels`).numbers();
  const scores = fixture.tensor(`${prefix}.scores`).numbers();
  const scoreAbs = fixture.tolerance('score_abs');
  expectClose(actual.scores, scores, { abs: scoreAbs }, `${prefix} scores`);
  const left = new Set(labels.keys());
  actual.labels.forEach((label, i) => {
    const distance = (j: number) =>
      Math.max(...[0, 1, 2, 3].map((c) => Math.abs(actual.boxes[i * 4 + c]! - boxes[j * 4 + c]!)));
    const rivals = [...left].filter(
      (j) => labels[j] === label && Math.abs(scores[j]! - actual.scores[i]!) <= scoreAbs,
    );
    const nearest = rivals.sort((a, b) => distance(a) - distance(b))[0];
    expect(nearest, `${prefix}: detection ${i} has no partner`).toBeDefined();
    expect(distance(nearest!), `${prefix}: box ${i}`).toBeLessThanOrEqual(fixture.tolerance('box_abs'));
    left.delete(nearest!);
  });
}

describeFixture('postprocess', (fixture) => {
  const sizes = fixture
    .value<[number, number][]>('config', 'sizes')
    .map(([height, width]) => ({ height, width }));
  const grid = anchorGenerator({ ...squareAnchors })(sizes);
  const config = {
    numClasses: fixture.value<number>('config', 'num_classes'),
    scoreThresh: fixture.value<number>('config', 'test_cfg', 'score_thr'),
    nmsThresh: fixture.value<number>('config', 'test_cfg', 'nms', 'iou_threshold'),
    nmsPre: fixture.value<number>('config', 'test_cfg', 'nms_pre'),
    maxPerImage: fixture.value<number>('config', 'test_cfg', 'max_per_img'),
  };

  for (const [name, { metas }] of Object.entries(fixture.value<Record<string, { metas: Meta[] }>>('cases'))) {
    const present = Object.entries(variants).filter(([v]) => fixture.has(`${name}.${v}.0.bboxes`));
    it.each(present)(`${name}: %s detections`, (variantName, { rule, rescale, coder }) => {
      metas.forEach(({ img_shape, scale_factor }, n) => {
        const imgShape = { height: img_shape[0], width: img_shape[1] };
        const shape = rescale ? { imgShape, scaleFactor: scale_factor } : { imgShape };
        const levels = levelsOf(fixture, name, n, sizes.length);
        const found = detect(grid, levels, shape, { ...config, coder, rule });
        const prefix = `${name}.${variantName}.${n}`;
        const full = found.scores.length === config.maxPerImage;
        if (name === 'ties' && full) {
          expectClose(found.scores, fixture.tensor(`${prefix}.scores`).numbers(), {
            abs: fixture.tolerance('score_abs'),
          });
        } else {
          expectSameSet(found, prefix, fixture);
        }
      });
    });
  }
});
