// Assignment and its inputs against the reference: anchors, valid flags, decoded boxes, three assigners, ten cases.
import { expect, it } from 'vitest';
import { anchorGenerator } from '../../src/main/detector/anchors/anchor-grid.ts';
import { validFlags } from '../../src/main/detector/anchors/valid-extent.ts';
import { assignImage } from '../../src/main/detector/assigners/assign-image.ts';
import { type Assignment, IGNORED } from '../../src/main/detector/assigners/assignment.ts';
import { assignAtss, DEFAULT_TOPK } from '../../src/main/detector/assigners/atss.ts';
import { type AnchorCost, alignmentCost, iouCost } from '../../src/main/detector/assigners/cost.ts';
import { positivesPerLevel } from '../../src/main/detector/assigners/targets.ts';
import { decodeBoxes } from '../../src/main/detector/coders/box-coder.ts';
import { deltaXywh } from '../../src/main/detector/coders/delta-xywh.ts';
import { tblrOfAnchors } from '../../src/main/detector/coders/distance.ts';
import { describeFixture, expectClose, type Fixture } from './fixture.ts';

interface Case {
  readonly pad_shape: readonly [number, number];
  readonly positives_per_level: Readonly<Record<'cls' | 'reg' | 'atss', readonly number[]>>;
}

interface AnchorConfig {
  readonly ratios: number[];
  readonly octave_base_scale: number;
  readonly scales_per_octave: number;
  readonly strides: number[];
}

function floats(fixture: Fixture, name: string): Float32Array {
  return Float32Array.from(fixture.tensor(name).numbers());
}

function generatorOf(fixture: Fixture, ...path: string[]) {
  const config = fixture.value<AnchorConfig>('config', ...path);
  return anchorGenerator({
    strides: config.strides,
    ratios: config.ratios,
    octaveBaseScale: config.octave_base_scale,
    scalesPerOctave: config.scales_per_octave,
  });
}

function open(fixture: Fixture, name: string) {
  const flat = fixture.tensor(`${name}.level_sizes`).numbers();
  const sizes = Array.from({ length: flat.length / 2 }, (_, i) => ({
    height: flat[i * 2]!,
    width: flat[i * 2 + 1]!,
  }));
  const grid = generatorOf(fixture, 'anchor')(sizes);
  const { pad_shape, positives_per_level } = fixture.value<Case>('cases', name);
  const padShape = { height: pad_shape[0], width: pad_shape[1] };
  return {
    grid,
    padHeight: padShape.height,
    padWidth: padShape.width,
    ignoreBoxes: new Float32Array(0),
    positives: positives_per_level,
    valid: validFlags(grid, padShape),
    gtBoxes: floats(fixture, `${name}.gt_bboxes`),
    gtLabels: Int32Array.from(fixture.tensor(`${name}.gt_labels`).numbers()),
    clsLogits: floats(fixture, `${name}.cls_logits`),
    bboxPreds: floats(fixture, `${name}.bbox_deltas`),
  };
}

type Opened = ReturnType<typeof open>;

/** The published constants; `costWeight` 1 is DDOD's assignment, 0 plain ATSS. */
const published = { topk: DEFAULT_TOPK, clsAlpha: 0.8, regAlpha: 0.5, ignoreIofThresh: 0 };

/** Rows of a [A, width] array where `valid` is 1. */
function validRows(values: ArrayLike<number>, valid: Uint8Array, width = 1): number[] {
  return Array.from(values).filter((_, i) => valid[Math.floor(i / width)] === 1);
}

function expectAssignment(fixture: Fixture, prefix: string, opened: Opened, assignment: Assignment): void {
  const { valid, gtLabels } = opened;
  const matched = validRows(assignment.matchedIdxs, valid);
  const expected = fixture.tensor(`${prefix}.gt_inds`).numbers();
  expect(matched).toEqual(expected.map((k) => k - 1));
  expect(matched.map((g) => (g < 0 ? -1 : gtLabels[g]))).toEqual(
    fixture.tensor(`${prefix}.labels`).numbers(),
  );
  const isPositive = (_: number, i: number) => expected[i]! > 0;
  expectClose(
    validRows(assignment.maxCost, valid).filter(isPositive),
    fixture.tensor(`${prefix}.max_overlaps`).numbers().filter(isPositive),
    { abs: fixture.tolerance('float_abs'), rel: fixture.tolerance('float_rel') },
    prefix,
  );
  for (let a = 0; a < valid.length; a++) {
    if (!valid[a]) expect(assignment.matchedIdxs[a]).toBe(IGNORED);
  }
}

function costsOf(fixture: Fixture, opened: Opened): Record<'cls' | 'reg' | 'atss', AnchorCost> {
  const { grid, gtBoxes } = opened;
  const aligned = (alpha: number) => alignmentCost(deltaXywh, grid.boxes, opened, opened, alpha);
  return {
    cls: aligned(fixture.value<number>('config', 'cls_alpha')),
    reg: aligned(fixture.value<number>('config', 'reg_alpha')),
    atss: iouCost(grid.boxes, gtBoxes),
  };
}

