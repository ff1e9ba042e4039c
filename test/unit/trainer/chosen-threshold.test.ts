// The score that was chosen for a run goes with its model: predict begins there, from the run and from what was exported.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { exportRun } from '../../../src/main/services/exports.ts';
import { exportModel } from '../../../src/main/services/model-export.ts';
import { modelChoices } from '../../../src/main/services/suggesting-models.ts';
import { documentOf, inProcess } from '../cli/command-line.ts';
import { temporaryFolder } from '../services/temporary.ts';
import { imagesOf, trainedProject } from './trained-project.ts';

interface Predicted {
  readonly score: number | null;
  readonly results: readonly { readonly score: number }[];
}

async function predict(model: string, image: string, ...more: string[]): Promise<Predicted> {
  return documentOf(await inProcess('predict', '--model', model, image, '--json', ...more));
}

it('goes with the model', { timeout: 180_000 }, async () => {
  const project = await trainedProject(['test.scoreThresh=0.0']);
  const image = imagesOf(project)[0]!.path;
  const run = `${project.dir}#r1`;
  const all = await predict(run, image);
  expect(all.score).toBeNull();
  const scores = all.results.map(({ score }) => score);
  expect(scores.length).toBeGreaterThan(4);
  const middle = Math.round(scores[scores.length >> 1]! * 1000) / 1000;
  project.evaluations.setThreshold('r1', middle);
  const wanted = scores.filter((score) => score >= middle).length;
  const [plain, onnx] = ['plain', 'onnx'].map((name) => join(temporaryFolder(), name)) as [string, string];
  exportRun(project, 'r1', 'safetensors', plain);
  await exportModel(project, 'r1', { format: 'onnx', out: onnx, proofImages: 2 });

  for (const model of [run, plain, onnx]) {
    const { score, results } = await predict(model, image);
    expect(score, model).toBe(middle);
    expect(Math.min(...results.map((found) => found.score))).toBeGreaterThanOrEqual(middle);
    expect(Math.abs(results.length - wanted)).toBeLessThanOrEqual(1);
  }
  expect((await predict(plain, image, '--score', '0')).results.length).toBeGreaterThan(wanted);
  const told = await inProcess('predict', '--model', run, image);
  expect(told.stdout).toContain('as chosen for this model; --score shows others');

  expect(readFileSync(join(onnx, 'card.md'), 'utf8')).toContain(`from a score of ${middle} on`);
  expect(readFileSync(join(onnx, 'predict.py'), 'utf8')).toContain(`else ${middle}\n`);
  const sample = JSON.parse(readFileSync(join(onnx, 'sample.json'), 'utf8')) as {
    detections: { score: number }[];
  };
  for (const { score } of sample.detections) expect(score).toBeGreaterThanOrEqual(middle);

  const known = { key: onnx, name: 'onnx', runId: null, classes: [] };
  project.suggestions.keep(known, project.annotations.images()[0]!.id, [], null);
  expect(modelChoices(project).find(({ key }) => key === onnx)?.score).toBe(middle);
});
