// A TensorFlow.js export in a real browser finds what the engine finds.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readScaled } from '../../src/main/detector/data/scaled-image.ts';
import { detectionGraph } from '../../src/main/detector/export/detector-graph.ts';
import { inOriginalPixels } from '../../src/main/detector/export/file-detector.ts';
import { lower } from '../../src/main/detector/export/tensorflow/lower.ts';
import { writeTfjsModel } from '../../src/main/detector/export/tensorflow/tfjs-model.ts';
import { testDefaults } from '../../src/main/detector/postprocess/detections.ts';
import { tfjsSnippets } from '../../src/main/services/tensorflow-snippets.ts';
import { expectClose } from '../golden/fixture.ts';
import { found, noise } from '../unit/detector/export/engine.ts';
import { smallNetwork } from '../unit/detector/export/network.ts';
import { tinyRecipe } from '../unit/trainer/sample-project.ts';
import { type ModelPage, openModelPage } from './model-page.ts';
import { browserProgram } from './studio.ts';

const browserPath = browserProgram();
const folder = mkdtempSync(join(tmpdir(), 'ddod-browser-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(browserPath === undefined)(
  `a model in a browser${browserPath ? '' : ': there is none'}`,
  () => {
    const network = smallNetwork();
    const settings = { ...testDefaults, nmsPre: 150 };
    let opened: ModelPage;

    beforeAll(async () => {
      writeTfjsModel(join(folder, 'tfjs'), lower(detectionGraph(network, settings), 'tfjs'));
      opened = await openModelPage(browserPath!, folder);
    });

    afterAll(async () => {
      await opened.close();
      network.dispose();
    });

    it.each([
      [90, 150],
      [64, 33],
    ])('finds the same on a picture of %i x %i', async (height, width) => {
      const image = noise(height, width);
      const seen = await opened.detect('wasm', image);
      const expected = found(network, image, settings);
      expect(seen.backend).toBe('wasm');
      expect(expected.scores.length).toBeGreaterThan(20);
      expect(seen.labels).toEqual([...expected.labels]);
      expectClose(seen.scores, expected.scores, { abs: 1e-4 });
      expectClose(seen.boxes, expected.boxes, { abs: 0.01 });
    });

    it('shows on the page of its card what is on a picture', async () => {
      const recipe = tinyRecipe([], { size: '128' });
      const page = tfjsSnippets(recipe, null).find(({ file }) => file === 'predict.html')!;
      writeFileSync(join(folder, page.file), page.text);
      writeFileSync(join(folder, 'labels.json'), '["a","b","c"]');
      const path = join(folder, 'sample.png');
      const { data, width, height } = noise(150, 210);
      await sharp(data, { raw: { width, height, channels: 3 } }).toFile(path);
      const scale = recipe.input.scales.at(-1)!;
      const scaled = await readScaled({ path, scale, resample: recipe.input.resample });
      const expected = inOriginalPixels(found(network, scaled.image, settings), scaled);
      const shown = await opened.choose(path);
      expect(shown.map(({ label }) => label)).toEqual(Array.from(expected.labels, (label) => 'abc'[label]));
      expectClose(
        Float32Array.from(shown, ({ score }) => score),
        expected.scores,
        { abs: 1e-3 },
      );
      expectClose(Float32Array.from(shown.flatMap(({ box }) => box)), expected.boxes, { abs: 0.5 });
    });
  },
);
