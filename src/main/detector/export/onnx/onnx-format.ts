/** ONNX as an export format: written by our own writer, run by onnxruntime on the CPU. */
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { Problem, sentenceOf } from '../../../../shared/problem.ts';
import type { RgbImage } from '../../data/rgb-image.ts';
import type { Detections } from '../../engine/detect-batch.ts';
import type { ExportedDetector, ExportFormat, WriteRequest } from '../export-format.ts';
import { decodeModel } from './schema.ts';
import { writeOnnx } from './write.ts';

type Runtime = typeof import('onnxruntime-node');

const mainFile = 'model.onnx';
const headsFile = 'model-heads.onnx';

export const onnxFormat: ExportFormat = {
  mainFile,
  async write({ detections, heads, weights, metadata }: WriteRequest, folder: string): Promise<string[]> {
    const options = { half: weights === 'float16', deformConv: 'DeformConv', metadata } as const;
    await writeFile(join(folder, mainFile), writeOnnx(detections, options));
    if (heads === undefined) return [mainFile];
    await writeFile(join(folder, headsFile), writeOnnx(heads, options));
    return [mainFile, headsFile];
  },
  async open(file: string): Promise<ExportedDetector> {
    const runtime = loadRuntime();
    const metadata = metadataOf(await readFile(file), file);
    const session = await runtime.InferenceSession.create(file, sessionOptions).catch((error) => {
      throw new Problem(`${file} cannot be run: ${sentenceOf(error)}`, 'Export it again.');
    });
    if (
      !session.inputNames.includes('image') ||
      !outputs.every((name) => session.outputNames.includes(name))
    ) {
      await session.release();
      throw new Problem(
        `${file} does not take an image and give boxes, scores and labels.`,
        'Give a detector that was exported by this program, not its heads alone.',
      );
    }
    return {
      runtime: `onnxruntime-node ${runtime.env.versions.node}`,
      metadata,
      detect: (image) => run(runtime, session, image),
      close: () => session.release(),
    };
  },
};

const outputs = ['boxes', 'scores', 'labels'];

const sessionOptions = {
  logSeverityLevel: 3,
  // threads that wait do not take the cores from TensorFlow's or from another program's
  extra: { session: { intra_op: { allow_spinning: '0' } } },
} as const;

/** Loaded when it is first needed: it is a large library. */
function loadRuntime(): Runtime {
  return createRequire(import.meta.url)('onnxruntime-node') as Runtime;
}

async function run(runtime: Runtime, session: InferenceSession, image: RgbImage): Promise<Detections> {
  const { width, height, data } = image;
  const input = new runtime.Tensor('uint8', data, [1, height, width, 3]);
  const { boxes, scores, labels } = await session.run({ image: input });
  return {
    boxes: boxes?.data as Float32Array,
    scores: scores?.data as Float32Array,
    labels: labels?.data as Int32Array,
  };
}

function metadataOf(bytes: Uint8Array, file: string): Record<string, string> {
  try {
    return Object.fromEntries(decodeModel(bytes).metadataProps.map(({ key, value }) => [key, value]));
  } catch {
    throw new Problem(`${file} is not an ONNX model.`, 'Export it again.');
  }
}
