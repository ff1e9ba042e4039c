// What an export tells beforehand of things its format cannot hold.
import { describe, expect, test } from 'vitest';
import type { StagedBox } from '../../../src/main/formats/staged.ts';
import { lossesOf } from '../../../src/main/services/label-losses.ts';

const plain: StagedBox = { classIndex: 0, x1: 1, y1: 1, x2: 9, y2: 9 };

function datasetOf(...boxes: StagedBox[]) {
  const image = { path: '/a.png', width: 20, height: 20, orientation: 1, boxes };
  return { classes: [{ name: 'cell' }], images: [image] };
}

describe('what a format cannot hold', () => {
  test('is nothing for plain boxes', () => {
    for (const format of ['coco', 'voc', 'yolo', 'cvat', 'createml'])
      expect(lossesOf(datasetOf(plain), format)).toEqual([]);
  });

  test('is counted and said of each format in its own way', () => {
    const dataset = datasetOf(plain, { ...plain, ignore: 'crowd' }, { ...plain, ignore: 'blurred' });
    expect(lossesOf(dataset, 'coco')).toEqual([
      '2 ignored regions are written as iscrowd, which COCO tools leave out of loss and AP.',
    ]);
    expect(lossesOf(dataset, 'yolo')[0]).toContain('train on them as background');
    expect(lossesOf(dataset, 'voc')[0]).toContain('VOC has no such regions');
  });

  test('names boxes that a reader would drop or cut', () => {
    const dataset = datasetOf({ ...plain, x1: -2 }, { ...plain, x2: 1.5 });
    expect(lossesOf(dataset, 'yolo')).toEqual([expect.stringContaining('1 boxes reach outside')]);
    expect(lossesOf(dataset, 'coco')).toEqual([expect.stringContaining('1 boxes are less than a pixel')]);
  });
});
