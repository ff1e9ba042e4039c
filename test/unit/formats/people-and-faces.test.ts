// WIDER FACE and CrowdHuman files, which name many small and hidden people.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stageImport } from '../../../src/main/formats/stage.ts';
import { cornersOf as corners, folderOf } from './sample-folder.ts';

const auto = { format: 'auto' };

describe('WIDER FACE', () => {
  const event = '0--Parade/0_Parade_1.jpg';
  const text = (...lines: string[]) => lines.map((line) => `${line} \r\n`).join('');

  test('rows with marks, faces that do not count, the row of zeros of an image without any', async () => {
    const dir = await folderOf(
      [`WIDER_train/images/${event}`, 'WIDER_train/images/1--X/b.jpg', 'WIDER_train/images/1--X/c.jpg'],
      {
        'wider_face_split/wider_face_train_bbx_gt.txt': text(
          ...[event, '3', '1 2 10 12 0 0 0 0 0 0', '5 5 6 7 2 0 1 1 2 0', '9 9 0 4 0 0 0 0 0 0'],
          ...['1--X/b.jpg', '0', '0 0 0 0 0 0 0 0 0 0'],
          ...['1--X/c.jpg', '1', '3 3 4 4 0 0 0 0 1 1'],
        ),
      },
    );
    const { dataset, report } = await stageImport(dir, auto);
    expect(report).toMatchObject({ format: 'wider', boxes: 3, ignored: 1, splits: { train: 3 } });
    expect(dataset.classes).toEqual([{ name: 'face' }]);
    expect(dataset.images.map(({ boxes, lost }) => [corners(boxes), lost])).toEqual([
      [
        [
          [1, 2, 11, 14],
          [5, 5, 11, 12],
        ],
        undefined,
      ],
      [[], undefined],
      [[[3, 3, 7, 7]], undefined],
    ]);
    expect(dataset.images[0]?.boxes[1]).toMatchObject({
      ignore: 'invalid',
      occluded: true,
      extra: { blur: 2, illumination: 1, occlusion: 2 },
    });
    expect(dataset.skipped).toEqual([
      { file: expect.stringMatching(/Parade_1\.jpg$/), reason: expect.stringContaining('without area') },
    ]);
  });

  test('damaged files end in rows of the report; a file of another name is read where it is said to be one', async () => {
    const files = { 'labels.txt': text('a.jpg', '2', '1 1 5 5', 'x y', 'what', 'b.jpg', 'c.jpg', '0') };
    const dir = await folderOf(['a.jpg', 'b.jpg', 'c.jpg'], files);
    const { dataset } = await stageImport(join(dir, 'labels.txt'), { format: 'wider', images: dir });
    expect(dataset.images.map(({ boxes, lost }) => [boxes.length, lost])).toEqual([
      [1, 1],
      [0, undefined],
    ]);
    expect(dataset.skipped.map(({ reason }) => reason).sort()).toEqual([
      'b.jpg is followed by no number of faces',
      'the line "what" names no image',
      'the row "x y" is no box',
    ]);
  });
});

describe('CrowdHuman', () => {
  const person = (more: object = {}) => ({
    tag: 'person',
    fbox: [-5, 2, 20, 40],
    vbox: [0, 2, 10, 20],
    hbox: [1, 2, 4, 5],
    head_attr: { ignore: 0 },
    extra: { box_id: 0, occ: 0 },
    ...more,
  });
  const line = (ID: string, ...gtboxes: object[]) => JSON.stringify({ ID, gtboxes });

  test('bodies, what is visible of them, or heads; crowds and masks are ignored', async () => {
    const ids = ['273271,1a0d6000b9e1f5b7', '273275,cd061000af95f691'];
    const people = [
      person({ extra: { box_id: 3, ignore: 1 } }),
      person({ tag: 'mask', extra: { ignore: 1 } }),
      person({ head_attr: { ignore: 1 }, extra: {} }),
    ];
    const dir = await folderOf(
      ids.map((id) => `Images/${id}.jpg`),
      {
        'annotation_val.odgt': `${line(ids[0] ?? '', person(), ...people)}\n${line(ids[1] ?? '')}\n`,
      },
    );
    const read = async (variant?: string) => {
      const { dataset, report } = await stageImport(dir, { ...auto, ...(variant && { variant }) });
      const [first] = dataset.images;
      return {
        format: report.format,
        split: first?.split,
        name: dataset.classes[0]?.name,
        box: corners(first?.boxes)[0],
        ignored: first?.boxes.map(({ ignore }) => ignore),
        empty: dataset.images[1]?.boxes.length,
      };
    };
    const found = { format: 'crowdhuman', split: 'val', name: 'person', empty: 0 };
    const ignored = [undefined, 'ignore', 'mask', undefined];
    // a body may reach outside the image
    expect(await read()).toEqual({ ...found, box: [-5, 2, 15, 42], ignored });
    expect(await read('visible')).toEqual({ ...found, box: [0, 2, 10, 22], ignored });
    const heads = [undefined, 'ignore', 'mask', 'ignore'];
    expect(await read('head')).toEqual({ ...found, name: 'head', box: [1, 2, 5, 7], ignored: heads });
  });

  test('damaged lines and people without a box end in rows of the report', async () => {
    const dir = await folderOf(['a.jpg', 'b.png'], {
      'a.odgt': [
        line('a', person({ fbox: undefined })),
        '{"gtboxes": 1',
        '{"gtboxes": []}',
        line('b', person()),
      ].join('\n'),
    });
    const { dataset } = await stageImport(dir, auto);
    expect(dataset.images.map(({ boxes, lost }) => [boxes.length, lost])).toEqual([
      [0, 1],
      [1, undefined],
    ]);
    expect(dataset.skipped.map(({ reason }) => reason).sort()).toEqual([
      'a person without a box of the kind full was left out',
      'line 2 is not valid JSON',
      'line 3 names no image',
    ]);
  });
});
