// Label Studio, labelme and Create ML files as those tools write them.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exportLabels } from '../../../src/main/formats/export.ts';
import { stageImport } from '../../../src/main/formats/stage.ts';
import { cornersOf as corners, folderOf, newFolder } from './sample-folder.ts';

const auto = { format: 'auto' };

describe('Label Studio', () => {
  const region = (value: object, more: object = {}) => ({
    type: 'rectanglelabels',
    original_width: 40,
    original_height: 30,
    value: { x: 10, y: 20, width: 50, height: 50, rotation: 0, rectanglelabels: ['cat'], ...value },
    ...more,
  });
  const task = (image: string, ...results: object[]) => ({
    id: 1,
    annotations: [{ id: 1, was_cancelled: false, result: results }],
    data: { image },
  });

  test('percent become pixels; uploads and local files are found by the end of their name', async () => {
    const dir = await folderOf(['cat one.jpg', 'sub/b.jpg', 'c.jpg'], {
      'export.json': [
        task('/data/upload/3/1a2b3c4d-cat%20one.jpg', region({})),
        task('/data/local-files/?d=data/sub/b.jpg', region({ rectanglelabels: ['cat', 'dog'] })),
        task('https://host/images/c.jpg?x=1', region({}, { type: 'brushlabels' })),
        task('s3://bucket/none.jpg', region({})),
      ],
    });
    const { dataset, report } = await stageImport(dir, auto);
    expect(dataset.format).toBe('label-studio');
    expect(dataset.images.map(({ boxes }) => corners(boxes))).toEqual([
      [[4, 6, 24, 21]],
      [
        [4, 6, 24, 21],
        [4, 6, 24, 21],
      ],
      [],
    ]);
    expect(dataset.classes).toEqual([{ name: 'cat' }, { name: 'dog' }]);
    expect(report.skipped.length).toBe(1);
    expect(report.warnings.join('\n')).toMatch(/several labels[\s\S]*brushlabels/);
  });

  test('of several annotations the latest that was not cancelled counts; tasks without one stay out', async () => {
    const annotation = (x: number, updated_at: string, was_cancelled = false) => ({
      was_cancelled,
      updated_at,
      result: [region({ x })],
    });
    const annotations = [
      annotation(20, '2026-02-01T00:00:00Z'),
      annotation(10, '2026-01-01T00:00:00Z'),
      annotation(30, '2026-03-01T00:00:00Z', true),
    ];
    const dir = await folderOf(['a.jpg', 'b.jpg', 'c.jpg'], {
      'x.json': [
        { data: { image: 'a.jpg' }, annotations },
        { data: { image: 'b.jpg' }, annotations: [], predictions: [{ result: [region({})] }] },
        { data: { image: 'c.jpg' }, completions: [{ result: [] }] },
      ],
    });
    const { dataset, report } = await stageImport(dir, auto);
    expect(dataset.images.map(({ path, boxes }) => [path.slice(-5), boxes[0]?.x1])).toEqual([
      ['a.jpg', 8],
      ['c.jpg', undefined],
    ]);
    expect(report.warnings.join('\n')).toContain('1 task without a finished annotation');
  });

  test('predictions are taken where they are wished, or where nobody annotated, and are not finished', async () => {
    const predicted = (x: number) => ({ created_at: '2026-01-01', result: [region({ x }, { score: 0.5 })] });
    const both = { ...task('a.jpg', region({ x: 20 })), predictions: [predicted(50)] };
    const alone = { data: { image: 'b.jpg' }, annotations: [], predictions: [predicted(10), predicted(30)] };
    const dir = await folderOf(['a.jpg', 'b.jpg'], { 'x.json': [both, alone] });
    const read = async (source: string, variant?: string) => {
      const { dataset, report } = await stageImport(source, { ...auto, ...(variant && { variant }) });
      const images = dataset.images.map(({ boxes, isDraft }) => [boxes[0]?.x1, boxes[0]?.score, isDraft]);
      return { images, variant: report.variant, warnings: report.warnings.join('\n') };
    };
    const choices = ['latest', 'predictions'];
    const usual = await read(dir);
    expect(usual).toMatchObject({
      images: [[8, undefined, undefined]],
      variant: { chosen: 'latest', choices },
    });
    expect(usual.warnings).toContain('Predictions of a model were not taken');
    const wished = await read(dir, 'predictions');
    const drafts = [
      [20, 0.5, true],
      [12, 0.5, true],
    ];
    expect(wished).toMatchObject({ images: drafts, variant: { chosen: 'predictions', choices } });
    expect(wished.warnings).toContain('2 images have labels of a model');
    const only = await folderOf(['b.jpg'], { 'x.json': [alone] });
    expect(await read(only)).toMatchObject({ images: [[12, 0.5, true]], variant: null });
  });

  test('the first of several annotations is taken where it is wished', async () => {
    const annotation = (x: number, updated_at: string) => ({ updated_at, result: [region({ x })] });
    const annotations = [annotation(20, '2026-02-01T00:00:00Z'), annotation(10, '2026-01-01T00:00:00Z')];
    const dir = await folderOf(['a.jpg'], { 'x.json': [{ data: { image: 'a.jpg' }, annotations }] });
    const { dataset, report } = await stageImport(dir, { ...auto, variant: 'first' });
    expect(dataset.images[0]?.boxes[0]?.x1).toBe(4);
    expect(report.variant).toEqual({ chosen: 'first', choices: ['latest', 'first'] });
  });

  test('rotation about the top-left corner is in pixels, not in percent', async () => {
    const dir = await folderOf(['a.jpg'], {
      'x.json': [task('a.jpg', region({ x: 50, y: 0, width: 50, height: 20, rotation: 90 }))],
    });
    const { dataset } = await stageImport(dir, auto);
    const rounded = corners(dataset.images[0]?.boxes)[0]!.map((value) => Math.round(value! * 1e9) / 1e9 + 0);
    expect(rounded).toEqual([14, 0, 20, 20]);
  });

  test('short exports, labels apart from their rectangle, and a size that disagrees', async () => {
    const dir = await folderOf(['a.jpg', 'b.jpg'], {
      'x.json': [
        {
          image: '/data/upload/1/a.jpg',
          label: [{ x: 0, y: 0, width: 50, height: 50, rectanglelabels: ['cat'] }],
        },
        task(
          'b.jpg',
          region(
            { rectanglelabels: undefined },
            { id: 'q', type: 'rectangle', original_width: 30, original_height: 40 },
          ),
          { id: 'q', type: 'labels', value: { labels: ['dog'] } },
        ),
      ],
    });
    const { dataset, report } = await stageImport(dir, { format: 'label-studio' });
    expect(dataset.images.map(({ boxes }) => boxes.map(({ classIndex }) => classIndex))).toEqual([[0], [1]]);
    expect(corners(dataset.images[0]?.boxes)).toEqual([[0, 0, 20, 15]]);
    expect(report.warnings.join('\n')).toContain('states 30x40');
  });
});

