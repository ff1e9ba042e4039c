// The losses of the dense heads over three iterations with carried-over counters, with their gradients.
import { expect, it } from 'vitest';
import { anchorGenerator } from '../../src/main/detector/anchors/anchor-grid.ts';
import { squareAnchors } from '../../src/main/detector/anchors/base-anchors.ts';
import type { ImageTruth } from '../../src/main/detector/assigners/assign-image.ts';
import { Tape, type Value } from '../../src/main/detector/autograd/tape.ts';
import { deltaXywhGradient, tblrGradient } from '../../src/main/detector/coders/decode-gradient.ts';
import { deltaXywh } from '../../src/main/detector/coders/delta-xywh.ts';
import { tblrOfAnchors } from '../../src/main/detector/coders/distance.ts';
import type { LevelOutput } from '../../src/main/detector/heads/ddod-head.ts';
import { type DdodLossConfig, ddodLoss, lossWeights } from '../../src/main/detector/heads/ddod-loss.ts';
import { newLevelCounters } from '../../src/main/detector/losses/level-weights.ts';
import { tf } from '../../src/main/detector/tf.ts';
import { describeFixture, expectClose, type Fixture } from './fixture.ts';

interface Iteration {
  readonly pad_shape: readonly (readonly [number, number])[];
  readonly losses: Readonly<Record<string, readonly number[]>>;
  readonly cls_cum?: readonly number[];
  readonly reg_cum?: readonly number[];
  readonly cls_factor?: readonly number[];
  readonly reg_factor?: readonly number[];
}

const heads: Readonly<Record<string, Partial<DdodLossConfig>>> = {
  loss_ddod: {},
  loss_ddod_mmdet3: { rule: 'mmdet3' },
  loss_ddod_fcos: { coder: tblrOfAnchors, decodeGradient: tblrGradient },
  loss_atss_iou: { levelWeights: false },
  loss_atss_mmdet3: { levelWeights: false, rule: 'mmdet3', quality: 'centerness' },
};

for (const [name, difference] of Object.entries(heads)) {
  describeFixture(name, (fixture) => {
    const baseline = name.startsWith('loss_atss');
    const iterations = Object.entries(fixture.value<Record<string, Iteration>>('iterations'));
    const counters = newLevelCounters(5);
    const config: DdodLossConfig = {
      anchors: anchorGenerator(squareAnchors),
      coder: deltaXywh,
      decodeGradient: deltaXywhGradient,
      assignment: {
        topk: 9,
        clsAlpha: 0.8,
        regAlpha: 0.5,
        costWeight: baseline ? 0 : 1,
        ignoreIofThresh: 0,
      },
      levelWeights: true,
      rule: 'official',
      lossWeights,
      ...difference,
    };
    it.each(iterations)('%s: losses, counters and gradients', (prefix, iteration) => {
      tf.tidy(() => checkIteration(fixture, prefix, iteration, counters, config));
    });
  });
}

function checkIteration(
  fixture: Fixture,
  prefix: string,
  iteration: Iteration,
  counters: ReturnType<typeof newLevelCounters>,
  config: DdodLossConfig,
): void {
  const outputs = readOutputs(fixture, prefix);
  const truths = iteration.pad_shape.map((shape, n) => readTruth(fixture, prefix, n, shape));
  const result = ddodLoss(outputs, truths, counters, config);
  const rel = fixture.tolerance('loss_rel');
  for (const [loss, values] of Object.entries(iteration.losses)) {
    // the third branch's loss keeps one name here, whatever it learns
    const name = loss === 'loss_centerness' ? 'loss_iou' : (loss as keyof typeof result.losses);
    expectClose(result.losses[name], values, { rel, abs: 1e-7 }, loss);
  }
  if (iteration.cls_cum)
    expect([...counters.cls]).toEqual(config.rule === 'mmdet3' ? iteration.reg_cum : iteration.cls_cum);
  if (iteration.reg_cum && config.rule === 'official') expect([...counters.reg]).toEqual(iteration.reg_cum);
  if (iteration.cls_factor) expectClose(result.weights.cls, iteration.cls_factor, { rel: 1e-9 });
  if (iteration.reg_factor) expectClose(result.weights.reg, iteration.reg_factor, { rel: 1e-9 });
  checkGradients(fixture, prefix, outputs, result.seeds);
}

function checkGradients(
  fixture: Fixture,
  prefix: string,
  outputs: readonly LevelOutput[],
  seeds: ReturnType<typeof ddodLoss>['seeds'],
): void {
  const tolerance = { abs: fixture.tolerance('grad_abs'), rel: fixture.tolerance('grad_rel') };
  const names = { clsLogits: 'cls_score', bboxPreds: 'bbox_pred', iouLogits: 'iou_pred' } as const;
  outputs.forEach((output, level) => {
    for (const [key, name] of Object.entries(names)) {
      const seed = seeds.find(([value]) => value === output[key as keyof LevelOutput]);
      const expected = fixture.tensor(`${prefix}.grad.${name}.${level}`);
      const actual = tf.transpose(seed![1], [0, 3, 1, 2]).dataSync();
      expectClose(actual, expected.data, tolerance, `${name}.${level}`);
    }
  });
}

function readOutputs(fixture: Fixture, prefix: string): LevelOutput[] {
  const tape = new Tape(true);
  const map = (name: string): Value => {
    const { shape, data } = fixture.tensor(`${prefix}.${name}`);
    const nchw = tf.tensor4d(data as Float32Array, shape as [number, number, number, number]);
    return tape.leaf(tf.transpose(nchw, [0, 2, 3, 1]));
  };
  const levels = fixture.names(`${prefix}.cls_score.`).length;
  return Array.from({ length: levels }, (_, level) => ({
    clsLogits: map(`cls_score.${level}`),
    bboxPreds: map(`bbox_pred.${level}`),
    iouLogits: map(`iou_pred.${level}`),
  }));
}

function readTruth(
  fixture: Fixture,
  prefix: string,
  n: number,
  [padHeight, padWidth]: readonly [number, number],
): ImageTruth {
  return {
    padHeight,
    padWidth,
    gtBoxes: fixture.tensor(`${prefix}.gt_bboxes.${n}`).data as Float32Array,
    gtLabels: Int32Array.from(fixture.tensor(`${prefix}.gt_labels.${n}`).numbers()),
    ignoreBoxes: new Float32Array(0),
  };
}
