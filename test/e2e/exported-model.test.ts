// A TensorFlow.js export in a real browser finds what the engine finds.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detectionGraph } from '../../src/main/detector/export/detector-graph.ts';
import { lower } from '../../src/main/detector/export/tensorflow/lower.ts';
import { writeTfjsModel } from '../../src/main/detector/export/tensorflow/tfjs-model.ts';
import { testDefaults } from '../../src/main/detector/postprocess/detections.ts';
import { expectClose } from '../golden/fixture.ts';
import { found, noise } from '../unit/detector/export/engine.ts';
import { smallNetwork } from '../unit/detector/export/network.ts';
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
    let page: ModelPage;

    beforeAll(async () => {
      writeTfjsModel(folder, lower(detectionGraph(network, settings), 'tfjs'));
      page = await openModelPage(browserPath!, folder);
    });

    afterAll(async () => {
      await page.close();
      network.dispose();
    });

    it.each([
      [90, 150],
      [64, 33],
    ])('finds the same on a picture of %i x %i', async (height, width) => {
      const image = noise(height, width);
      const seen = await page.detect('wasm', image);
      const expected = found(network, image, settings);
      expect(seen.backend).toBe('wasm');
      expect(expected.scores.length).toBeGreaterThan(20);
      expect(seen.labels).toEqual([...expected.labels]);
      expectClose(seen.scores, expected.scores, { abs: 1e-4 });
      expectClose(seen.boxes, expected.boxes, { abs: 0.01 });
    });
  },
);