describe('labelme and X-AnyLabeling', () => {
  const shape = (shape_type: string | undefined, points: number[][], more: object = {}) => ({
    label: 'cat',
    shape_type,
    points,
    group_id: null,
    flags: {},
    ...more,
  });
  const label = (imagePath: string | null, ...shapes: object[]) => ({
    version: '5.4.1',
    flags: {},
    shapes,
    imagePath,
    imageData: null,
    imageHeight: 30,
    imageWidth: 40,
  });

  test('corners in any order, four points, other shapes, unknown keys', async () => {
    const dir = await folderOf(['a.jpg'], {
      'a.json': {
        ...label(
          'a.jpg',
          shape(
            'rectangle',
            [
              [20, 5],
              [3.5, 15],
            ],
            { difficult: true, score: 0.5, group_id: 4 },
          ),
          shape('rectangle', [
            [1, 1],
            [9, 1],
            [9, 8],
            [1, 8],
          ]),
          shape('polygon', [
            [-2, 3],
            [5, 9],
            [1, 4],
          ]),
          shape('circle', [
            [10, 10],
            [13, 14],
          ]),
          shape('line', [
            [1, 1],
            [2, 2],
          ]),
        ),
        checked: true,
      },
    });
    const { dataset, report } = await stageImport(dir, auto);
    expect(dataset.format).toBe('labelme');
    expect(corners(dataset.images[0]?.boxes)).toEqual([
      [3.5, 5, 20, 15],
      [1, 1, 9, 8],
      [-2, 3, 5, 9],
      [5, 5, 15, 15],
    ]);
    expect(dataset.images[0]?.boxes[0]).toMatchObject({
      difficult: true,
      score: 0.5,
      extra: { group_id: 4 },
    });
    expect(dataset.images[0]?.extra).toEqual({ checked: true });
    expect(report.warnings.join('\n')).toContain('kind line');
    expect(report.suspiciousCounts['out-of-image']).toBe(1);
  });

  test('image paths with backslashes, beside, in another folder, wrong, and out of the dataset', async () => {
    const rectangle = shape('rectangle', [
      [1, 1],
      [5, 5],
    ]);
    const dir = await folderOf(['images/a.jpg', 'images/b.jpg', 'labels/c.jpg', 'labels/d.jpg'], {
      'labels/a.json': label('..\\images\\a.jpg', rectangle),
      'labels/b.json': label('/home/me/images/b.jpg', rectangle),
      'labels/c.json': label('renamed.jpg', rectangle),
      'labels/d.json': label(null, rectangle),
      'labels/e.json': label('../../../etc/passwd.jpg', rectangle),
      'labels/f.json': '{"shapes": [',
    });
    const { dataset, report } = await stageImport(dir, auto);
    expect(dataset.images.map(({ path }) => path.slice(-5))).toEqual(['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg']);
    expect(report.skipped.map(({ file }) => file.slice(-6)).sort()).toEqual(['e.json', 'f.json']);
    const apart = await stageImport(join(dir, 'labels'), { ...auto, images: join(dir, 'images') });
    expect(apart.dataset.images.map(({ path }) => path.slice(-5))).toEqual(['a.jpg', 'b.jpg']);
    const stale = await folderOf(['images/a.jpg'], { 'labels/a.json': label('elsewhere.jpg', rectangle) });
    const chosen = { ...auto, images: join(stale, 'images') };
    expect((await stageImport(join(stale, 'labels'), chosen)).report).toMatchObject({ images: 1, boxes: 1 });
  });
});

