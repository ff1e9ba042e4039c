// A plain folder of images without labels; folders named train, val or test state the split.
import { stat } from 'node:fs/promises';
import { Problem } from '../../shared/problem.ts';
import type { DatasetFormat, ReadOptions } from './dataset-format.ts';
import { filesBelow, isImageName, nameBelow } from './image-files.ts';
import { folderSplit } from './split-folders.ts';
import type { StagedDataset } from './staged.ts';
import { Staging } from './staging.ts';

export const imageFolder: DatasetFormat = {
  name: 'images',
  detect: async (source) => {
    if (!(await stat(source)).isDirectory()) return 0;
    return (await filesBelow(source)).some(isImageName) ? 0.2 : 0;
  },
  read: readImages,
  write: () =>
    Promise.reject(
      new Problem('A plain image folder holds no labels.', 'Export as coco, voc, yolo, cvat or createml.'),
    ),
};

async function readImages(source: string, options: ReadOptions): Promise<StagedDataset> {
  const staging = new Staging('images', options);
  const files = (await filesBelow(source, options.signal)).filter(isImageName);
  await staging.takeImages(
    files.map((path) => {
      const split = folderSplit(nameBelow(source, path));
      return { path, labelFile: path, boxes: () => [], ...(split && { split }) };
    }),
  );
  return staging.finish();
}
