/** SavedModel as an export format: written by our own writer, run by the TensorFlow that also trains. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Problem } from '../../../../shared/problem.ts';
import { tensorFlowVersion, tf } from '../../tf.ts';
import type { ExportedDetector, ExportFormat, WriteRequest } from '../export-format.ts';
import { detectImage, detectionNames, type NamedTensors, notDetections } from './detect-image.ts';
import { lower } from './lower.ts';
import { writeSavedModel } from './saved-model.ts';

const folderName = 'saved_model';
const headsFolder = 'saved_model_heads';
const modelFile = 'saved_model.pb';

/** The place that the format has for files of others. */
const metadataFile = 'assets.extra/metadata.json';

export const savedModelFormat: ExportFormat = {
  mainFile: `${folderName}/${modelFile}`,
  async write({ detections, heads, weights, metadata }: WriteRequest, folder: string): Promise<string[]> {
    const half = weights === 'float16';
    writeSavedModel(join(folder, folderName), lower(detections, 'tensorflow'), { half });
    mkdirSync(join(folder, folderName, 'assets.extra'), { recursive: true });
    writeFileSync(join(folder, folderName, metadataFile), JSON.stringify(metadata));
    const files = [modelFile, metadataFile].map((file) => `${folderName}/${file}`);
    if (heads === undefined) return files;
    writeSavedModel(join(folder, headsFolder), lower(heads, 'tensorflow'), { half });
    return [...files, `${headsFolder}/${modelFile}`];
  },
  async open(file: string): Promise<ExportedDetector> {
    const model = await load(dirname(file));
    return {
      runtime: `TensorFlow ${tensorFlowVersion()}`,
      metadata: await metadataOf(join(dirname(file), metadataFile)),
      detect: (image) => detectImage(image, (input) => model.predict({ image: input }) as NamedTensors),
      close: async () => model.dispose(),
    };
  },
};

async function load(folder: string): Promise<TFSavedModel> {
  const model = await tf.node.loadSavedModel(folder).catch(() => undefined);
  if (model === undefined) {
    throw new Problem(`${folder} is no SavedModel that can be read.`, 'Export it again.');
  }
  const { outputNodeNames } = model;
  if (detectionNames.every((name) => name in outputNodeNames)) return model;
  model.dispose();
  throw notDetections(folder);
}

type TFSavedModel = Awaited<ReturnType<typeof tf.node.loadSavedModel>>;

async function metadataOf(file: string): Promise<Record<string, string>> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Record<string, string>;
  } catch {
    return {};
  }
}
