/** TensorFlow.js as an export format: written by our own writer, run by TensorFlow.js over the TensorFlow that also trains. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../../../../shared/problem.ts';
import { tensorFlowVersion, tf } from '../../tf.ts';
import type { ExportedDetector, ExportFormat, WriteRequest } from '../export-format.ts';
import { detectImage, detectionNames, type NamedTensors, notDetections } from './detect-image.ts';
import { lower } from './lower.ts';
import { writeTfjsModel } from './tfjs-model.ts';

const folderName = 'tfjs';
const headsFolder = 'tfjs_heads';
const modelFile = 'model.json';

interface ModelJson {
  readonly userDefinedMetadata: {
    readonly structuredOutputKeys: readonly string[];
    readonly detector: Readonly<Record<string, string>>;
  };
}

export const tfjsFormat: ExportFormat = {
  mainFile: `${folderName}/${modelFile}`,
  async write({ detections, heads, weights, metadata }: WriteRequest, folder: string): Promise<string[]> {
    const writeTo = (name: string, graph: typeof detections) =>
      writeTfjsModel(join(folder, name), lower(graph, 'tfjs'), { precision: weights, metadata }).map(
        (file) => `${name}/${file}`,
      );
    const files = writeTo(folderName, detections);
    return heads === undefined ? files : [...files, ...writeTo(headsFolder, heads)];
  },
  async open(file: string): Promise<ExportedDetector> {
    const { structuredOutputKeys, detector } = await metadataOf(file);
    if (!detectionNames.every((name) => structuredOutputKeys.includes(name))) throw notDetections(file);
    const model = await tf.loadGraphModel(`file://${file}`);
    return {
      runtime: `TensorFlow.js ${tf.version['tfjs-core']} on TensorFlow ${tensorFlowVersion()}`,
      metadata: detector,
      detect: (image) =>
        detectImage(image, async (input) => (await model.predictAsync(input)) as unknown as NamedTensors),
      close: async () => model.dispose(),
    };
  },
};

async function metadataOf(file: string): Promise<ModelJson['userDefinedMetadata']> {
  try {
    const { userDefinedMetadata } = JSON.parse(await readFile(file, 'utf8')) as ModelJson;
    const { structuredOutputKeys = [], detector = {} } = userDefinedMetadata;
    return { structuredOutputKeys, detector };
  } catch {
    throw new Problem(`${file} is no TensorFlow.js model of a detector.`, 'Export it again.');
  }
}
