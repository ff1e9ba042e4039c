// The way in: recognise a source, read it, look it over. Nothing is written, to the source or elsewhere.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Problem } from '../../shared/problem.ts';
import { coco } from './coco.ts';
import { createml } from './createml.ts';
import { crowdhuman } from './crowdhuman.ts';
import { cvat } from './cvat.ts';
import type { DatasetFormat, ReadOptions } from './dataset-format.ts';
import { imageFolder } from './image-folder.ts';
import { inspect, type StageReport } from './inspect.ts';
import { labelStudio } from './label-studio.ts';
import { labelme } from './labelme.ts';
import { Unreadable } from './source-text.ts';
import { SourceTree } from './source-tree.ts';
import type { StagedDataset } from './staged.ts';
import { voc } from './voc.ts';
import { wider } from './wider.ts';
import { yolo } from './yolo.ts';

/** The most telling first: of equally sure ones the first is taken. */
const datasetFormats: readonly DatasetFormat[] = [
  yolo,
  cvat,
  voc,
  coco,
  createml,
  labelStudio,
  labelme,
  wider,
  crowdhuman,
  imageFolder,
];

/** Names people use for the same files. */
const otherNames: Readonly<Record<string, string>> = {
  roboflow: 'auto',
  pascal: 'voc',
  'pascal-voc': 'voc',
  ultralytics: 'yolo',
  darknet: 'yolo',
  labelimg: 'yolo',
  labelstudio: 'label-studio',
  'x-anylabeling': 'labelme',
  folder: 'images',
  widerface: 'wider',
  'wider-face': 'wider',
  odgt: 'crowdhuman',
};

export interface StageOptions extends ReadOptions {
  /** A format's name, or `auto` to recognise it. */
  readonly format: string;
  /** Hears what goes on before labels are read; a total of 0 is not known yet. */
  readonly onFiles?: (done: number, total: number) => void;
}

/**
 * Reads `source` (a folder, or a label file) into memory with a report on it; `raw` is what was read before boxes that
 * cannot be used were taken out of it.
 * Damaged files and boxes end in `skipped`; a source with nothing to import is a Problem.
 */
export async function stageImport(
  source: string,
  options: StageOptions,
): Promise<{ raw: StagedDataset; dataset: StagedDataset; report: StageReport }> {
  const from = resolve(source);
  if (!existsSync(from)) throw new Problem(`There is no folder ${from}.`, 'Check the path.');
  const images = options.images === undefined ? undefined : resolve(options.images);
  if (images !== undefined && !existsSync(images)) {
    throw new Problem(`There is no image folder ${images}.`, 'Check the path.');
  }
  const { signal, onFiles } = options;
  const tree = new SourceTree({ ...(signal && { signal }), ...(onFiles && { onFiles }) });
  const raw = await read(from, { ...options, ...(images !== undefined && { images }) }, tree);
  if (raw.images.length === 0) throw nothingRead(from, raw);
  return { raw, ...(await inspect(raw, signal)) };
}

async function read(from: string, options: StageOptions, tree: SourceTree): Promise<StagedDataset> {
  try {
    const format = isAutomatic(options.format) ? await recognise(from, tree) : formatNamed(options.format);
    const dataset = await format.read(from, options, tree);
    const unread = [...tree.unread].map((file) => ({ file, reason: 'the folder may not be read' }));
    const unused =
      options.convention === undefined || dataset.convention !== undefined
        ? []
        : [`The convention ${options.convention} was not used: ${format.name} leaves nothing open.`];
    return {
      ...dataset,
      skipped: [...dataset.skipped, ...unread],
      warnings: [...dataset.warnings, ...unused],
    };
  } catch (error) {
    if (error instanceof Unreadable) throw new Problem(`${from} cannot be imported: ${error.message}.`);
    throw error;
  }
}

/** Whether a format's name asks for the source to be recognised. */
export function isAutomatic(name: string): boolean {
  return plainName(name) === 'auto';
}

function plainName(name: string): string {
  const lower = name.toLowerCase();
  return otherNames[lower] ?? lower;
}

/** The format called `name`; throws a Problem that lists those there are. */
export function formatNamed(name: string): DatasetFormat {
  const format = datasetFormats.find((known) => known.name === plainName(name));
  if (format) return format;
  const names = datasetFormats.map((known) => known.name).join(', ');
  throw new Problem(`The format ${name} is unknown.`, `Choose one of ${names}.`);
}

/** Nothing is surer than a file that describes the dataset. */
const surest = 0.95;

async function recognise(source: string, tree: SourceTree): Promise<DatasetFormat> {
  let best: DatasetFormat | undefined;
  let sureness = 0;
  for (const format of datasetFormats) {
    const found = await format.detect(source, tree);
    if (found > sureness) [best, sureness] = [format, found];
    if (sureness >= surest) break;
  }
  if (best) return best;
  throw new Problem(
    `Nothing in ${source} was recognised as images or labels.`,
    'Choose a folder with images, or name the format.',
  );
}

function nothingRead(source: string, { format, skipped }: StagedDataset): Problem {
  const [first] = skipped;
  const why = first
    ? ` ${skipped.length === 1 ? 'The file' : `The first of ${skipped.length} files`} left out is ${first.file}: ${first.reason}.`
    : '';
  return new Problem(
    `No image of ${source} could be imported as ${format}.${why}`,
    'Check the folder, and name the folder of the images where they lie elsewhere.',
  );
}
