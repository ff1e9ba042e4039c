// Exports are whole or absent, never in a source, and in the conventions other tools need.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { exportLabels } from '../../../src/main/formats/export.ts';
import { stageImport } from '../../../src/main/formats/stage.ts';
import type { StagedBox, StagedDataset } from '../../../src/main/formats/staged.ts';
import { newFolder, putFiles, putImage } from './sample-folder.ts';

const root = newFolder();
const box: StagedBox = { classIndex: 0, x1: 1, y1: 2, x2: 11, y2: 12 };
const dataset: StagedDataset = {
  format: 'any',
  classes: [{ name: 'cat' }],
  images: [],
  skipped: [],
  warnings: [],
};

beforeAll(async () => {
  const path = await putImage(join(root, 'pictures/a.jpg'));
  const boxes = [box, { ...box, x1: -5, x2: 50 }, { ...box, x1: 60, x2: 70 }, { ...box, ignore: 'blurred' }];
  dataset.images = [{ path, width: 40, height: 30, orientation: 1, split: 'train', boxes }];
});

const text = (...path: string[]) => readFileSync(join(...path), 'utf8');

test('a folder with files and a source folder are refused and left alone', async () => {
  const taken = newFolder();
  putFiles(taken, { 'notes.txt': 'mine' });
  await expect(exportLabels(dataset, 'coco', taken)).rejects.toMatchObject({ name: 'Problem' });
  expect(readdirSync(taken)).toEqual(['notes.txt']);
  const inside = join(root, 'pictures', 'out');
  await expect(exportLabels(dataset, 'coco', inside)).rejects.toMatchObject({ name: 'Problem' });
  await expect(exportLabels(dataset, 'coco', join(root, 'b'), { sources: [root] })).rejects.toMatchObject({
    name: 'Problem',
  });
  expect(existsSync(inside)).toBe(false);
  expect(readdirSync(root)).toEqual(['pictures']);
});

test('a failed export leaves nothing behind', async () => {
  const dir = newFolder();
  const gone = {
    ...dataset,
    images: dataset.images.map((image) => ({
      ...image,
      path: join(root, 'pictures', `${'x'.repeat(300)}.jpg`),
    })),
  };
  await expect(exportLabels(gone, 'voc', join(dir, 'out'), { copyImages: true })).rejects.toThrow();
  expect(readdirSync(dir)).toEqual([]);
});

test('COCO counts every id from 1 and marks ignored boxes as crowds', async () => {
  const dir = newFolder();
  await exportLabels(dataset, 'coco', dir);
  const json = JSON.parse(text(dir, 'annotations/instances_train.json'));
  expect(json.images.map(({ id }: { id: number }) => id)).toEqual([1]);
  expect(json.annotations.map(({ id }: { id: number }) => id)).toEqual([1, 2, 3, 4]);
  expect(json.categories).toEqual([{ id: 1, name: 'cat', supercategory: '' }]);
  expect(json.annotations[0]).toEqual({
    id: 1,
    image_id: 1,
    category_id: 1,
    bbox: [1, 2, 10, 10],
    area: 100,
    iscrowd: 0,
    segmentation: [],
  });
  expect(json.annotations[3]).toMatchObject({ iscrowd: 1, ignore_reason: 'blurred' });
});

test('COCO takes the shape in a box along when the box moves, and leaves it where it does not', async () => {
  const annotation = {
    image_id: 1,
    category_id: 1,
    bbox: [10, 10, 10, 10],
    area: 50,
    segmentation: [[10, 10, 20, 10, 10, 20]],
    keypoints: [15, 12, 2, 0, 0, 0],
  };
  const mask = { ...annotation, segmentation: { size: [30, 40], counts: [35, 10, 1155] } };
  const source = join(newFolder(), 'in');
  putFiles(source, {
    'x.json': JSON.stringify({
      images: [{ id: 1, file_name: 'a.jpg' }],
      annotations: [annotation, mask],
      categories: [{ id: 1, name: 'cat' }],
    }),
  });
  const { dataset: read } = await stageImport(source, { format: 'coco', images: join(root, 'pictures') });
  const written = async (change: object) => {
    const dir = newFolder();
    const images = read.images.map((image) => ({
      ...image,
      boxes: image.boxes.map((one) => ({ ...one, ...change })),
    }));
    await exportLabels({ ...read, images }, 'coco', dir);
    return JSON.parse(text(dir, 'annotations/instances_all.json')).annotations;
  };
  const whole = { area: 50, segmentation: annotation.segmentation, keypoints: annotation.keypoints };
  const [still, stillMask] = await written({});
  expect(still).toMatchObject(whole);
  expect(Object.keys(still).sort()).toEqual([...Object.keys(annotation), 'id', 'iscrowd'].sort());
  expect(stillMask.segmentation).toEqual(mask.segmentation);
  const [moved, movedMask] = await written({ x1: 0, x2: 20, y1: 12, y2: 17 });
  expect(moved).toMatchObject({
    bbox: [0, 12, 20, 5],
    area: 50,
    segmentation: [[0, 12, 20, 12, 0, 17]],
    keypoints: [10, 13, 2, 0, 0, 0],
  });
  expect(movedMask.segmentation).toEqual([]);
  expect((await written({ x2: 15 }))[0]).toMatchObject({ area: 25, bbox: [10, 10, 5, 10] });
});

