// COCO files of other tools at their worst.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stageImport } from '../../../src/main/formats/stage.ts';
import { cornersOf as corners, folderOf } from './sample-folder.ts';

describe('COCO', () => {
  const image = { id: 1, file_name: 'a.jpg', width: 40, height: 30 };
  const read = async (json: object, names = ['a.jpg']) =>
    stageImport(await folderOf(names, { 'labels.json': `\uFEFF${JSON.stringify(json)}` }), {
      format: 'auto',
    });
  const box = (more: object) => ({ image_id: 1, category_id: 7, bbox: [1, 2, 3.5, 4], ...more });

  test('ids with gaps, ids of text, missing sizes and folders in names', async () => {
    const { dataset } = await read(
      {
        images: [
          { id: 'x', file_name: 'C:\\old\\sub\\a.jpg', licence: 3 },
          { id: 9, file_name: 'http://host/b.jpg?v=1' },
        ],
        annotations: [
          box({ image_id: 'x', category_id: 90, id: 1 }),
          box({ image_id: 9, id: 2, colour: 'red' }),
        ],
        categories: [
          { id: 90, name: 'brush' },
          { id: 7, name: 'cat' },
        ],
      },
      ['sub/a.jpg', 'other/a.jpg', 'b.jpg'],
    );
    expect(dataset.classes).toEqual([
      { name: 'brush', sourceId: 90 },
      { name: 'cat', sourceId: 7 },
    ]);
    expect(dataset.images.map(({ boxes }) => boxes)).toEqual([
      [{ classIndex: 0, x1: 1, y1: 2, x2: 4.5, y2: 6 }],
      [{ classIndex: 1, x1: 1, y1: 2, x2: 4.5, y2: 6, extra: { colour: 'red' } }],
    ]);
    expect(dataset.images[0]!.extra).toEqual({ source_id: 'x', licence: 3 });
  });

  test('crowds are ignored boxes; shapes give a box only where none is stated', async () => {
    const rle = { size: [30, 40], counts: [35, 10, 20, 10, 1125] };
    const { dataset } = await read({
      images: [image],
      annotations: [
        box({ id: 1, iscrowd: 1, segmentation: rle }),
        { image_id: 1, category_id: 7, id: 2, iscrowd: 1, segmentation: rle },
        // the same runs, compressed
        { image_id: 1, category_id: 7, id: 3, segmentation: { size: [30, 40], counts: 'S1:d00Pe0' } },
        { image_id: 1, category_id: 7, id: 4, segmentation: [[1, 2, 8, 2, 8, 9.5]] },
      ],
      categories: [{ id: 7, name: 'cat' }],
    });
    const { boxes } = dataset.images[0]!;
    expect(boxes.map(({ ignore }) => ignore)).toEqual(['crowd', 'crowd', undefined, undefined]);
    expect(corners(boxes)).toEqual([
      [1, 2, 4.5, 6],
      [1, 5, 3, 15],
      [1, 5, 3, 15],
      [1, 2, 8, 9.5],
    ]);
  });

  test('unknown classes and images, marked and hostile records are reported', async () => {
    const text = JSON.stringify({
      images: [image, { id: 2, file_name: '../../etc/passwd' }, { id: 3, file_name: 'gone.jpg' }],
      annotations: [
        box({ id: 1 }),
        box({ id: 2, category_id: 99 }),
        box({ id: 3, image_id: 5 }),
        box({ id: 4, ignore: 1 }),
        7,
      ],
      categories: [{ id: 7, name: 'cat' }],
    })
      .replace('"id":1}]', '"id":1}]')
      .replace('"bbox"', '"__proto__":{"polluted":1},"bbox"');
    const dir = await folderOf(['a.jpg'], { 'a.json': text, 'b.json': '{"images": [' });
    const { dataset } = await stageImport(dir, { format: 'coco' });
    expect(dataset.images.map(({ boxes }) => boxes.length)).toEqual([1]);
    expect(dataset.images[0]!.boxes[0]!.extra).toBeUndefined();
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    const reasons = dataset.skipped.map(({ reason }) => reason).join('\n');
    for (const part of [
      'class id 99',
      'image 5',
      '(ignore)',
      'no image is called etc/passwd',
      'no image is called gone.jpg',
      'not valid JSON',
    ]) {
      expect(reasons).toContain(part);
    }
    expect(dataset.skipped.length).toBe(6);
  });

  test('names that climb out of their folder or are addresses lead to the images that were chosen', async () => {
    const { dataset } = await read(
      {
        images: [
          { id: 1, file_name: '../images/a.jpg' },
          { id: 2, file_name: 'https://host/set%201/b%20c.jpg?v=1' },
          { id: 3, file_name: 'gs://bucket/50%/d.jpg' },
        ],
        annotations: [],
        categories: [{ id: 7, name: 'cat' }],
      },
      ['images/a.jpg', 'other/a.jpg', 'set 1/b c.jpg', 'set 2/b c.jpg', '50%/d.jpg'],
    );
    expect(dataset.images.map(({ path }) => path.split('/').slice(-2).join('/'))).toEqual([
      'images/a.jpg',
      'set 1/b c.jpg',
      '50%/d.jpg',
    ]);
    expect(dataset.skipped).toEqual([]);
  });

  test('is recognised whatever comes first, and taken for it where the user says so', async () => {
    const json = {
      categories: [{ id: 7, name: 'cat' }],
      images: [image],
      annotations: [box({})],
    };
    expect(await read({ version: 2, ...json })).toMatchObject({ report: { format: 'coco', boxes: 1 } });
    const late = { version: 2, notes: 'x'.repeat(5000), ...json };
    const dir = await folderOf(['a.jpg'], { 'labels.json': late, 'other.json': { a: 1 } });
    expect(await stageImport(dir, { format: 'coco' })).toMatchObject({ report: { boxes: 1 } });
    const file = join(dir, 'labels.json');
    expect(await stageImport(file, { format: 'coco' })).toMatchObject({ report: { boxes: 1 } });
  });

  test('files beside those called instances_... are named as not read', async () => {
    const json = { images: [image], annotations: [box({})], categories: [{ id: 7, name: 'cat' }] };
    const dir = await folderOf(['a.jpg'], { 'instances_train.json': json, 'val.json': json });
    const { report } = await stageImport(dir, { format: 'auto' });
    expect(report.warnings).toEqual([expect.stringContaining('not read: val.json')]);
  });

  test('Roboflow folders: splits, and the class 0 above all others goes', async () => {
    const json = JSON.stringify({
      images: [image],
      annotations: [box({ id: 0, category_id: 1 })],
      categories: [
        { id: 0, name: 'all', supercategory: 'none' },
        { id: 1, name: 'cat', supercategory: 'all' },
      ],
    });
    const dir = await folderOf(['train/a.jpg', 'valid/a.jpg'], {
      'valid/_annotations.coco.json': json,
      'train/_annotations.coco.json': json,
    });
    const { dataset } = await stageImport(dir, { format: 'auto' });
    expect(dataset.classes.map(({ name }) => name)).toEqual(['cat']);
    expect(dataset.images.map(({ path, split }) => [path.slice(dir.length + 1), split])).toEqual([
      ['train/a.jpg', 'train'],
      ['valid/a.jpg', 'val'],
    ]);
  });
});
