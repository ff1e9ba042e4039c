// What any source, and Pascal VOC files of other tools, look like at their worst.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stageImport } from '../../../src/main/formats/stage.ts';
import {
  cornersOf as corners,
  folderOf,
  newFolder,
  putFiles,
  putImage,
  vocObject,
  vocText,
  withoutRights,
} from './sample-folder.ts';

describe('any source', () => {
  test('an empty folder and an unknown format are problems with a remedy', async () => {
    const dir = await folderOf([], {});
    await expect(stageImport(dir, { format: 'auto' })).rejects.toMatchObject({
      name: 'Problem',
      remedy: expect.any(String),
    });
    await expect(stageImport(dir, { format: 'coco' })).rejects.toMatchObject({ name: 'Problem' });
    putFiles(dir, { 'a.json': '{}', 'sub/a.md': '' });
    await expect(stageImport(join(dir, 'sub'), { format: 'yolo' })).rejects.toMatchObject({
      name: 'Problem',
    });
    for (const format of ['auto', 'voc', 'coco', 'yolo', 'images']) {
      await expect(stageImport(join(dir, 'a.json'), { format })).rejects.toMatchObject({ name: 'Problem' });
    }
    await expect(stageImport(dir, { format: 'word' })).rejects.toMatchObject({ name: 'Problem' });
    await expect(stageImport(join(dir, 'none'), { format: 'auto' })).rejects.toMatchObject({
      name: 'Problem',
    });
  });

  test('damaged images are skipped with a reason, the others are read', async () => {
    const dir = await folderOf(['train/a.jpg', 'valid/b.png'], { 'c.jpg': 'no image', 'empty.png': '' });
    const whole = await (await import('sharp'))
      .default({
        create: {
          width: 400,
          height: 300,
          channels: 3,
          noise: { type: 'gaussian', mean: 128, sigma: 40 },
          background: '#808080',
        },
      })
      .jpeg()
      .toBuffer();
    putFiles(dir, { 'half.jpg': whole.subarray(0, whole.length / 2) });
    const { dataset, report } = await stageImport(dir, { format: 'auto' });
    expect(report.format).toBe('images');
    expect(dataset.images.map(({ split }) => split)).toEqual(['train', 'val']);
    expect(dataset.skipped.map(({ file, reason }) => [file.slice(dir.length + 1), reason])).toEqual([
      ['c.jpg', 'the image cannot be read'],
      ['empty.png', 'the image cannot be read'],
      ['half.jpg', 'the image is broken off'],
    ]);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('EXIF orientation %i gives the upright size', async (orientation) => {
    const dir = newFolder();
    await putImage(join(dir, 'a.jpg'), 40, 30, orientation);
    putFiles(dir, { 'classes.txt': 'cat\n', 'a.txt': '0 0.5 0.5 1 1\n' });
    const { dataset } = await stageImport(dir, { format: 'yolo' });
    const [width, height] = orientation > 4 ? [30, 40] : [40, 30];
    expect(dataset.images[0]).toMatchObject({ width, height, orientation });
    expect(corners(dataset.images[0]!.boxes)).toEqual([[0, 0, width, height]]);
  });

  test('a folder that may not be read is passed over, and said to be', async () => {
    const dir = await folderOf(['a.jpg', 'closed/b.jpg'], {});
    const closed = join(dir, 'closed');
    const [whole, alone] = await withoutRights(dir, closed, () =>
      Promise.allSettled([stageImport(dir, { format: 'auto' }), stageImport(closed, { format: 'auto' })]),
    );
    const skipped = [{ file: closed, reason: 'the folder may not be read' }];
    const dataset = { images: [{ path: join(dir, 'a.jpg') }], skipped };
    expect(whole).toMatchObject({ value: { dataset } });
    expect(alone).toMatchObject({ reason: { name: 'Problem' } });
  });

  test('files are looked for and into with progress, and no further once that is stopped', async () => {
    const files = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`${at}.json`, {}]));
    const dir = await folderOf(['a.jpg'], files);
    const seen: [number, number][] = [];
    await stageImport(dir, { format: 'auto', onFiles: (done, total) => seen.push([done, total]) });
    expect(seen).toEqual([
      [41, 0],
      [16, 40],
      [32, 40],
      [40, 40],
    ]);
    const stop = new AbortController();
    const watched = { signal: stop.signal, onFiles: () => stop.abort() };
    await expect(stageImport(dir, { format: 'auto', ...watched })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  test('a stopped import ends with the reason of its signal', async () => {
    const dir = await folderOf(['a.jpg'], {});
    const signal = AbortSignal.abort();
    await expect(stageImport(dir, { format: 'images', signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});

describe('VOC', () => {
  const read = async (xml: string, options: object = {}) =>
    stageImport(await folderOf(['a.jpg'], { 'Annotations/a.xml': xml }), { format: 'voc', ...options });

  test('decimals, a mark, line ends and missing size are read; numbers are not rounded', async () => {
    const xml = `\uFEFF<?xml version="1.0"?>\r\n${vocText('a', vocObject(' r&amp;d\r\n', ['1.25', '2', '10.0001', '2e1']))}\r\n`;
    const { dataset } = await read(xml);
    expect(dataset.classes).toEqual([{ name: 'r&d' }]);
    expect(corners(dataset.images[0]!.boxes)).toEqual([[1.25, 2, 10.0001, 20]]);
  });

  test('1-based inclusive corners lose 1 at the start only, exactly', async () => {
    const objects = [vocObject('cat', ['1', '1.1', '40', '30']), vocObject('cat', ['5', '5', '5', '5'])];
    const { dataset } = await read(vocText('a.jpg', ...objects), { convention: 'voc-1-based' });
    expect(corners(dataset.images[0]!.boxes)).toEqual([
      [0, 0.1, 40, 30],
      [4, 4, 5, 5],
    ]);
    const zero = await read(vocText('a.jpg', vocObject('cat', [0, 1, 5, 5])), { convention: 'voc-1-based' });
    expect(zero.report.warnings).toContainEqual(expect.stringContaining('coordinate 0'));
  });

  test('bad boxes go with a reason, odd ones stay and are flagged', async () => {
    const good = vocObject('cat', [1, 1, 5, 5], '<difficult>1</difficult><truncated>1</truncated>');
    const bad = [
      vocObject('cat', [3, 3, 3, 9]),
      vocObject('cat', ['x', 1, 5, 5]),
      vocObject('', [1, 1, 5, 5]),
    ];
    const odd = [good, vocObject('cat', [-2, 1, 50, 5])];
    const { dataset, report } = await read(
      vocText('a.jpg', good, ...bad, ...odd, '<object><name>cat</name></object>'),
    );
    expect(dataset.images[0]!.boxes.length).toBe(3);
    expect(dataset.images[0]!.boxes[0]).toMatchObject({ difficult: true, truncated: true });
    expect(report.suspiciousCounts).toEqual({
      'zero-size': 1,
      'not-a-number': 1,
      'out-of-image': 1,
      tiny: 0,
      duplicate: 1,
      'unknown-class': 0,
    });
    expect(report.skipped.length).toBe(4);
  });

  test('a coordinate 0 shows that a source counts from 0; without one the convention stays open', async () => {
    const open = await read(vocText('a.jpg', vocObject('cat', [1, 1, 5, 5])));
    expect(open.report.warnings).toEqual([expect.stringContaining('import with the convention voc-1-based')]);
    const shown = await read(vocText('a.jpg', vocObject('cat', [1, 0, 5, 5])));
    expect(shown.report.warnings).toEqual([expect.stringContaining('coordinate 0 shows')]);
  });

  test('a side below two pixels is kept and flagged', async () => {
    const { dataset, report } = await read(vocText('a.jpg', vocObject('cat', [1, 1, 2.5, 9])));
    expect(dataset.images[0]!.boxes.length).toBe(1);
    expect(report.suspicious).toEqual([
      expect.objectContaining({ kind: 'tiny', kept: true, corners: [1, 1, 2.5, 9] }),
    ]);
  });

  test.each([
    ['labels.txt', 'dog\r\ncat\r\n'],
    ['labelmap.txt', '# label:color_rgb:parts:actions\nbackground:0,0,0::\ndog:1,2,3::\ncat:::\n'],
  ])('%s orders the classes, unless an order is given', async (name, list) => {
    const dir = await folderOf(['a.jpg'], {
      'Annotations/a.xml': vocText('a.jpg', vocObject('cat', [1, 1, 5, 5])),
      [name]: list,
    });
    const { dataset } = await stageImport(dir, { format: 'Pascal-VOC' });
    expect(dataset.classes).toEqual([{ name: 'dog' }, { name: 'cat' }]);
    expect(dataset.images[0]!.boxes[0]!.classIndex).toBe(1);
    const given = await stageImport(dir, { format: 'voc', classOrder: ['cat'] });
    expect(given.dataset.classes).toEqual([{ name: 'cat' }]);
  });

  test('the stem finds the image, then the file name; a path is never followed', async () => {
    const dir = await folderOf(['JPEGImages/a.png', 'JPEGImages/other.jpg'], {
      'Annotations/a.xml': vocText('wrong.jpg', '<path>/etc/hosts</path>', vocObject('cat', [1, 1, 5, 5])),
      'Annotations/b.xml': vocText('other', vocObject('cat', [1, 1, 5, 5])),
      'Annotations/c.xml': vocText('../../../etc/passwd', vocObject('cat', [1, 1, 5, 5])),
    });
    const { dataset } = await stageImport(dir, { format: 'auto' });
    expect(dataset.images.map(({ path }) => path.slice(dir.length + 1))).toEqual([
      'JPEGImages/a.png',
      'JPEGImages/other.jpg',
    ]);
    expect(dataset.skipped).toEqual([
      { file: join(dir, 'Annotations/c.xml'), reason: expect.stringContaining('no image is called') },
    ]);
  });

  test.each([
    ['Annotations', 'JPEGImages'],
    ['annotations', 'images'],
    ['.', '.'],
  ])('equal names in folders of splits are told apart: %s and %s', async (labels, images) => {
    const object = (x: number) => vocText('001.png', vocObject('cat', [x, 1, 9, 9]));
    const files = ['train', 'val', 'test'].map((split, at) => [`${split}/${labels}/001.xml`, object(at + 1)]);
    const dir = await folderOf(
      ['train', 'val', 'test'].map((split) => `${split}/${images}/001.png`),
      Object.fromEntries(files),
    );
    const { dataset } = await stageImport(dir, { format: 'auto' });
    expect(dataset.skipped).toEqual([]);
    const read = dataset.images.map(({ path, split, boxes }) => [
      path.split('/').at(-3),
      split,
      boxes[0]?.x1,
    ]);
    const named =
      labels === '.' ? (split: string) => [expect.anything(), split] : (split: string) => [split, split];
    expect(read).toEqual([
      [...named('train'), 1],
      [...named('val'), 2],
      [...named('test'), 3],
    ]);
  });

  test('an image of another split is not taken for one that is missing, and the reason is the true one', async () => {
    const xml = vocText('001.png', vocObject('cat', [1, 1, 9, 9]));
    const dir = await folderOf(['val/images/001.png', 'a/2.png', 'b/2.png'], {
      'train/labels/001.xml': xml,
      'val/labels/001.xml': xml,
      '2.xml': vocText('2.png', vocObject('cat', [1, 1, 9, 9])),
    });
    const { dataset } = await stageImport(dir, { format: 'auto' });
    expect(dataset.images.map(({ path }) => path)).toEqual([join(dir, 'val/images/001.png')]);
    expect(dataset.skipped).toEqual([
      { file: join(dir, '2.xml'), reason: 'several images are called 2' },
      { file: join(dir, 'train/labels/001.xml'), reason: 'no image is called train/labels/001' },
    ]);
  });

  test.each([
    ['not XML', 'hello', 'XML'],
    ['broken XML', '<annotation><object></annotation>', 'XML'],
    ['other XML', '<svg/>', 'no VOC'],
    ['entities', '<!DOCTYPE a [<!ENTITY b "c">]><annotation>&b;</annotation>', 'entities'],
  ])('%s is skipped', async (_, xml, reason) => {
    const dir = await folderOf(['a.jpg', 'b.jpg'], { 'a.xml': xml, 'b.xml': vocText('b.jpg') });
    const { dataset } = await stageImport(dir, { format: 'voc' });
    expect(dataset.images.length).toBe(1);
    expect(dataset.skipped).toEqual([{ file: join(dir, 'a.xml'), reason: expect.stringContaining(reason) }]);
  });
});
