// The dense heads: outputs, and the gradient of every weight and every input.
import { expect, it } from 'vitest';
import { ParameterStore, toTorch } from '../../src/main/detector/autograd/parameter-store.ts';
import { Tape } from '../../src/main/detector/autograd/tape.ts';
import { DdodHead } from '../../src/main/detector/heads/ddod-head.ts';
import { describeFixture, expectClose, type Fixture, relativeToMax } from './fixture.ts';
import { fixtureWeights, leaf, toNchw, toNhwc } from './network.ts';

interface HeadConfig {
  readonly channels: number;
  readonly num_classes: number;
  readonly gn_groups: number;
  readonly stacked_convs: number;
}

const outputs = { clsLogits: 'cls_score', bboxPreds: 'bbox_pred', iouLogits: 'iou_pred' } as const;

for (const name of ['head_forward_ddod', 'head_forward_atss_iou']) {
  describeFixture(name, (fixture) => {
    it('agrees in every output and every gradient', () => {
      const { head, store, levels } = makeHead(fixture, name.endsWith('ddod'));
      const tape = new Tape(true);
      const features = Array.from({ length: levels }, (_, l) => leaf(tape, fixture.tensor(`feat.${l}`)));
      const results = head.forward(tape, features);
      const seeds = results.flatMap((result, l) =>
        Object.entries(outputs).map(([key, torchName]) => {
          const value = result[key as keyof typeof outputs];
          const expected = fixture.tensor(`out.${torchName}.${l}`);
          const tolerance = { abs: fixture.tolerance('out_abs'), rel: fixture.tolerance('out_rel') };
          expectClose(toNchw(value.tensor).data, expected.data, tolerance, `${torchName}.${l}`);
          return [value, toNhwc(asNumbers(fixture, `cotangent.${torchName}.${l}`))] as const;
        }),
      );
      const gradients = tape.backward(seeds);
      const limit = fixture.tolerance('grad_rel_to_max');
      for (const { parameter, gradient } of gradients) {
        const short = parameter.name.replace('bbox_head.', '');
        const expected = fixture.tensor(`grad.param.${short}`).data;
        const { data } = toTorch(parameter.layout, gradient);
        expect(relativeToMax(data, expected), `gradient of ${short}`).toBeLessThanOrEqual(limit);
      }
      expect(gradients.length).toBe(fixture.names('grad.param.').length);
      features.forEach((feature, l) => {
        const { data } = toNchw(tape.gradientOf(feature)!);
        const expected = fixture.tensor(`grad.feat.${l}`).data;
        expect(relativeToMax(data, expected), `gradient of feat.${l}`).toBeLessThanOrEqual(limit);
      });
      store.dispose();
    });
  });
}

function makeHead(fixture: Fixture, deformable: boolean) {
  const config = fixture.value<HeadConfig>('config');
  const levels = fixture.names('feat.').length;
  const store = new ParameterStore(fixtureWeights(fixture, (name) => name.replace('bbox_head.', 'param.')));
  const head = new DdodHead(store, {
    numClasses: config.num_classes,
    inChannels: config.channels,
    featChannels: config.channels,
    stackedConvs: config.stacked_convs,
    normGroups: config.gn_groups,
    levels,
    deformable,
  });
  return { head, store, levels };
}

function asNumbers(fixture: Fixture, name: string) {
  const { shape, data } = fixture.tensor(name);
  return { shape, data: data as Float32Array };
}
