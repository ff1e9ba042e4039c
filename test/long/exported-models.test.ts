// A run exported for other programs, from the command line: used in its place, by the programs of its own card too; and
// the trained reference checkpoint on real images, at two sizes.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detectExported } from '../../src/main/trainer/detect-exported.ts';
import { detect } from '../../src/main/trainer/detect-job.ts';
import { detectionHearer } from '../../src/main/trainer/detected.ts';
import { exportModel } from '../../src/main/trainer/export-job.ts';
import type { DetectionEvent, DetectionResult, JobImage, ModelSource } from '../../src/main/trainer/job.ts';
import type { ExportResult, Proof } from '../../src/main/trainer/job-export.ts';
import type { Recipe } from '../../src/shared/recipe.ts';
import { ddod, documentOf } from '../unit/cli/command-line.ts';
import { missing, referenceCheckpoint, referenceImages, title } from './reference-checkpoint.ts';
import { drawnProject, trainArguments } from './training.ts';

const folder = mkdtempSync(join(tmpdir(), 'ddod-exported-'));
const at = (...names: string[]) => join(folder, ...names);
afterAll(() => rmSync(folder, { recursive: true }));

interface Found {
  readonly label: string;
  readonly score: number;
  readonly box: readonly number[];
}

describe('a run exported by ddod export --to onnx', () => {
  let project = '';
  let data = '';

  beforeAll(async () => {
    ({ project, data } = await drawnProject(folder, 12));
    expect(await ddod(...trainArguments(project, '--set', 'test.scoreThresh=0.001'))).toMatchObject({
      code: 0,
    });
    // where the programs find their packages
    symlinkSync(resolve(import.meta.dirname, '../../node_modules'), at('node_modules'));
  }, 300_000);

  async function documentFrom<T>(...args: string[]): Promise<T> {
    const outcome = await ddod(...args, '--json');
    expect(outcome.code, outcome.stderr).toBe(0);
    return documentOf<T>(outcome);
  }

  const exportTo = (out: string, ...more: string[]) =>
    documentFrom<{ readonly files: string[]; readonly proof: Proof }>(
      ...['export', '--project', project, '--run', 'r1', '--to', 'onnx', '--out', out, ...more],
    );

  const predict = (model: string) =>
    documentFrom<{ readonly results: Record<string, unknown>[] }>(
      ...['predict', '--model', model, join(data, 'JPEGImages'), '--score', '0'],
    );

  it('finds what the run finds, as a folder and as a file', async () => {
    const { files, proof } = await exportTo(at('onnx'));
    for (const file of files) expect(existsSync(file), file).toBe(true);
    expect(proof.detections).toBeGreaterThan(0);
    const own = await predict(`${project}#r1`);
    for (const model of [at('onnx'), at('onnx', 'model.onnx')]) {
      const { results } = await predict(model);
      expect(Math.abs(results.length / own.results.length - 1)).toBeLessThan(0.01);
      expect(results[0]).toMatchObject({
        category: own.results[0]!.category,
        file_name: own.results[0]!.file_name,
      });
      expect(results[0]!.score).toBeCloseTo(own.results[0]!.score as number, 4);
    }
  });

  it('tells on its card what its programs are, and they print what its sample says', () => {
    const card = readFileSync(at('onnx', 'card.md'), 'utf8');
    const { image, detections } = JSON.parse(readFileSync(at('onnx', 'sample.json'), 'utf8')) as {
      image: string;
      detections: Found[];
    };
    const programs: [string, string | undefined][] = [
      ['predict.mjs', process.execPath],
      ['predict.py', pythonWith('onnxruntime, PIL')],
    ];
    for (const [name, program] of programs) {
      expect(card).toContain(readFileSync(at('onnx', name), 'utf8'));
      if (program === undefined) continue;
      const printed = execFileSync(program, [name, image], { cwd: at('onnx'), encoding: 'utf8' });
      expectSame(JSON.parse(printed) as Found[], detections);
    }
  });

  it('is half as large with weights of half precision, and says how much that costs', async () => {
    const { proof } = await exportTo(at('half'), '--half', '--heads', '--proof', '2');
    expect(proof.images).toBe(2);
    expect(readFileSync(at('half', 'card.md'), 'utf8')).toContain('float16');
    const size = (name: string) => readFileSync(at(name, 'model.onnx')).length;
    expect(size('half') / size('onnx')).toBeLessThan(0.6);
    expect(existsSync(at('half', 'model-heads.onnx'))).toBe(true);
  });

  it('is not written into a folder in use, and leaves nothing where it fails', async () => {
    const again = await ddod(
      'export',
      '--project',
      project,
      '--run',
      'r1',
      '--to',
      'onnx',
      '--out',
      at('onnx'),
    );
    expect(again).toMatchObject({ code: 1, stderr: expect.stringMatching(/onnx is not empty/) });
  });
});

