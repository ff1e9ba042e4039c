// ResNet, FPN and head on a whole network with weights from the documented hash.
import { expect, it } from 'vitest';
import { ParameterStore } from '../../src/main/detector/autograd/parameter-store.ts';
import { Tape } from '../../src/main/detector/autograd/tape.ts';
import { hashUniform } from '../../src/main/detector/data/hash-uniform.ts';
import { Network } from '../../src/main/detector/network.ts';
import { type Tensor, tf } from '../../src/main/detector/tf.ts';
import { describeFixture, type Fixture, loadFixture, relativeToMax } from './fixture.ts';
import { hashedWeights, networkConfigOf, toNchw } from './network.ts';

type Model = Parameters<typeof networkConfigOf>[0];

for (const name of ['backbone_fpn_r50', 'ddod_r50_full_forward']) {
  describeFixture(name, (fixture) => {
    const source = fixture.json.hash_params === undefined ? loadFixture('backbone_fpn_r50')! : fixture;
    it('agrees with the reference in every map it tells of', { timeout: 120_000 }, () => {
      const model = source.value<Model>('config', 'model');
      const network = new Network(new ParameterStore(hashedWeights(source)), networkConfigOf(model));
      tf.tidy(() => {
        const tape = new Tape(false);
        const features = network.backbone.forward(tape, tape.constant(inputImage(source)));
        const levels = network.neck.forward(tape, features);
        const outputs = network.head.forward(tape, levels);
        const maps = new Map<string, Tensor>();
        for (const [i, c] of features.entries()) maps.set(`c${i + 2}.every8`, c.tensor);
        for (const [i, p] of levels.entries()) maps.set(`fpn.${i}`, p.tensor);
        outputs.forEach((output, i) => {
          maps.set(`cls_score.${i}`, output.clsLogits.tensor);
          maps.set(`bbox_pred.${i}`, output.bboxPreds.tensor);
          maps.set(`iou_pred.${i}`, output.iouLogits.tensor);
        });
        const checked = [...maps].filter(([key]) => fixture.has(key));
        expect(checked.length).toBeGreaterThan(8);
        for (const [key, map] of checked) checkMap(fixture, key, map);
      });
      network.dispose();
    });
  });
}

function checkMap(fixture: Fixture, key: string, map: Tensor): void {
  const { data, shape } = toNchw(map);
  const [, , height = 1, width = 1] = shape;
  const everyEighth = (i: number) => Math.floor(i / (height * width)) % 8 === 0;
  const actual = key.endsWith('.every8') ? data.filter((_, i) => everyEighth(i)) : data;
  const error = relativeToMax(actual, fixture.tensor(key).data);
  expect(error, key).toBeLessThanOrEqual(fixture.tolerance('rel_to_max'));
}

/** uint8 values floor(u * 256) of the hash called "image", normalised: [1, H, W, 3]. */
function inputImage(source: Fixture): Tensor {
  const [height = 0, width = 0] = /\(3,(\d+),(\d+)\)/
    .exec(source.value<string>('config', 'image'))!
    .slice(1)
    .map(Number);
  const { mean, std } = source.value<{ mean: number[]; std: number[] }>(
    'config',
    'model',
    'data_preprocessor',
  );
  const pixels = Float32Array.from(hashUniform('image', 3 * height * width), (u, i) => {
    const channel = Math.floor(i / (height * width));
    return (Math.floor(u * 256) - mean[channel]!) / std[channel]!;
  });
  return tf.tidy(() => tf.transpose(tf.tensor4d(pixels, [1, 3, height, width]), [0, 2, 3, 1]));
}
