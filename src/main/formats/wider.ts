// WIDER FACE text: a line with the image, one with the number of its faces, and a row for each: x y w h and six marks.
import { extname } from 'node:path';
import { Problem } from '../../shared/problem.ts';
import type { DatasetFormat, ReadOptions } from './dataset-format.ts';
import { draftList, folderOf } from './draft-list.ts';
import { isImageName, nameBelow } from './image-files.ts';
import { nearTo } from './image-index.ts';
import { isProse } from './label-files.ts';
import { linesOf, numberOf, readSourceText, Unreadable } from './source-text.ts';
import type { SourceTree } from './source-tree.ts';
import { splitOfFile } from './split-folders.ts';
import type { StagedBox, StagedDataset } from './staged.ts';
import { Staging } from './staging.ts';

export const wider: DatasetFormat = {
  name: 'wider',
  detect: async (source, tree) => ((await tree.labels(source, 'wider')).length > 0 ? 0.9 : 0),
  read: readWider,
  write: () =>
    Promise.reject(new Problem('WIDER FACE files are read, not written.', 'Export as coco, voc or yolo.')),
};

const fileLimit = 64 * 2 ** 20;
const marks = ['blur', 'expression', 'illumination', 'invalid', 'occlusion', 'pose'] as const;

async function readWider(source: string, options: ReadOptions, tree: SourceTree): Promise<StagedDataset> {
  const telling = await tree.labels(source, 'wider');
  const isText = (file: string) => extname(file).toLowerCase() === '.txt' && !isProse(file);
  // where none opens like it the user says that these are
  const files = telling.length > 0 ? telling : (await tree.filesOf(source)).filter(isText);
  if (files.length === 0) throw new Unreadable('there is no WIDER FACE file');
  const staging = new Staging('wider', options);
  const folder = await folderOf(source);
  const list = await draftList(source, options, staging, tree);
  for (const file of files) {
    const text = await staging.attempt(file, () => readSourceText(file, fileLimit));
    const split = splitOfFile(folder, file);
    for (const entry of entriesOf(linesOf(text ?? ''), file, staging)) {
      const find = () => list.images.byName(entry.name, nearTo(nameBelow(list.images.root, file), split));
      await list.take(entry.name, find, {
        labelFile: file,
        boxes: () => entry.boxes,
        ...(entry.lost > 0 && { lost: entry.lost }),
        ...(split && { split }),
      });
    }
  }
  return list.finish();
}

interface Entry {
  readonly name: string;
  readonly boxes: StagedBox[];
  readonly lost: number;
}

function* entriesOf(lines: readonly string[], file: string, staging: Staging): Generator<Entry> {
  for (let at = 0; at < lines.length; ) {
    const name = lines[at++] ?? '';
    if (!isImageName(name)) {
      staging.skip(file, `the line "${name.slice(0, 60)}" names no image`);
      continue;
    }
    const count = numberOf(lines[at]);
    if (!Number.isInteger(count) || count < 0) {
      staging.skip(file, `${name} is followed by no number of faces`);
      continue;
    }
    at++;
    const rows = lines.slice(at, at + count);
    at += count;
    // an image without a face has a row of zeros all the same
    if (count === 0 && isRow(lines[at])) at++;
    const boxes = rows.flatMap((row) => boxOf(row, name, staging));
    yield { name, boxes, lost: count - boxes.length };
  }
}

function isRow(line = ''): boolean {
  return line.split(/\s+/).map(numberOf).every(Number.isFinite);
}

function boxOf(row: string, name: string, staging: Staging): StagedBox[] {
  const [x = Number.NaN, y = Number.NaN, width = Number.NaN, height = Number.NaN, ...rest] = row
    .split(/\s+/)
    .map(numberOf);
  if (![x, y, width, height].every(Number.isFinite)) {
    staging.skip(name, `the row "${row.slice(0, 60)}" is no box`);
    return [];
  }
  const values = Object.fromEntries(marks.map((mark, at) => [mark, rest[at] ?? 0]));
  const { invalid, occlusion = 0, ...extra } = values;
  const told = Object.entries(extra).filter(([, value]) => value !== 0);
  const kept = Object.fromEntries(occlusion > 0 ? [...told, ['occlusion', occlusion]] : told);
  return [
    {
      classIndex: staging.classIndex('face') ?? 0,
      x1: x,
      y1: y,
      x2: x + width,
      y2: y + height,
      ...(invalid === 1 && { ignore: 'invalid' }),
      ...(occlusion > 0 && { occluded: true }),
      ...(Object.keys(kept).length > 0 && { extra: kept }),
    },
  ];
}