describe.skipIf(missing !== undefined)(title, () => {
  it('finds the same on twenty blood pictures as ONNX, at two sizes', async () => {
    const reference = referenceCheckpoint();
    const { file, recipe, classes } = reference;
    const images = referenceImages(reference, 20);
    const model = { kind: 'file', file, recipe, classes } as const;
    let result: ExportResult | undefined;
    await exportModel(
      { model, format: 'onnx', weights: 'float32', heads: false, folder, images },
      (event) => {
        if (event.type === 'exported') result = event.result;
      },
    );
    const { proof } = result!;
    process.stdout.write(`${JSON.stringify(proof)}\n`);
    expect(proof.images).toBe(20);
    expect(proof.AP.exported).toBeGreaterThan(0.4);
    expect(proof.unmatched).toBeLessThanOrEqual(1);

    const larger = { ...recipe, input: { ...recipe.input, scales: [{ long: 448, short: 448 }] } };
    const exported = {
      kind: 'exported',
      format: 'onnx',
      file: join(folder, 'model.onnx'),
      recipe: larger,
      classes,
    } as const;
    const [own, theirs] = [await found({ ...model, recipe: larger }, images), await found(exported, images)];
    expect(theirs.metrics!.AP).toBeCloseTo(own.metrics!.AP!, 3);
    expect(theirs.images.length).toBe(20);
    theirs.images.forEach(({ scores }, i) => {
      expect(Math.abs(scores.length - own.images[i]!.scores.length)).toBeLessThanOrEqual(1);
      expect(scores[0]).toBeCloseTo(own.images[i]!.scores[0]!, 4);
    });
  });
});

async function found(model: ModelSource & { readonly recipe: Recipe }, images: readonly JobImage[]) {
  let result: DetectionResult | undefined;
  const resultIn = detectionHearer();
  const hear = (event: DetectionEvent) => {
    result = resultIn(event);
  };
  const job = { model, images, evaluate: true };
  await (model.kind === 'exported' ? detectExported(job, model, hear) : detect(job, hear));
  return result!;
}

/** DDOD_PYTHON where it has the modules: the programs in Python are run by hand otherwise. */
function pythonWith(modules: string): string | undefined {
  const python = process.env.DDOD_PYTHON;
  if (python === undefined) return undefined;
  try {
    execFileSync(python, ['-c', `import ${modules}`], { stdio: 'ignore' });
    return python;
  } catch {
    return undefined;
  }
}

/** Another resampling rounds a few pixels by a grey level. */
function expectSame(printed: readonly Found[], expected: readonly Found[]): void {
  expect(Math.abs(printed.length - expected.length)).toBeLessThanOrEqual(expected.length * 0.05);
  for (const { label, score, box } of expected.slice(0, 5)) {
    const same = printed.find(
      (one) =>
        one.label === label &&
        Math.abs(one.score - score) < 0.01 &&
        box.every((side, i) => Math.abs(side - one.box[i]!) < 2),
    );
    expect(same, `${label} ${score} ${box}`).toBeDefined();
  }
}
