// Images whose labels could be read in part only: they are not finished, and never images without objects.
import { describe, expect, test } from 'vitest';
import { stageImport } from '../../../src/main/formats/stage.ts';
import { folderOf, vocObject, vocText } from './sample-folder.ts';

/** For each image its boxes and how many labels were lost. */
async function read(images: readonly string[], files: Readonly<Record<string, unknown>>) {
  const { dataset, report } = await stageImport(await folderOf(images, files), { format: 'auto' });
  const counts = dataset.images.map(({ boxes, lost }) => [boxes.length, lost]);
  return { format: report.format, counts, warnings: report.warnings.join('\n') };
}

const names = ['a.jpg', 'b.jpg', 'c.jpg'];

describe('labels that are lost', () => {
  test('of YOLO: ids that are none and damaged rows, but not rows that repeat another', async () => {
    const row = '0 0.5 0.5 1 1';
    const { counts, warnings } = await read(names, {
      'data.yaml': 'names: [cat]\n',
      'a.txt': '-1 0.5 0.5 1 1\n',
      'b.txt': `${row}\n0 0.5\n`,
      'c.txt': `${row}\n${row}\n`,
    });
    expect(counts).toEqual([
      [0, 1],
      [1, 1],
      [1, undefined],
    ]);
    expect(warnings).toMatch(/1 image lost some of its labels[\s\S]*1 image lost all of its labels/);
  });

  test('of VOC: objects without a box; one without area is missed where it is the only one', async () => {
    const good = vocObject('cat', [1, 1, 5, 5]);
    const flat = vocObject('cat', [3, 3, 3, 9]);
    const { counts } = await read(names, {
      'a.xml': vocText('a.jpg', '<object><name>cat</name><polygon/></object>'),
      'b.xml': vocText('b.jpg', good, flat),
      'c.xml': vocText('c.jpg', flat),
    });
    expect(counts).toEqual([
      [0, 1],
      [1, undefined],
      [0, 1],
    ]);
  });

  test('of COCO: unknown classes, no area, and what is to be left out where nothing else is said', async () => {
    const box = (image_id: number, more: object = {}) => ({
      image_id,
      category_id: 1,
      bbox: [1, 1, 5, 5],
      ...more,
    });
    const { counts } = await read([...names, 'd.jpg'], {
      'x.json': {
        images: ['a', 'b', 'c', 'd'].map((name, id) => ({ id, file_name: `${name}.jpg` })),
        annotations: [
          box(0, { bbox: [1, 1, 0, 5] }),
          box(1),
          box(1, { category_id: 9 }),
          box(2, { ignore: 1 }),
          box(3),
          box(3, { ignore: 1 }),
        ],
        categories: [{ id: 1, name: 'cat' }],
      },
    });
    expect(counts).toEqual([
      [0, 1],
      [1, 1],
      [0, 1],
      [1, undefined],
    ]);
  });

  test('of CVAT: masks and ellipses, but not tags; in a video where they are', async () => {
    const cat = '<box label="cat" xtl="1" ytl="1" xbr="5" ybr="5"/>';
    const image = (name: string, ...parts: string[]) =>
      `<image id="0" name="${name}" width="40" height="30">${parts.join('')}</image>`;
    const { counts } = await read(names, {
      'x.xml': `<annotations>${[
        image('a.jpg', '<mask label="cat"/>'),
        image('b.jpg', cat, '<ellipse label="cat"/>'),
        image('c.jpg', cat, '<tag label="day"/>'),
      ].join('')}</annotations>`,
    });
    expect(counts).toEqual([
      [0, 1],
      [1, 1],
      [1, undefined],
    ]);
    const shape = (kind: string, frame: number, outside: number) =>
      `<${kind} frame="${frame}" outside="${outside}" keyframe="1" xtl="1" ytl="1" xbr="5" ybr="5"/>`;
    const video = await read(['f_0.jpg', 'f_1.jpg', 'f_2.jpg'], {
      'x.xml': `<annotations><track id="0" label="cat">${shape('box', 0, 0)}${shape('box', 2, 0)}</track>
        <track id="1" label="cat">${shape('polygon', 1, 0)}${shape('polygon', 2, 1)}</track></annotations>`,
    });
    expect(video.counts).toEqual([
      [1, undefined],
      [1, 1],
      [1, undefined],
    ]);
  });

  test('of Create ML, labelme and Label Studio: boxes without a label, shapes without a box', async () => {
    const coordinates = { x: 10, y: 10, width: 4, height: 4 };
    const createml = await read(['a.jpg'], {
      'x.json': [{ image: 'a.jpg', annotations: [{ label: '', coordinates }] }],
    });
    expect(createml).toMatchObject({ format: 'createml', counts: [[0, 1]] });
    const shape = (shape_type: string) => ({ label: 'cat', shape_type, points: Array(2).fill([1, 1]) });
    const labelme = await read(['a.jpg'], { 'a.json': { shapes: [shape('line')], imagePath: 'a.jpg' } });
    expect(labelme).toMatchObject({ format: 'labelme', counts: [[0, 1]] });
    const result = (type: string, labels: string[]) => ({
      type,
      value: { x: 1, y: 1, width: 9, height: 9, rectanglelabels: labels },
    });
    const task = (...results: object[]) => ({
      data: { image: 'a.jpg' },
      annotations: [{ result: results }],
    });
    const brush = task(result('brushlabels', ['cat']), result('choices', []), result('rectanglelabels', []));
    expect(await read(['a.jpg'], { 'x.json': [brush] })).toMatchObject({ counts: [[0, 2]] });
    const choice = task(result('choices', []));
    expect(await read(['a.jpg'], { 'x.json': [choice] })).toMatchObject({ counts: [[0, undefined]] });
  });
});
