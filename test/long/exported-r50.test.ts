// The ResNet-50 detector with the reference's weights in every format and runtime, on real pictures of two sizes: what the
// engine finds.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RgbImage } from '../../src/main/detector/data/rgb-image.ts';
import { readScaled } from '../../src/main/detector/data/scaled-image.ts';
import type { Detections } from '../../src/main/detector/engine/detect-batch.ts';
import { agreementOf } from '../../src/main/detector/export/agreement.ts';
import { detectionGraph } from '../../src/main/detector/export/detector-graph.ts';
import { exportFormats } from '../../src/main/detector/export/formats.ts';
import { networkDetector } from '../../src/main/detector/export/network-detector.ts';
import { testDefaults } from '../../src/main/detector/postprocess/detections.ts';
import { openModelPage } from '../e2e/model-page.ts';
import { browserProgram } from '../e2e/studio.ts';
import { loadFixture } from '../golden/fixture.ts';
import { r50Network } from '../golden/r50-export.ts';
import { arrays } from './page-findings.ts';
import { missing, referenceCheckpoint, referenceImages } from './reference-checkpoint.ts';

const browserPath = browserProgram();
const folder = mkdtempSync(join(tmpdir(), 'ddod-r50-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Longer sides as the network sees them, and pictures of each; their other side is four fifths of it. */
const seen = [
  [160, 20],
  [320, 20],
  [416, 2],
] as const;

const absent = missing ?? (loadFixture('backbone_fpn_r50') ? undefined : 'the fixture backbone_fpn_r50');

interface Shown {
  readonly side: number;
  readonly image: RgbImage;
  readonly found: Detections;
}

describe.skipIf(absent !== undefined)(`ResNet-50${absent ? `: ${absent} is absent` : ''}`, () => {
  const shown: Shown[] = [];

  beforeAll(async () => {
    const network = r50Network()!;
    const own = networkDetector(network, testDefaults);
    for (const { side, image } of await pictures())
      shown.push({ side, image, found: await own.detect(image) });
    const detections = detectionGraph(network, testDefaults);
    network.dispose();
    for (const [name, format] of Object.entries(exportFormats)) {
      mkdirSync(join(folder, name));
      await format.write({ detections, weights: 'float32', metadata: {} }, join(folder, name));
    }
  }, 1_200_000);

  it.each(['onnx', 'tfjs', 'savedmodel'] as const)('finds the same as %s', async (name) => {
    const format = exportFormats[name];
    const exported = await format.open(join(folder, name, format.mainFile));
    await check(exported.runtime, shown, (image) => exported.detect(image));
    await exported.close();
  });

  it.skipIf(browserPath === undefined)('finds the same in a browser on wasm', async () => {
    const page = await openModelPage(browserPath!, join(folder, 'tfjs'));
    // a browser computes on one thread: the pictures are small but for one
    const small = shown.filter(({ side }) => side === 160);
    const large = shown.filter(({ side }) => side === 320).slice(0, 1);
    await check('Chromium, wasm', [...small, ...large], async (image) => {
      const findings = await page.detect('wasm', image);
      expect(findings.backend).toBe('wasm');
      return arrays(findings);
    });
    await page.close();
  });
});

async function pictures() {
  const paths = referenceImages(referenceCheckpoint(), 20).map(({ path }) => path);
  const read = seen.flatMap(([side, count]) =>
    paths.slice(0, count).map(async (path) => {
      const { image } = await readScaled({ path, scale: { long: side, short: side }, resample: 'reference' });
      return { side, image };
    }),
  );
  return await Promise.all(read);
}

async function check(
  runtime: string,
  shown: readonly Shown[],
  detect: (image: RgbImage) => Promise<Detections>,
) {
  for (const [side] of seen) {
    const some = shown.filter((one) => one.side === side);
    if (some.length === 0) continue;
    const began = performance.now();
    const theirs: Detections[] = [];
    for (const { image } of some) theirs.push(await detect(image));
    const each = Math.round((performance.now() - began) / some.length);
    const ours = some.map(({ found }) => found);
    const agreement = agreementOf(ours, theirs, { ...testDefaults, margin: 1e-4 });
    process.stdout.write(`${runtime}, ${side}: ${each} ms an image, ${JSON.stringify(agreement)}\n`);
    expect(agreement.detections).toBeGreaterThan(50 * some.length);
    expect(agreement.boxDifference).toBeLessThan(0.01);
    expect(agreement.scoreDifference).toBeLessThan(1e-4);
    expect(agreement.unmatched).toBeLessThanOrEqual(1);
  }
}
