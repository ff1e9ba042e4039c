// The trained reference checkpoint through our own pipeline, from JPEG files to COCO numbers, on the real test split.
import { describe, expect, it } from 'vitest';
import { ParameterStore } from '../../src/main/detector/autograd/parameter-store.ts';
import { readCheckpointFile } from '../../src/main/detector/checkpoints/checkpoint-file.ts';
import { initialWeights } from '../../src/main/detector/checkpoints/initial-weights.ts';
import { loadWeights } from '../../src/main/detector/checkpoints/load-weights.ts';
import { evaluateNetwork } from '../../src/main/detector/engine/evaluate.ts';
import { Network } from '../../src/main/detector/network.ts';
import { networkConfigOf } from '../../src/main/detector/network-config.ts';
import { readVoc } from './bccd.ts';
import { missing, referenceCheckpoint, title } from './reference-checkpoint.ts';

describe.skipIf(missing !== undefined)(title, () => {
  it('has the reference AP on the test split', async () => {
    const { file, recipe, classes, expected } = referenceCheckpoint();
    const samples = expected.images.map((image) => ({ ...image, ...readVoc(image.file_name, classes) }));
    const counted = classes.map(
      (_, label) => samples.flatMap((s) => [...s.labels]).filter((l) => l === label).length,
    );
    expect(counted).toEqual(classes.map((name) => expected.gt_count[name]));

    const store = new ParameterStore(initialWeights('random', 0));
    const network = new Network(store, networkConfigOf(recipe, classes.length));
    loadWeights(store, readCheckpointFile(file).tensors, { file });
    const { metrics, perClass, detections } = await evaluateNetwork(network, samples, recipe, classes);
    network.dispose();

    const percent = (value: number | undefined) => (100 * (value ?? Number.NaN)).toFixed(2);
    process.stdout.write(
      `AP ${percent(metrics.AP)}, AP50 ${percent(metrics.AP50)}, AP75 ${percent(metrics.AP75)}\n`,
    );
    // a JPEG decoder may be a grey level or two from the reference's: 0.1 points; few boxes are small: a point there
    expected.stat_names.forEach((name, i) => {
      const limit = ['AP', 'AP50'].includes(name) ? 0.001 : 0.01;
      expect(Math.abs((metrics[name] ?? Number.NaN) - expected.stats[i]!), name).toBeLessThanOrEqual(limit);
    });
    for (const { name, AP } of perClass) {
      expect(Math.abs(AP - expected.per_class[name]!.AP), name).toBeLessThanOrEqual(0.003);
    }
    const found = detections.reduce((sum, { scores }) => sum + scores.length, 0);
    expect(Math.abs(found / expected.detections.length - 1)).toBeLessThanOrEqual(0.01);
  });
});
