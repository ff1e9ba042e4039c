// FCOS and RetinaNet assignment against the reference.
import { expect, it } from 'vitest';
import {
  type AnchorGrid,
  anchorGenerator,
  pointGenerator,
} from '../../src/main/detector/anchors/anchor-grid.ts';
import { retinaAnchors, squareAnchors } from '../../src/main/detector/anchors/base-anchors.ts';
import { assignFcos, fcosRanges } from '../../src/main/detector/assigners/fcos.ts';
import { assignMaxIou } from '../../src/main/detector/assigners/max-iou.ts';
import { clsTargets, regTargets } from '../../src/main/detector/assigners/targets.ts';
import { encodeBoxes } from '../../src/main/detector/coders/box-coder.ts';
import { distanceCoder, ltrbOfPoints } from '../../src/main/detector/coders/distance.ts';
import { describeFixture, expectClose, type Fixture } from './fixture.ts';

function rows(values: ArrayLike<number>, inds: Int32Array, width: number): Float32Array {
  return Float32Array.from(
    Array.from(inds).flatMap((a) => Array.from(values).slice(a * width, (a + 1) * width)),
  );
}

function truthOf(fixture: Fixture, name: string) {
  return {
    gtBoxes: Float32Array.from(fixture.tensor(`${name}.gt_bboxes`).numbers()),
    gtLabels: Int32Array.from(fixture.tensor(`${name}.gt_labels`).numbers()),
  };
}

function centres(grid: AnchorGrid): number[] {
  return Array.from({ length: grid.numAnchors }, (_, a) => a * 4).flatMap((o) => [
    (grid.boxes[o]! + grid.boxes[o + 2]!) / 2,
    (grid.boxes[o + 1]! + grid.boxes[o + 3]!) / 2,
  ]);
}

describeFixture('assign_fcos_retina', (fixture) => {
  const numClasses = fixture.value<number>('config', 'num_classes');
  const sizes = fixture
    .value<[number, number][]>('config', 'sizes')
    .map(([height, width]) => ({ height, width }));
  const close = { abs: fixture.tolerance('float_abs'), rel: fixture.tolerance('float_rel') };
  const names = fixture
    .names()
    .filter((n) => n.endsWith('.gt_bboxes'))
    .map((n) => n.replace('.gt_bboxes', ''));
  const points = pointGenerator(squareAnchors.strides)(sizes);
  const anchors = anchorGenerator(retinaAnchors)(sizes);
  const all = (grid: AnchorGrid) => new Uint8Array(grid.numAnchors).fill(1);

  it('lays FCOS points and RetinaNet anchors as the reference does', () => {
    expect(centres(points)).toEqual(fixture.tensor('points').numbers());
    expectClose(anchors.boxes, fixture.tensor('retina_anchors').numbers(), close, 'retina_anchors');
  });

  const variants = [
    { name: 'fcos', options: { regressRanges: fcosRanges }, coder: distanceCoder({ order: 'ltrb' }) },
    { name: 'fcos_cs', options: { regressRanges: fcosRanges, centreRadius: 1.5 }, coder: ltrbOfPoints },
  ] as const;
  for (const variant of variants) {
    it.each(names)(`%s: ${variant.name} labels, targets and centerness`, (name) => {
      const { gtBoxes, gtLabels } = truthOf(fixture, name);
      const assignment = assignFcos(points, all(points), gtBoxes, variant.options);
      const cls = clsTargets(points, assignment, gtLabels, numClasses);
      const reg = regTargets(points, assignment, gtBoxes);
      const prefix = `${name}.${variant.name}`;
      expect(Array.from(cls.labels)).toEqual(fixture.tensor(`${prefix}.labels`).numbers());
      const targets = encodeBoxes(variant.coder, rows(points.boxes, reg.posInds, 4), reg.posBoxes);
      const expected = fixture.tensor(`${prefix}.bbox_targets`).numbers();
      expectClose(targets, rows(expected, reg.posInds, 4), close, `${prefix}.bbox_targets`);
      const centerness = fixture.tensor(`${prefix}.centerness`).numbers();
      expectClose(reg.posCosts, rows(centerness, reg.posInds, 1), close, `${prefix}.centerness`);
      expect(Array.from(reg.numPosPerLevel)).toEqual(
        fixture.value('positives_per_level', name, variant.name),
      );
    });
  }

  it.each(names)("%s: RetinaNet's boxes, IoUs and ignored anchors", (name) => {
    const { gtBoxes, gtLabels } = truthOf(fixture, name);
    const assignment = assignMaxIou(anchors.boxes, all(anchors), gtBoxes);
    const oneBased = Array.from(assignment.matchedIdxs, (m) => (m === -2 ? -1 : m + 1));
    expect(oneBased).toEqual(fixture.tensor(`${name}.retina.gt_inds`).numbers());
    const cls = clsTargets(anchors, assignment, gtLabels, numClasses);
    expect(Array.from(cls.numPosPerLevel)).toEqual(fixture.value('positives_per_level', name, 'retina'));
    const overlaps = fixture.tensor(`${name}.retina.max_overlaps`).numbers();
    expectClose(assignment.maxCost, overlaps, close, `${name}.retina.max_overlaps`);
  });
});