test('YOLO clips to the image, keeps ignored boxes beside and says so', async () => {
  const dir = join(newFolder(), 'new');
  const manifest = await exportLabels(dataset, 'yolo', dir, { copyImages: true });
  expect(text(dir, 'labels/train/a.txt')).toBe(
    [
      '0 0.15000000000000 0.2333333333333333335 0.25000000000000 0.333333333333333333',
      '0 0.50000000000000 0.2333333333333333335 1.00000000000000 0.333333333333333333',
      '',
    ].join('\n'),
  );
  expect(text(dir, 'data.yaml')).toBe('train: images/train\nval: images/train\nnc: 1\nnames:\n  - cat\n');
  // of the boxes that are stated, the label files hold no more than their lines
  const lines = text(dir, 'labels/train/a.txt').trim().split('\n').length;
  expect(manifest.apart).toMatchObject({ place: 'ddod.json', boxes: manifest.counts.boxes - lines, cut: 1 });
  expect(manifest.notes.length).toBe(4);
  expect(manifest.notes[3]).toContain('No image is in val');
  const back = await stageImport(dir, { format: 'auto' });
  expect(back.dataset.images[0]!.boxes).toEqual(dataset.images[0]!.boxes);
});

test('YOLO says what its description leaves out, and comes back with the same splits', async () => {
  const path = await putImage(join(root, 'pictures/b.jpg'));
  const more = { path, width: 40, height: 30, orientation: 1, boxes: [box] };
  const noted = async (...images: StagedDataset['images']) => {
    const dir = join(newFolder(), 'new');
    const { notes } = await exportLabels({ ...dataset, images }, 'yolo', dir);
    const back = await stageImport(dir, { format: 'yolo', images: join(root, 'pictures') });
    expect(back.dataset.images.map(({ split }) => split)).toEqual(images.map(({ split }) => split));
    return [text(dir, 'data.yaml').split('\nnc')[0], ...notes];
  };
  const alone = { ...more, path: dataset.images[0]!.path };
  expect(await noted({ ...alone, split: 'val' }, more)).toEqual([
    'train: images/val\nval: images/val',
    expect.stringContaining('No image is in train'),
    expect.stringContaining('1 image without a split is in images/unsplit'),
  ]);
  expect(await noted({ ...alone, split: 'train' })).toHaveLength(2);
  expect(await noted(alone)).toEqual([
    'train: images/all\nval: images/all',
    expect.stringContaining('No image has a split'),
  ]);
});

test('names that older YAML takes for numbers or yes and no stay names', async () => {
  const names = ['no', '012', '1e3', '12:30', 'a: b', '- c', '#d', '~', "it's"];
  const dir = join(newFolder(), 'new');
  await exportLabels({ ...dataset, classes: names.map((name) => ({ name })) }, 'yolo', dir);
  const bare = /^ {2}- (.*)$/gm;
  const written = [...text(dir, 'data.yaml').matchAll(bare)].map(([, name]) => name);
  expect(written.slice(0, 4)).toEqual(['"no"', '"012"', '"1e3"', '"12:30"']);
  const back = await stageImport(dir, { format: 'yolo', images: root });
  expect(back.dataset.classes.map(({ name }) => name)).toEqual(names);
});

test('flags that are not set make no entry in the side file', async () => {
  const plain = { ...box, difficult: false, truncated: false, occluded: false };
  const dir = join(newFolder(), 'new');
  const images = dataset.images.map((image) => ({ ...image, boxes: [plain] }));
  await exportLabels({ ...dataset, images }, 'yolo', dir);
  expect(readdirSync(dir).sort()).toEqual(['data.yaml', 'labels', 'manifest.json']);
});

test('VOC reuses the convention the labels came with', async () => {
  const dir = newFolder();
  const manifest = await exportLabels({ ...dataset, convention: 'voc-1-based' }, 'voc', dir);
  expect(manifest.convention).toBe('voc-1-based');
  const xml = text(dir, 'Annotations/a.xml');
  expect(xml).toContain('<xmin>2</xmin>');
  expect(xml).toContain('<xmax>11</xmax>');
});

test('a manifest tells class order, counts and a split hash that follows the split', async () => {
  const one = await exportLabels(dataset, 'voc', newFolder());
  const moved = { ...dataset, images: dataset.images.map((image) => ({ ...image, split: 'val' as const })) };
  const other = await exportLabels(moved, 'voc', newFolder());
  expect(one).toMatchObject({
    tool: 'DDOD Studio',
    classes: ['cat'],
    counts: { images: 1, boxes: 4, ignored: 1 },
  });
  expect(one.splitHash).not.toBe(other.splitHash);
});