describe('Create ML', () => {
  const entry = (image: string, label: string, x: number, y: number, width: number, height: number) => ({
    image,
    annotations: [{ label, coordinates: { x, y, width, height } }],
  });

  test('boxes by their centre, either name of the image, splits by folder', async () => {
    const { image: imagefilename, ...rest } = entry('c.jpg', 'dog', 5, 5, 4, 4);
    const dir = await folderOf(['train/a.jpg', 'valid/a.jpg', 'valid/c.jpg'], {
      'train/_annotations.createml.json': [{ ...entry('a.jpg', 'cat', 10, 8, 4, 6), verified: true }],
      'valid/_annotations.createml.json': [entry('a.jpg', 'cat', 20, 8, 4, 6), { imagefilename, ...rest }],
    });
    const { dataset } = await stageImport(dir, auto);
    expect(dataset).toMatchObject({ format: 'createml', convention: 'createml-pixels' });
    expect(dataset.images.map(({ split, boxes }) => [split, ...corners(boxes)])).toEqual([
      ['train', [8, 5, 12, 11]],
      ['val', [18, 5, 22, 11]],
      ['val', [3, 3, 7, 7]],
    ]);
    expect(dataset.images[0]?.extra).toEqual({ verified: true });
  });

  test('coordinates of 1 at most are taken as fractions, with a warning, unless told', async () => {
    const dir = await folderOf(['a.jpg'], { 'x.json': [entry('a.jpg', 'cat', 0.5, 0.5, 1, 1)] });
    const { dataset, report } = await stageImport(dir, auto);
    expect(corners(dataset.images[0]?.boxes)).toEqual([[0, 0, 40, 30]]);
    expect(report.warnings).toContainEqual(expect.stringContaining('createml-pixels'));
    const told = await stageImport(dir, { format: 'auto', convention: 'createml-pixels' });
    expect(corners(told.dataset.images[0]?.boxes)).toEqual([[0, 0, 1, 1]]);
  });

  test('ignored boxes are apart from those that are learned', async () => {
    const dir = await folderOf(['a.jpg'], { 'x.json': [entry('a.jpg', 'cat', 10, 10, 4, 4)] });
    const { dataset } = await stageImport(dir, auto);
    dataset.images[0]?.boxes.unshift({ classIndex: 0, x1: 0.1, y1: 0.2, x2: 0.7, y2: 3, ignore: 'blurred' });
    const out = join(newFolder(), 'out');
    const manifest = await exportLabels(dataset, 'createml', out);
    expect(manifest.notes).toEqual([expect.stringContaining('1 ignored')]);
    const back = await stageImport(out, { format: 'auto', images: dir });
    expect(back.dataset.images).toEqual(dataset.images);
  });
});
