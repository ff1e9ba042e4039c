// What becomes of classes and splits that the user decided about.
import { describe, expect, test } from 'vitest';
import type { StagedDataset } from '../../../src/main/formats/staged.ts';
import { withChoices } from '../../../src/main/services/import-choices.ts';
import { atOnce } from '../../../src/main/services/slices.ts';

const box = (classIndex: number) => ({ classIndex, x1: 1, y1: 1, x2: 9, y2: 9 });
const image = { width: 20, height: 20, orientation: 1 };
const dataset: StagedDataset = {
  format: 'voc',
  classes: [{ name: 'red', sourceId: 7 }, { name: 'white' }, { name: 'Red' }],
  images: [
    { ...image, path: '/a.png', split: 'train', boxes: [box(0), box(1), box(2)] },
    { ...image, path: '/b.png', boxes: [box(1)] },
  ],
  skipped: [],
  warnings: [],
};
const asIs = { train: 'train', val: 'val', test: 'test', none: 'none' } as const;

describe('choices for an import', () => {
  test('change nothing where nothing was chosen', () => {
    expect(atOnce(withChoices(dataset, { classes: {}, splits: asIs }))).toEqual(dataset);
  });

  test('rename, merge by an equal name, and leave out with a remark', () => {
    const { classes, images, warnings } = atOnce(
      withChoices(dataset, {
        classes: { '1': null, '2': ' red ' },
        splits: asIs,
      }),
    );
    expect(classes).toEqual([{ name: 'red', sourceId: 7 }]);
    expect(images.map(({ boxes }) => boxes.map(({ classIndex }) => classIndex))).toEqual([[0, 0], []]);
    expect(warnings).toEqual(['2 boxes of classes that were not wanted were left out.']);
  });

  test('keep the others’ indices right when an earlier class goes', () => {
    const { classes, images } = atOnce(withChoices(dataset, { classes: { '0': null }, splits: asIs }));
    expect(classes.map(({ name }) => name)).toEqual(['white', 'Red']);
    expect(images[0]?.boxes.map(({ classIndex }) => classIndex)).toEqual([0, 1]);
  });

  test('move splits', () => {
    const { images } = atOnce(
      withChoices(dataset, {
        classes: {},
        splits: { ...asIs, train: 'none', none: 'test' },
      }),
    );
    expect(images.map(({ split }) => split)).toEqual([undefined, 'test']);
  });
});
