// The trained reference checkpoint as SavedModel and TensorFlow.js model on real images: proved, at another size, with
// weights of eight bits, and in a real browser.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readScaled } from '../../src/main/detector/data/scaled-image.ts';
import { agreementOf } from '../../src/main/detector/export/agreement.ts';
import { exportFormats } from '../../src/main/detector/export/formats.ts';
import { exportModel } from '../../src/main/trainer/export-job.ts';
import type { ExportJob, Proof } from '../../src/main/trainer/job-export.ts';
import { openModelPage } from '../e2e/model-page.ts';
import { browserProgram } from '../e2e/studio.ts';
import { arrays } from './page-findings.ts';
import { missing, referenceCheckpoint, referenceImages, title } from './reference-checkpoint.ts';

const browserPath = browserProgram();
const root = mkdtempSync(join(tmpdir(), 'ddod-tensorflow-'));
afterAll(() => rmSync(root, { recursive: true }));

describe.skipIf(missing !== undefined)(title, () => {
  it.each(['savedmodel', 'tfjs'] as const)('agrees as %s on twenty pictures', async (format) => {
    const proof = await prove({ format, folder: join(root, format) });
    expect(proof.images).toBe(20);
    expect(proof.boxDifference).toBeLessThan(0.01);
    expect(proof.scoreDifference).toBeLessThan(1e-4);
    expect(proof.unmatched).toBeLessThanOrEqual(1);
  });

  it('keeps nearly all of its AP with weights of eight bits', async () => {
    const { AP } = await prove({ format: 'tfjs', weights: 'uint8', folder: join(root, 'bytes') });
    expect(Math.abs(AP.exported - AP.engine)).toBeLessThan(0.02);
  });

  it.each(['savedmodel', 'tfjs'] as const)('agrees as %s at another size', async (format) => {
    const proof = await prove(
      { format, folder: join(root, `${format}-large`), images: given().images.slice(0, 4) },
      448,
    );
    expect(proof.boxDifference).toBeLessThan(0.01);
    expect(proof.unmatched).toBeLessThanOrEqual(1);
  });

  it.skipIf(browserPath === undefined).each([
    ['wasm', 20],
    ['webgl', 2],
  ] as const)('agrees in a browser on %s', async (backend, count) => {
    const folder = join(root, 'tfjs');
    const detector = await exportFormats.savedmodel.open(
      join(root, 'savedmodel', exportFormats.savedmodel.mainFile),
    );
    const page = await openModelPage(browserPath!, folder);
    const { recipe, images } = given();
    const scale = recipe.input.scales.at(-1)!;
    for (const { path } of images.slice(0, count)) {
      const { image } = await readScaled({ path, scale, resample: recipe.input.resample });
      const [here, there] = [await detector.detect(image), arrays(await page.detect(backend, image))];
      const agreement = agreementOf([here], [there], { ...recipe.test, margin: 0.001 });
      expect(agreement.boxDifference, path).toBeLessThan(0.05);
      expect(agreement.scoreDifference, path).toBeLessThan(5e-4);
      expect(agreement.unmatched, path).toBeLessThanOrEqual(1);
    }
    await page.close();
    await detector.close();
  });
});

/** Exports the checkpoint, which holds it against the engine; says how they compare. */
async function prove(
  changes: Pick<ExportJob, 'format' | 'folder'> & Partial<ExportJob>,
  side?: number,
): Promise<Proof> {
  const { recipe, classes, images, file } = given();
  const sized =
    side === undefined
      ? recipe
      : { ...recipe, input: { ...recipe.input, scales: [{ long: side, short: side }] } };
  const model = { kind: 'file', file, recipe: sized, classes } as const;
  let proof: Proof | undefined;
  await exportModel({ model, weights: 'float32', heads: false, images, ...changes }, (event) => {
    if (event.type === 'exported') proof = event.result.proof;
  });
  process.stdout.write(`${changes.format} ${changes.weights ?? ''} ${JSON.stringify(proof)}\n`);
  return proof!;
}

/** The checkpoint, its recipe, and twenty labelled images of the test split. */
function given() {
  const reference = referenceCheckpoint();
  return { ...reference, images: referenceImages(reference, 20) };
}
