// A plain folder of images without labels; folders named train, val or test state the split.
import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { counted } from '../../shared/counted.ts';
import { Problem } from '../../shared/problem.ts';
import type { DatasetFormat, ReadOptions } from './dataset-format.ts';
import { isImageName, nameBelow } from './image-files.ts';
import { isProse } from './label-files.ts';
import type { SourceTree } from './source-tree.ts';
import { folderSplit } from './split-folders.ts';
import type { StagedDataset } from './staged.ts';
import { Staging } from './staging.ts';

export const imageFolder: DatasetFormat = {
  name: 'images',
  detect: async (source, tree) => {
    if (!(await stat(source)).isDirectory()) return 0;
    return (await tree.below(source)).some(isImageName) ? 0.2 : 0;
  },
  read: readImages,
  write: () => Promise.reject(new Problem('A plain image folder holds no labels.', 'Name another format.')),
};

async function readImages(source: string, options: ReadOptions, tree: SourceTree): Promise<StagedDataset> {
  const staging = new Staging('images', options);
  const all = await tree.below(source);
  const files = all.filter(isImageName);
  warnOfLabels(all, staging);
  await staging.takeImages(
    files.map((path) => {
      const split = folderSplit(nameBelow(source, path));
      return { path, labelFile: path, boxes: () => [], ...(split && { split }) };
    }),
  );
  return staging.finish();
}

/** Labels that no format was recognised in would be missed only when they are needed. */
function warnOfLabels(files: readonly string[], staging: Staging): void {
  const labels = files.filter(
    (file) => ['.txt', '.xml', '.json', '.csv'].includes(extname(file).toLowerCase()) && !isProse(file),
  );
  const [first] = labels;
  if (first === undefined) return;
  const them =
    labels.length === 1
      ? basename(first)
      : `${basename(first)} and ${counted(labels.length - 1, 'other', 'others')}`;
  staging.warn(`Only the images were read: ${them} may hold labels. Name their format if they do.`);
}
