// The trained reference checkpoint stage by stage: it loads without a remainder, and every map and detection agrees.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ParameterStore } from '../../src/main/detector/autograd/parameter-store.ts';
import { Tape, type Value } from '../../src/main/detector/autograd/tape.ts';
import { readCheckpointFile } from '../../src/main/detector/checkpoints/checkpoint-file.ts';
import { initialWeights } from '../../src/main/detector/checkpoints/initial-weights.ts';
import { loadWeights } from '../../src/main/detector/checkpoints/load-weights.ts';
import type { Batch } from '../../src/main/detector/data/batch.ts';
import { type Detections, detectBatch } from '../../src/main/detector/engine/detect-batch.ts';
import { Network } from '../../src/main/detector/network.ts';
import { biasActivation } from '../../src/main/detector/ops/bias-activation.ts';
import { conv2d, padAll } from '../../src/main/detector/ops/convolution.ts';
import { type Tensor, tf } from '../../src/main/detector/tf.ts';
import { describeFixture, expectClose, type Fixture, goldenDir, relativeToMax } from './fixture.ts';
import { liteNetworkConfig, toNchw, toNhwc } from './network.ts';

describeFixture('bccd_ddod_lite0_forward', (fixture) => {
  const file = join(goldenDir(), fixture.value<string>('config', 'checkpoint'));
  if (!existsSync(file)) {
    it.skip(`${file} is absent`, () => undefined);
    return;
  }
  const checkpoint = readCheckpointFile(file);
  const shapeOf = (name: string) => checkpoint.tensors.get(name)?.shape ?? [];
  const [numClasses = 0, channels = 0] = shapeOf('bbox_head.atss_cls.weight');
  const store = new ParameterStore(initialWeights('random', 0));
  const network = new Network(store, liteNetworkConfig({ numClasses, channels }));
  const report = loadWeights(store, checkpoint.tensors, { file });
  afterAll(() => network.dispose());

  it('loads without a remainder', () => {
    expect(report).toMatchObject({ missing: [], unexpected: [], mismatched: [] });
    expect(report.loaded.length).toBe(store.all().length);
    expect(checkpoint.classes?.length).toBe(numClasses);
  });

  it('agrees in every stage', () => {
    tf.tidy(() => {
      const stages = stagesOf(network, toNhwc(float32Of(fixture, 'input')));
      const told = fixture.names().filter((name) => name !== 'input' && !name.startsWith('det.'));
      expect([...stages.keys()].sort()).toEqual(told.sort());
      for (const [key, map] of stages) {
        const error = relativeToMax(toNchw(map).data, fixture.tensor(key).data);
        expect(error, key).toBeLessThanOrEqual(fixture.tolerance('rel_to_max'));
      }
    });
  });

  it('agrees in every detection and keeps no tensor', () => {
    const batch = batchOf(fixture);
    const tensors = tf.memory().numTensors;
    const found = detectBatch(network, batch);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(found.length).toBe(batch.images.length);
    found.forEach((detections, n) => {
      checkDetections(fixture, n, detections);
    });
  });
});

/** Every map of the network, by its name in the fixture. */
function stagesOf(network: Network, pixels: Tensor): Map<string, Tensor> {
  const tape = new Tape(false);
  const features = network.backbone.forward(tape, tape.constant(pixels));
  const levels = network.neck.forward(tape, features);
  const outputs = network.head.forward(tape, levels);
  return new Map([
    ...named('backbone', features),
    ...named('fpn', levels),
    ...named('offset.cls', offsetsOf(network, tape, 'cls', levels)),
    ...named('offset.reg', offsetsOf(network, tape, 'reg', levels)),
    ...named(
      'cls_score',
      outputs.map((output) => output.clsLogits),
    ),
    ...named(
      'bbox_pred',
      outputs.map((output) => output.bboxPreds),
    ),
    ...named(
      'iou_pred',
      outputs.map((output) => output.iouLogits),
    ),
  ]);
}

function named(prefix: string, values: readonly Value[]): [string, Tensor][] {
  return values.map(({ tensor }, level) => [`${prefix}.${level}`, tensor]);
}

/** Where the first layer of a tower samples, which the head itself does not show. */
function offsetsOf(network: Network, tape: Tape, branch: string, levels: readonly Value[]): Value[] {
  const name = `bbox_head.${branch}_convs.0.conv.conv_offset`;
  const [weight, bias] = ['weight', 'bias'].map((part) =>
    tape.parameter(network.store.get(`${name}.${part}`)!),
  );
  return levels.map((level) => {
    const map = conv2d(tape, level, weight!, { stride: 1, pads: padAll(1) });
    return biasActivation(tape, map, bias!, 'none');
  });
}

function batchOf(fixture: Fixture): Batch {
  const [height, width] = fixture.value<[number, number]>('config', 'img_shape');
  const [padHeight, padWidth] = fixture.value<[number, number]>('config', 'pad_shape');
  const [scaleX, scaleY] = fixture.value<[number, number]>('config', 'scale_factor');
  const pixels = tf.tidy(() => toNhwc(float32Of(fixture, 'input')).dataSync<'float32'>());
  const images = fixture.value<string[]>('config', 'images').map((path, index) => ({
    index,
    path,
    width,
    height,
    padWidth,
    padHeight,
    scaleX,
    scaleY,
    originalWidth: width / scaleX,
    originalHeight: height / scaleY,
    flipped: false,
    gtBoxes: new Float32Array(0),
    gtLabels: new Int32Array(0),
    ignoreBoxes: new Float32Array(0),
  }));
  return { pixels, width: padWidth, height: padHeight, images };
}

/** Rounding may swap neighbours of nearly equal score: each reference detection is sought among ours. */
function checkDetections(fixture: Fixture, n: number, { boxes, scores, labels }: Detections): void {
  const expected = fixture.tensor(`det.${n}.bboxes`).numbers();
  const expectedLabels = fixture.tensor(`det.${n}.labels`).numbers();
  const expectedScores = fixture.tensor(`det.${n}.scores`).numbers();
  expectClose(scores, expectedScores, { abs: 1e-4 }, `scores of image ${n}`);
  const last = expectedScores.at(-1) ?? 0;
  expectedScores.forEach((score, i) => {
    // the last places may go to another of the same score
    if (score - last < 1e-4 && expectedScores.length === 100) return;
    const box = expected.slice(i * 4, i * 4 + 4);
    const same = scores.findIndex(
      (s, j) =>
        labels[j] === expectedLabels[i] &&
        Math.abs(s - score) < 1e-4 &&
        box.every((side, c) => Math.abs(side - boxes[j * 4 + c]!) < 0.02),
    );
    expect(same, `detection ${i} of image ${n}: ${box} at ${score}`).toBeGreaterThanOrEqual(0);
  });
}

function float32Of(fixture: Fixture, name: string) {
  const { shape, data } = fixture.tensor(name);
  return { shape, data: data as Float32Array };
}
