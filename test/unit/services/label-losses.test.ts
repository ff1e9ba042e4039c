// What an export tells beforehand of things its format cannot hold.
import { describe, expect, test } from 'vitest';
import { boxTraits } from '../../../src/main/db/label-counts.ts';
import { lossesOf } from '../../../src/main/services/label-losses.ts';
import { labelFormats } from '../../../src/shared/contract/label-exports.ts';

type Counts = Parameters<typeof lossesOf>[0];
const none = Object.fromEntries(boxTraits.map((trait) => [trait, 0])) as Counts;

describe('what a format cannot hold', () => {
  test('is nothing for plain boxes', () => {
    for (const format of labelFormats) expect(lossesOf(none, format)).toEqual([]);
  });

  test('is said of each format in its own way', () => {
    const counts = { ...none, ignored: 2 };
    expect(lossesOf(counts, 'coco')).toEqual([
      '2 ignored regions are written as iscrowd, which COCO tools leave out of loss and AP.',
    ]);
    expect(lossesOf(counts, 'yolo')[0]).toContain('train on them as background');
    expect(lossesOf(counts, 'voc')[0]).toContain('VOC has no such regions');
  });

  test('names boxes that a reader would drop or cut', () => {
    const counts = { ...none, outside: 1, thin: 1 };
    expect(lossesOf(counts, 'yolo')).toEqual([expect.stringContaining('1 box reaches outside')]);
    expect(lossesOf(counts, 'coco')).toEqual([expect.stringContaining('1 box is less than a pixel')]);
  });
});
