// The way in: recognise a source, read it, look it over. Nothing is written, to the source or elsewhere.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Problem } from '../../shared/problem.ts';
import { coco } from './coco.ts';
import { createml } from './createml.ts';
import { cvat } from './cvat.ts';
import type { DatasetFormat, ReadOptions } from './dataset-format.ts';
import { imageFolder } from './image-folder.ts';
import { inspect, type StageReport } from './inspect.ts';
import { labelStudio } from './label-studio.ts';
import { labelme } from './labelme.ts';
import { Unreadable } from './source-text.ts';
import type { StagedDataset } from './staged.ts';
import { voc } from './voc.ts';
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
};

export interface StageOptions extends ReadOptions {
  /** A format's name, or `auto` to recognise it. */
  readonly format: string;
}

/**
 * Reads `source` (a folder, or a label file) into memory with a report on it.
 * Damaged files and boxes end in `skipped`; a source with nothing to import is a Problem.
 */
export async function stageImport(
  source: string,
  options: StageOptions,
): Promise<{ dataset: StagedDataset; report: StageReport }> {
  const from = resolve(source);
  if (!existsSync(from)) throw new Problem(`There is no folder ${from}.`, 'Check the path.');
  const images = options.images === undefined ? undefined : resolve(options.images);
  if (images !== undefined && !existsSync(images)) {
    throw new Problem(`There is no image folder ${images}.`, 'Check the path.');
  }
  const format = isAutomatic(options.format) ? await recognise(from) : formatNamed(options.format);
  const raw = await read(format, from, { ...options, ...(images !== undefined && { images }) });
  if (raw.images.length === 0) throw nothingRead(from, format.name, raw);
  return inspect(raw);
}

async function read(format: DatasetFormat, from: string, options: ReadOptions): Promise<StagedDataset> {
  try {
    return await format.read(from, options);
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

async function recognise(source: string): Promise<DatasetFormat> {
  let best: DatasetFormat | undefined;
  let sureness = 0;
  for (const format of datasetFormats) {
    const found = await format.detect(source);
    if (found > sureness) [best, sureness] = [format, found];
  }
  if (best) return best;
  throw new Problem(
    `Nothing in ${source} was recognised as images or labels.`,
    'Choose a folder with images, or name the format.',
  );
}

function nothingRead(source: string, format: string, { skipped }: StagedDataset): Problem {
  const [first] = skipped;
  const why = first
    ? ` The first of ${skipped.length} files left out is ${first.file}: ${first.reason}.`
    : '';
  return new Problem(
    `No image of ${source} could be imported as ${format}.${why}`,
    'Check the folder, and name the folder of the images where they lie elsewhere.',
  );
}
