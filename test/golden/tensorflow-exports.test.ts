// The full ResNet-50 detector with the reference's weights as a SavedModel and as a TensorFlow.js model, each loaded as others
// load it: the reference's own numbers.
import { join } from 'node:path';
import { beforeAll, it } from 'vitest';
import { lower } from '../../src/main/detector/export/tensorflow/lower.ts';
import { writeSavedModel } from '../../src/main/detector/export/tensorflow/saved-model.ts';
import { writeTfjsModel } from '../../src/main/detector/export/tensorflow/tfjs-model.ts';
import { type Tensor, tf } from '../../src/main/detector/tf.ts';
import { temporaryFolder } from '../unit/services/temporary.ts';
import { describeFixture } from './fixture.ts';
import { checkMaps, type RuntimeMap, r50 } from './r50-export.ts';

describeFixture('ddod_r50_full_forward', (fixture) => {
  let detector: ReturnType<typeof r50>;
  beforeAll(() => {
    detector = r50();
  });

  it('agrees in every map as a SavedModel', async () => {
    const { graph, image } = detector;
    const folder = temporaryFolder();
    writeSavedModel(folder, lower(graph, 'tensorflow'));
    const model = await tf.node.loadSavedModel(folder);
    checkMaps(fixture, read(model.predict({ image: tensorOf(image) }) as Record<string, Tensor>));
    model.dispose();
  });

  it('agrees in every map as a TensorFlow.js model', async () => {
    const { graph, image } = detector;
    const folder = temporaryFolder();
    writeTfjsModel(folder, lower(graph, 'tfjs'), { precision: 'float32', metadata: {} });
    const model = await tf.loadGraphModel(`file://${join(folder, 'model.json')}`);
    checkMaps(fixture, read(model.predict(tensorOf(image)) as unknown as Record<string, Tensor>));
    model.dispose();
  });
});

type Image = ReturnType<typeof r50>['image'];

function tensorOf({ data, dims }: Image): Tensor {
  return tf.tensor4d(Int32Array.from(data), [...dims], 'int32');
}

function read(maps: Readonly<Record<string, Tensor>>): Record<string, RuntimeMap> {
  return Object.fromEntries(
    Object.entries(maps).map(([name, map]) => [name, { data: map.dataSync(), dims: map.shape }]),
  );
}
