// The programs beside a SavedModel and a TensorFlow.js model, run as they stand, print what the engine finds.
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { readScaled } from '../../../src/main/detector/data/scaled-image.ts';
import { detectionGraph } from '../../../src/main/detector/export/detector-graph.ts';
import { inOriginalPixels } from '../../../src/main/detector/export/file-detector.ts';
import { exportFormats } from '../../../src/main/detector/export/formats.ts';
import { testDefaults } from '../../../src/main/detector/postprocess/detections.ts';
import { savedModelSnippets, tfjsSnippets } from '../../../src/main/services/tensorflow-snippets.ts';
import { expectClose } from '../../golden/fixture.ts';
import { found, noise } from '../detector/export/engine.ts';
import { smallNetwork } from '../detector/export/network.ts';
import { tinyRecipe } from '../trainer/sample-project.ts';
import { temporaryFolder } from './temporary.ts';

const packages = resolve(import.meta.dirname, '../../../node_modules');
const settings = { ...testDefaults, maxPerImage: 20 };
const snippets = { tfjs: tfjsSnippets, savedmodel: savedModelSnippets };

it.each(['tfjs', 'savedmodel'] as const)('%s in Node', async (format) => {
  const network = smallNetwork();
  const recipe = tinyRecipe([], { size: '128' });
  const folder = temporaryFolder();
  const metadata = { recipe: JSON.stringify(recipe), classes: '["a","b","c"]' };
  const graph = detectionGraph(network, settings);
  await exportFormats[format].write({ detections: graph, weights: 'float32', metadata }, folder);
  const text = snippets[format](recipe, null).find(({ file }) => file === 'predict.mjs')!.text;
  writeFileSync(join(folder, 'predict.mjs'), text);
  writeFileSync(join(folder, 'labels.json'), metadata.classes);
  linkPackages(folder);

  const path = join(folder, 'sample.png');
  const { data, width, height } = noise(150, 210);
  await sharp(data, { raw: { width, height, channels: 3 } }).toFile(path);
  const scaled = await readScaled({
    path,
    scale: recipe.input.scales.at(-1)!,
    resample: recipe.input.resample,
  });
  const expected = inOriginalPixels(found(network, scaled.image, settings), scaled);

  const printed = (...least: string[]) => {
    const output = execFileSync(process.execPath, ['predict.mjs', 'sample.png', ...least], {
      cwd: folder,
      encoding: 'utf8',
      // as TensorFlow runs by itself on processors with AVX-512 VNNI
      env: { ...process.env, TF_ENABLE_ONEDNN_OPTS: '1' },
    });
    return JSON.parse(output) as { label: string; score: number; box: number[] }[];
  };
  const results = printed();
  expect(results.length).toBe(20);
  expect(results.map(({ label }) => label)).toEqual(Array.from(expected.labels, (label) => 'abc'[label]));
  results.forEach(({ score, box }, i) => {
    expect(score).toBeCloseTo(expected.scores[i]!, 3);
    expectClose(box, expected.boxes.subarray(i * 4, i * 4 + 4), { abs: 0.5 });
  });
  const middle = ((results[9]?.score ?? 0) + (results[10]?.score ?? 0)) / 2;
  expect(printed(String(middle))).toEqual(results.slice(0, 10));
  writeFileSync(
    join(folder, 'predict.mjs'),
    snippets[format](recipe, middle).find(({ file }) => file === 'predict.mjs')!.text,
  );
  expect(printed(), 'from the chosen score on').toEqual(results.slice(0, 10));
  network.dispose();
});

/** As `npm install` would have put them; the package for the processor alone is the same program as that for graphics cards. */
function linkPackages(folder: string): void {
  mkdirSync(join(folder, 'node_modules/@tensorflow'), { recursive: true });
  symlinkSync(join(packages, 'sharp'), join(folder, 'node_modules/sharp'));
  for (const name of ['tfjs', 'tfjs-backend-wasm']) {
    symlinkSync(join(packages, '@tensorflow', name), join(folder, 'node_modules/@tensorflow', name));
  }
  symlinkSync(
    join(packages, '@tensorflow/tfjs-node-gpu'),
    join(folder, 'node_modules/@tensorflow/tfjs-node'),
  );
}
