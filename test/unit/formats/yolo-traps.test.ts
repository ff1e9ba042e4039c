// YOLO labels of other tools at their worst.
import { describe, expect, test } from 'vitest';
import { stageImport } from '../../../src/main/formats/stage.ts';
import { cornersOf as corners, folderOf } from './sample-folder.ts';

describe('YOLO', () => {
  const yaml = 'names: [cat, dog]\n';
  const read = async (label: string, description = yaml) =>
    stageImport(await folderOf(['images/a.jpg'], { 'data.yaml': description, 'labels/a.txt': label }), {
      format: 'auto',
    });

  test('blanks, tabs, line ends, a mark and repeated rows', async () => {
    const row = '1\t0.5  0.5 0.5 0.5';
    const { dataset } = await read(`\uFEFF${row} \r\n\r\n${row}\r\n`);
    expect(dataset.images[0]!.boxes).toEqual([{ classIndex: 1, x1: 10, y1: 7.5, x2: 30, y2: 22.5 }]);
    expect(dataset.skipped).toEqual([
      { file: expect.any(String), reason: expect.stringContaining('repeat') },
    ]);
  });

  test('one polygon makes polygons of all rows; a sixth column is a track', async () => {
    const polygons = await read('0 0.25 0.2 0.5 0.2 0.5 0.4\n1 0 0 1 1\n');
    expect(corners(polygons.dataset.images[0]!.boxes)).toEqual([
      [10, expect.closeTo(6, 9), 20, expect.closeTo(12, 9)],
      [0, 0, 40, 30],
    ]);
    const tracks = await read('0 0.5 0.5 1 1 17\n');
    expect(tracks.dataset.images[0]!.boxes[0]!.trackId).toBe('17');
  });

  test('ids that are none and odd rows are skipped, boxes outside are kept and flagged', async () => {
    const { dataset, report } = await read(
      '-2 0.5 0.5 1 1\n0 0.5\n0.5 1 1 1 1\n0 1 0.5 0.5 1\n1 nan 0 1 1\n',
    );
    expect(corners(dataset.images[0]!.boxes)).toEqual([[30, 0, 50, 30]]);
    expect(report.suspiciousCounts).toMatchObject({ 'out-of-image': 1, 'not-a-number': 1 });
    expect(dataset.skipped.map(({ reason }) => reason).join()).toContain('class id -2');
    expect(dataset.skipped.length).toBe(4);
  });

  test('a dict of names, splits as Roboflow writes them, images without labels are background', async () => {
    const dir = await folderOf(['train/images/a.jpg', 'valid/images/b.jpg', 'valid/images/c.jpg'], {
      'data.yaml': 'train: ../train/images\nvalid: ../valid/images\nnames:\n  2: dog\n  0: cat\n',
      'train/labels/a.txt': '2 0.5 0.5 1 1',
      'valid/labels/b.txt': '',
    });
    const { dataset } = await stageImport(dir, { format: 'auto' });
    expect(dataset.classes.map(({ name }) => name)).toEqual(['cat', 'class_1', 'dog']);
    expect(dataset.images.map(({ split, boxes }) => [split, boxes.length])).toEqual([
      ['train', 1],
      ['val', 0],
      ['val', 0],
    ]);
    expect(dataset.warnings).toEqual([expect.stringContaining('1 image has no label file')]);
  });

  test('are recognised by most of their files, whatever texts lie between them', async () => {
    const row = '0 0.5 0.5 1 1\n';
    const images = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${name}.jpg`);
    const labels = Object.fromEntries(images.map((name) => [name.replace('.jpg', '.txt'), row]));
    const odd = { 'LICENSE.txt': 'You may.', 'about us.txt': 'We', 'a.txt': row + row, 'b.txt': 'broken' };
    const { report } = await stageImport(await folderOf(images, { ...labels, ...odd }), { format: 'auto' });
    expect(report).toMatchObject({ format: 'yolo', boxes: 5 });
  });

  test('are not recognised in texts about images, nor in pixels', async () => {
    const images = ['a.jpg', 'b.jpg'];
    const captions = { 'a.txt': 'a cat on a mat', 'b.txt': 'a dog', 'readme.txt': '' };
    const { report } = await stageImport(await folderOf(images, captions), { format: 'auto' });
    expect(report.format).toBe('images');
    expect(report.warnings).toEqual([expect.stringContaining('a.txt and 1 other may hold labels')]);
    const pixels = { 'a.txt': '0 100 120 30 40\n', 'b.txt': '0 10 12 30 40\n' };
    expect((await stageImport(await folderOf(images, pixels), { format: 'auto' })).report.format).toBe(
      'images',
    );
  });

  test('that are all empty are labels where classes are named', async () => {
    const dir = await folderOf(['a.jpg'], { 'a.txt': '', 'classes.txt': 'cat\n' });
    const { dataset } = await stageImport(dir, { format: 'auto' });
    expect(dataset).toMatchObject({ format: 'yolo', classes: [{ name: 'cat' }], images: [{ boxes: [] }] });
  });

  test('what the side file says of a row is forgotten when another tool changes the row', async () => {
    const row = '0 0.5 0.5 0.5 0.5';
    const entry = { rows: { [row]: { difficult: true } }, apart: [] };
    const files = {
      'data.yaml': yaml,
      'ddod.json': JSON.stringify({ version: 1, images: { a: entry } }),
    };
    const flags = async (label: string) => {
      const dir = await folderOf(['images/a.jpg'], { ...files, 'labels/a.txt': label });
      const { dataset } = await stageImport(dir, { format: 'yolo' });
      return dataset.images[0]!.boxes.map(({ difficult }) => difficult);
    };
    expect(await flags(`${row}\n`)).toEqual([true]);
    expect(await flags(`0 0.1 0.1 0.1 0.1\n${row}\n`)).toEqual([undefined, true]);
    expect(await flags('0 0.5 0.5 0.5 0.25\n')).toEqual([undefined]);
  });

  test('paths outside the chosen folder are not followed', async () => {
    const outside = await folderOf(['images/secret.jpg'], {});
    const { dataset } = await read(
      '0 0.5 0.5 1 1',
      `path: ${outside}\ntrain: ${outside}/images\nval: images\n${yaml}`,
    );
    expect(dataset.images.map(({ path }) => path)).toEqual([expect.stringMatching(/images.a\.jpg$/)]);
    expect(dataset.warnings.length).toBe(2);
  });

  test('Darknet folders: lists, and a class file that is too short is said to be', async () => {
    const dir = await folderOf(['obj_train_data/a.jpg'], {
      'obj.names': 'cat\n',
      'obj.data': 'classes = 1\ntrain = data/train.txt\nnames = data/obj.names\n',
      'train.txt': 'data/obj_train_data/a.jpg\n',
      'obj_train_data/a.txt': '0 0.5 0.5 1 1\n3 0.5 0.5 1 1\n',
    });
    const { dataset } = await stageImport(dir, { format: 'auto' });
    expect(dataset.images.map(({ split, boxes }) => [split, boxes.length])).toEqual([['train', 2]]);
    expect(dataset.warnings).toEqual([expect.stringMatching(/names 1 class,.*ids up to 3.*called class_3/)]);
  });

  test('classes without a name are kept by their id for the user to name, the lowest first', async () => {
    const row = '0.5 0.5 1 1\n';
    const files = { 'a.txt': `7 ${row}1 ${row}`, 'b.txt': `3 ${row}` };
    const dir = await folderOf(['a.jpg', 'b.jpg'], { ...files, 'classes.txt': 'cat\n\ndog\n\n' });
    const { dataset } = await stageImport(dir, { format: 'auto' });
    expect(dataset.classes).toEqual([
      { name: 'cat', sourceId: 0 },
      // a line left blank is an id too
      { name: 'class_1', sourceId: 1 },
      { name: 'dog', sourceId: 2 },
      { name: 'class_3', sourceId: 3, isUnnamed: true },
      { name: 'class_7', sourceId: 7, isUnnamed: true },
    ]);
    expect(dataset.images.map(({ boxes }) => boxes.map(({ classIndex }) => classIndex))).toEqual([
      [4, 1],
      [3],
    ]);
    expect(dataset.images.map(({ lost }) => lost)).toEqual([undefined, undefined]);
  });

  test.each(['images/classes.txt', 'labels/train/classes.txt', 'deep/er/obj.names'])(
    'names are found in %s, and other lists are said to be there',
    async (list) => {
      const files = { 'labels/a.txt': '0 0.5 0.5 1 1\n', [list]: 'cat\n' };
      const dir = await folderOf(['images/a.jpg'], files);
      expect(await stageImport(dir, { format: 'auto' })).toMatchObject({
        dataset: { format: 'yolo', classes: [{ name: 'cat' }], warnings: [] },
      });
      const both = await folderOf(['images/a.jpg'], { ...files, 'z/z/z/classes.txt': 'dog\n' });
      const { dataset } = await stageImport(both, { format: 'auto' });
      expect(dataset.classes).toMatchObject([{ name: 'cat' }]);
      expect(dataset.warnings).toEqual([expect.stringContaining('classes.txt names other classes')]);
    },
  );

  test('a description that lies apart finds the data in the folder that is named for it', async () => {
    const data = await folderOf(['images/train/a.jpg', 'images/val/b.jpg'], {
      'labels/train/a.txt': '0 0.5 0.5 1 1\n',
      'labels/val/b.txt': '1 0.5 0.5 1 1\n',
    });
    const description = `path: ${data}\ntrain: images/train\nval: images/val\n${yaml}`;
    const apart = await folderOf([], { 'set.yaml': description });
    for (const source of [apart, `${apart}/set.yaml`]) {
      const { dataset } = await stageImport(source, { format: 'auto', images: data });
      expect(dataset.images.map(({ split, boxes }) => [split, boxes.length])).toEqual([
        ['train', 1],
        ['val', 1],
      ]);
      expect(dataset.warnings).toEqual([]);
    }
  });

  test('labels apart from images of equal names find those of their split', async () => {
    const labels = await folderOf([], {
      'train/001.txt': '0 0.5 0.5 1 1\n',
      'val/001.txt': '0 0.25 0.5 0.5 1\n',
    });
    const images = await folderOf(['train/001.jpg', 'val/001.jpg'], {});
    const { dataset } = await stageImport(labels, { format: 'yolo', images });
    expect(dataset.images.map(({ path, split, boxes }) => [path, split, boxes[0]?.x2])).toEqual([
      [`${images}/train/001.jpg`, 'train', 40],
      [`${images}/val/001.jpg`, 'val', 20],
    ]);
  });
});
