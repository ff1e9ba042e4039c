// The full ResNet-50 detector with the reference's weights as an ONNX file, in onnxruntime: the reference's own numbers.
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { it } from 'vitest';
import { writeOnnx } from '../../src/main/detector/export/onnx/write.ts';
import { describeFixture } from './fixture.ts';
import { checkMaps, type RuntimeMap, r50 } from './r50-export.ts';

describeFixture('ddod_r50_full_forward', (fixture) => {
  it('agrees in every map, in both forms of deformable convolution', async () => {
    const { graph, image } = r50();
    for (const deformConv of ['DeformConv', 'GridSample'] as const) {
      const session = await InferenceSession.create(
        writeOnnx(graph, { half: false, deformConv, metadata: {} }),
      );
      const maps = await session.run({ image: new Tensor('uint8', image.data, image.dims) });
      checkMaps(fixture, maps as Record<string, RuntimeMap>);
      await session.release();
    }
  });
});
