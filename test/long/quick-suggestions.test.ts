// Suggestions through the traced graph against the network itself, on a run that really learnt and on the reference
// checkpoint: the same finds, and how much sooner.
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { exportModel } from '../../src/main/services/model-export.ts';
import { type OpenProject, openProject } from '../../src/main/services/projects.ts';
import { suggestMany } from '../../src/main/services/suggesting.ts';
import { chosenModel } from '../../src/main/services/suggesting-models.ts';
import type { FoundObjects, JobImage, ModelSource } from '../../src/main/trainer/job.ts';
import { DetectorProcess } from '../../src/main/trainer/launch-detector.ts';
import type { OpenDetector } from '../../src/main/trainer/looking.ts';
import { openDetector } from '../../src/main/trainer/open-detector.ts';
import { NetworkDetector } from '../../src/main/trainer/open-network.ts';
import { readModel } from '../../src/main/trainer/read-model.ts';
import { makeTrainedProject } from '../e2e/trained-project.ts';
import { expectAgreement, imagesOf } from '../unit/trainer/trained-project.ts';
import { missing, referenceCheckpoint, referenceImages, title } from './reference-checkpoint.ts';

const folder = mkdtempSync(join(tmpdir(), 'ddod-quick-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** As suggestions are asked for. */
const lowestScore = 0.1;

describe('suggestions through the graph', () => {
  it('are those of the network, for a run', async () => {
    const dir = join(folder, 'project');
    await makeTrainedProject(dir);
    const project = openProject(dir);
    const { source, cache } = chosenModel(project, 'r1/best');
    const images = imagesOf(project).slice(0, 20);
    const { detections } = await compare('a run', source, cache, images);
    expect(detections).toBeGreaterThan(40);
    await suggestFromElsewhere(project);
    project.close();
  });

  it.skipIf(missing !== undefined)(`are those of the network, for ${title}`, async () => {
    const reference = referenceCheckpoint();
    const { file, recipe, classes } = reference;
    const source = { kind: 'file', file, recipe, classes } as const;
    const images = referenceImages(reference, 20);
    const { detections } = await compare('the reference', source, join(folder, 'graphs'), images);
    expect(detections).toBeGreaterThan(200);
  });
});

/** The run's ONNX export, moved away from its card, suggests what the run suggests. */
async function suggestFromElsewhere(project: OpenProject): Promise<void> {
  await exportModel(project, 'r1', { format: 'onnx', out: join(folder, 'export') });
  const file = join(folder, 'cells.onnx');
  renameSync(join(folder, 'export', 'model.onnx'), file);
  const detector = new DetectorProcess();
  const found: Record<string, number> = {};
  for (const key of ['r1/best', file]) {
    const progress = await suggestMany(detector, project, key, { kind: 'all' });
    expect(progress).toMatchObject({ done: 60, of: 60, unreadable: 0, hindrance: null });
    found[key] = progress.found;
  }
  detector.close();
  expect(found[file]).toBeGreaterThan(200);
  expect(found[file]).toBe(found['r1/best']);
  const [one] = project.annotations.images();
  const [own, theirs] = ['r1/best', file].map((key) => project.suggestions.ofImage(key, one!.id).suggestions);
  expect(theirs!.map(({ classId }) => classId)).toEqual(own!.map(({ classId }) => classId));
}

/** One image at a time by turns, as somebody who labels asks. */
async function compare(name: string, source: ModelSource, cache: string, images: readonly JobImage[]) {
  const network = new NetworkDetector(readModel(source));
  const traced = await openDetector(source, cache);
  await traced.look(images.slice(0, 1), lowestScore);
  const began = performance.now();
  await traced.prepare?.();
  const tracing = performance.now() - began;
  const [eager, quick] = [emptyTurns(), emptyTurns()];
  for (const image of images) {
    await turn(network, image, eager);
    await turn(traced, image, quick);
  }
  expect(traced.runtime).toMatch(/^onnxruntime/);
  const agreement = expectAgreement(quick.found, eager.found, lowestScore);
  const [before, after] = [median(eager.milliseconds), median(quick.milliseconds)];
  const ratio = (before / after).toFixed(2);
  process.stdout.write(
    `${name}: ${ratio} times as fast (network ${before.toFixed(0)} ms, graph ${after.toFixed(0)} ms, made in ${tracing.toFixed(0)} ms) ${JSON.stringify(agreement)}\n`,
  );
  network.dispose();
  traced.dispose();
  return agreement;
}

async function turn(
  detector: Pick<OpenDetector, 'look'>,
  image: JobImage,
  { found, milliseconds }: ReturnType<typeof emptyTurns>,
) {
  const began = performance.now();
  found.push(...((await detector.look([image], lowestScore)) as FoundObjects[]));
  milliseconds.push(performance.now() - began);
}

function emptyTurns() {
  return { found: [] as FoundObjects[], milliseconds: [] as number[] };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