describeFixture('assign_atss', (fixture) => {
  const names = Object.keys(fixture.value<Record<string, Case>>('cases'));
  const topk = fixture.value<number>('config', 'topk');
  const close = { abs: fixture.tolerance('float_abs'), rel: fixture.tolerance('float_rel') };

  it.each(names)("%s: anchors, valid flags and decoded boxes are the reference's", (name) => {
    const { grid, valid, bboxPreds } = open(fixture, name);
    expectClose(grid.boxes, fixture.tensor(`${name}.anchors`).numbers(), { abs: 0 }, 'anchors');
    expect(Array.from(valid)).toEqual(fixture.tensor(`${name}.valid`).numbers());
    const perLevel = grid.levels.map(
      (l) =>
        validRows(valid.subarray(l.start, l.start + l.count), valid.subarray(l.start, l.start + l.count))
          .length,
    );
    expect(perLevel).toEqual(fixture.tensor(`${name}.num_level_valid`).numbers());
    const decoded = validRows(decodeBoxes(deltaXywh, grid.boxes, bboxPreds), valid, 4);
    expectClose(
      decoded,
      fixture.tensor(`${name}.decoded_valid`).numbers(),
      { abs: 1e-4, rel: close.rel },
      'decoded',
    );
  });

  it.each(names)("%s: every anchor goes to the reference's box", (name) => {
    const opened = open(fixture, name);
    for (const [branch, cost] of Object.entries(costsOf(fixture, opened))) {
      const assignment = assignAtss(opened.grid, opened.valid, opened.gtBoxes, cost, topk);
      expectAssignment(fixture, `${name}.${branch}`, opened, assignment);
    }
  });

  it.each(names)("%s: targets hold the reference's positives per level", (name) => {
    const opened = open(fixture, name);
    const assign = (costWeight: number) =>
      assignImage(opened.grid, deltaXywh, opened, opened, { ...published, topk, costWeight });
    const [ddod, atss] = [assign(1), assign(0)];
    expect(Array.from(ddod.cls.numPosPerLevel)).toEqual(opened.positives.cls);
    expect(Array.from(ddod.reg.numPosPerLevel)).toEqual(opened.positives.reg);
    expect(Array.from(atss.cls.numPosPerLevel)).toEqual(opened.positives.atss);
  });
});

interface Iteration {
  readonly sizes: readonly (readonly [number, number])[];
  readonly pad_shape: readonly (readonly [number, number])[];
}

/** Image `n` of the NCHW maps of all levels as [A, C]. */
function channelsLast(fixture: Fixture, prefix: string, n: number, numLevels: number): Float32Array {
  const levels = Array.from({ length: numLevels }, (_, l) => {
    const { shape, data } = fixture.tensor(`${prefix}.${l}`);
    const [, channels = 0, height = 0, width = 0] = shape;
    const cells = height * width;
    return Array.from({ length: cells * channels }, (_, o) =>
      Number(data[(n * channels + (o % channels)) * cells + Math.floor(o / channels)]),
    );
  });
  return Float32Array.from(levels.flat());
}

for (const [name, coder] of [
  ['loss_ddod', deltaXywh],
  ['loss_ddod_fcos', tblrOfAnchors],
] as const) {
  describeFixture(name, (fixture) => {
    const iterations = Object.entries(fixture.value<Record<string, Iteration>>('iterations'));
    it.each(iterations)(
      '%s: positives per level of a batch, each image under its own padding',
      (key, iteration) => {
        const sizes = iteration.sizes.map(([height, width]) => ({ height, width }));
        const grid = generatorOf(fixture, 'cfg', 'anchor_generator')(sizes);
        const images = iteration.pad_shape.map(([height, width], n) => {
          const truth = {
            gtBoxes: floats(fixture, `${key}.gt_bboxes.${n}`),
            gtLabels: Int32Array.from(fixture.tensor(`${key}.gt_labels.${n}`).numbers()),
            padHeight: height,
            padWidth: width,
            ignoreBoxes: new Float32Array(0),
          };
          const predictions = {
            clsLogits: channelsLast(fixture, `${key}.cls_score`, n, sizes.length),
            bboxPreds: channelsLast(fixture, `${key}.bbox_pred`, n, sizes.length),
          };
          return assignImage(grid, coder, truth, predictions, { ...published, costWeight: 1 });
        });
        for (const branch of ['cls', 'reg'] as const) {
          const counted = positivesPerLevel(images.map((image) => image[branch]));
          expect(Array.from(counted)).toEqual(fixture.tensor(`${key}.${branch}_num_pos_iter`).numbers());
        }
      },
    );
  });
}
