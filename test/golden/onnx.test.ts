// The full ResNet-50 detector with the reference's weights as an ONNX file, in onnxruntime: the reference's own numbers.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { ParameterStore } from '../../src/main/detector/autograd/parameter-store.ts';
import { hashUniform } from '../../src/main/detector/data/hash-uniform.ts';
import { headsGraph } from '../../src/main/detector/export/detector-graph.ts';
import { writeOnnx } from '../../src/main/detector/export/onnx/write.ts';
import { Network } from '../../src/main/detector/network.ts';
import { describeFixture, type Fixture, loadFixture, relativeToMax } from './fixture.ts';
import { hashedWeights, networkConfigOf } from './network.ts';

const kinds = [
  ['cls_logits', 'cls_score'],
  ['bbox_preds', 'bbox_pred'],
  ['iou_logits', 'iou_pred'],
] as const;

describeFixture('ddod_r50_full_forward', (fixture) => {
  it('agrees in every map, in both forms of deformable convolution', async () => {
    const source = loadFixture('backbone_fpn_r50')!;
    const config = networkConfigOf(source.value('config', 'model'));
    const network = new Network(new ParameterStore(hashedWeights(source)), config);
    const graph = headsGraph(network);
    network.dispose();
    for (const deformConv of ['DeformConv', 'GridSample'] as const) {
      const session = await InferenceSession.create(
        writeOnnx(graph, { half: false, deformConv, metadata: {} }),
      );
      checkMaps(fixture, await session.run({ image: inputImage(source) }));
      await session.release();
    }
  });
});

function checkMaps(fixture: Fixture, maps: InferenceSession.OnnxValueMapType): void {
  for (const level of [0, 1, 2, 3, 4]) {
    for (const [ours, theirs] of kinds) {
      const { data, dims } = maps[`${ours}.${level}`]!;
      const actual = channelsFirst(data as Float32Array, dims);
      const error = relativeToMax(actual, fixture.tensor(`${theirs}.${level}`).data);
      expect(error, `${ours}.${level}`).toBeLessThanOrEqual(fixture.tolerance('rel_to_max'));
    }
  }
}

/** Of maps of one image. */
function channelsFirst(data: Float32Array, [, height = 0, width = 0, channels = 0]: readonly number[]) {
  const cells = height * width;
  return Float32Array.from(data, (_, i) => data[(i % cells) * channels + Math.floor(i / cells)]!);
}

/** uint8 values floor(u * 256) of the hash called "image", drawn channel after channel. */
function inputImage(source: Fixture): Tensor {
  const [height = 0, width = 0] = /\(3,(\d+),(\d+)\)/
    .exec(source.value<string>('config', 'image'))!
    .slice(1)
    .map(Number);
  const drawn = hashUniform('image', 3 * height * width);
  const bytes = Uint8Array.from(drawn, (_, i) =>
    Math.floor(drawn[(i % 3) * height * width + Math.floor(i / 3)]! * 256),
  );
  return new Tensor('uint8', bytes, [1, height, width, 3]);
}
