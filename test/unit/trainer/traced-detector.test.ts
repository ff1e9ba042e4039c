// Suggestions come from a graph that is traced once for each checkpoint: it finds what the network finds, is there for the
// next process, is made anew where it is spoilt, and where it cannot be made the network looks and says why.
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { ParameterStore } from '../../../src/main/detector/autograd/parameter-store.ts';
import { Network } from '../../../src/main/detector/network.ts';
import { networkConfigOf } from '../../../src/main/detector/network-config.ts';
import { tf } from '../../../src/main/detector/tf.ts';
import type { OpenProject } from '../../../src/main/services/projects.ts';
import { suggestMany } from '../../../src/main/services/suggesting.ts';
import { type ChosenModel, chosenModel } from '../../../src/main/services/suggesting-models.ts';
import type { DetectionResult, JobImage } from '../../../src/main/trainer/job.ts';
import { DetectorProcess } from '../../../src/main/trainer/launch-detector.ts';
import { traceDetector } from '../../../src/main/trainer/trace-detector.ts';
import { movedWeights } from '../detector/export/network.ts';
import { temporaryFolder } from '../services/temporary.ts';
import { tinyRecipe } from './sample-project.ts';
import { detectedBy, expectAgreement, imagesOf, trainedProject } from './trained-project.ts';

/** Milliseconds: each traces twice at most, in processes that load TensorFlow. */
const WHILE_TRACING = 180_000;
const detector = new DetectorProcess();
afterAll(() => detector.close());

let project: OpenProject;
let model: ChosenModel;
let images: JobImage[];
let wanted: DetectionResult;

beforeEach(async () => {
  detector.close();
  project = await trainedProject();
  model = chosenModel(project, 'r1/best');
  images = imagesOf(project).slice(0, 3);
  wanted = await detectedBy(model.source, images, 1e-4);
}, 60_000);

const look = (cache = model.cache, scoreThresh = 1e-4) =>
  detector.ask({ type: 'look', model: model.source, cache, images, scoreThresh });
const kept = () => readdirSync(model.cache);

describe('a detector in a project', { timeout: WHILE_TRACING }, () => {
  it('looks through its network first, and through the graph made of it then', async () => {
    const first = await look();
    expect(first).toMatchObject({ runtime: 'network', hindrance: null, images: wanted.images });
    const second = await look();
    expect(second).toMatchObject({ runtime: expect.stringMatching(/^onnxruntime-node 1/), hindrance: null });
    const { detections } = expectAgreement(second.images, wanted.images);
    expect(detections).toBeGreaterThan(20);
    expect(kept()).toEqual([expect.stringMatching(/^[0-9a-f]{32}\.[0-9a-f]{32}\.onnx$/)]);
    const asked = { type: 'explain', model: model.source, cache: model.cache, images, maps: false } as const;
    expect((await detector.ask(asked)).images[0]).toHaveProperty('levels');
    expect((await look()).runtime).toMatch(/^onnxruntime/);
  });

  it('looks through the kept graph at once in another process, and makes a spoilt one anew', async () => {
    await look();
    await look();
    const file = join(model.cache, kept()[0]!);
    const good = readFileSync(file);
    const { ino } = statSync(file);
    detector.close();
    expect((await look()).runtime).toMatch(/^onnxruntime/);
    expect(statSync(file).ino).toBe(ino);
    writeFileSync(file, Buffer.concat([good.subarray(0, -5000), Buffer.alloc(5000, 7)]));
    detector.close();
    expect(await look()).toMatchObject({ runtime: 'network', images: wanted.images });
    const again = await look();
    expect(again.runtime).toMatch(/^onnxruntime/);
    expectAgreement(again.images, wanted.images);
    expect(readFileSync(file).equals(good)).toBe(true);
  });

  it('has another graph for a lower score, and none for a higher one', async () => {
    await look(model.cache, 0.2);
    expect((await look(model.cache, 0.3)).runtime).toMatch(/^onnxruntime/);
    expect(kept()).toHaveLength(1);
    expect((await look(model.cache, 0.001)).runtime).toBe('network');
    expect((await look(model.cache, 0.2)).runtime).toMatch(/^onnxruntime/);
    expect(kept()).toHaveLength(2);
  });

  it('keeps the graphs used last alone, and sweeps up what a killed process left', async () => {
    const cache = join(temporaryFolder(), 'graphs');
    const past = new Date(Date.now() - 7_200_000);
    mkdirSync(join(cache, 'draft-old'), { recursive: true });
    const old = Array.from({ length: 7 }, (_, i) => `${i}.onnx`);
    for (const name of old) writeFileSync(join(cache, name), name);
    for (const name of ['draft-old', ...old]) utimesSync(join(cache, name), past, past);
    await look(cache);
    await look(cache);
    expect(readdirSync(cache)).toHaveLength(6);
    expect(readdirSync(cache)).not.toContain('draft-old');
  });
});

describe('a detector whose graph cannot be made', { timeout: WHILE_TRACING }, () => {
  it('looks through its network, and says why', async () => {
    const cache = join(temporaryFolder(), 'file');
    writeFileSync(cache, '');
    const first = await look(cache);
    const second = await look(cache);
    for (const { runtime, images: found } of [first, second]) {
      expect(runtime).toBe('network');
      expect(found).toEqual(wanted.images);
    }
    expect(first.hindrance).toBeNull();
    expect(second.hindrance).toMatch(/^Looking takes longer than it could: .*file/);
  });

  it('does so without onnxruntime, and leaves a graph that is there for later', async () => {
    await look();
    await look();
    const before = kept();
    detector.close();
    const without = join(temporaryFolder(), 'without.cjs');
    writeFileSync(
      without,
      "const m = require('node:module'); const load = m._load;" +
        "m._load = (name, ...rest) => { if (name === 'onnxruntime-node') throw new Error('no onnxruntime'); return load(name, ...rest); };",
    );
    const told: string[] = [];
    const options = process.env.NODE_OPTIONS;
    process.env.NODE_OPTIONS = `--require=${without}`;
    try {
      expect(await look()).toMatchObject({
        runtime: 'network',
        hindrance: expect.stringContaining('no onnxruntime'),
        images: wanted.images,
      });
      const which = { kind: 'all' } as const;
      const ended = await suggestMany(detector, project, 'r1/best', which, {
        onWarning: (text) => told.push(text),
      });
      expect(ended.hindrance).toContain('no onnxruntime');
      expect(told).toEqual([ended.hindrance]);
    } finally {
      if (options === undefined) delete process.env.NODE_OPTIONS;
      else process.env.NODE_OPTIONS = options;
      detector.close();
    }
    expect(kept()).toEqual(before);
  });

  it('is not given a graph that finds something else', async () => {
    const recipe = tinyRecipe(['test.scoreThresh=0.01'], { size: '96' });
    const network = new ChangedLater(new ParameterStore(movedWeights), networkConfigOf(recipe, 3));
    const folder = join(dirname(model.cache), 'other');
    const tracing = { network, recipe, images, folder, key: 'key' };
    await expect(traceDetector(tracing)).rejects.toThrow('differs from its network: a ');
    expect(readdirSync(folder)).toEqual([]);
    network.dispose();
  });
});

/** A network that finds something else once it was traced, at the two sizes that tracing takes. */
class ChangedLater extends Network {
  #passes = 0;

  override forward(...[tape, pixels]: Parameters<Network['forward']>): ReturnType<Network['forward']> {
    this.#passes += 1;
    return super.forward(tape, this.#passes > 2 ? tf.mul(pixels, -5) : pixels);
  }
}
