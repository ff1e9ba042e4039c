// COCO files as they come: sparse and textual ids, gaps, and files that are not what they should be.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCocoFiles } from '../../../../src/main/detector/evaluation/coco-files.ts';
import { Problem } from '../../../../src/shared/problem.ts';

const object = { id: 1, image_id: 30, category_id: 9, bbox: [1, 2, 3, 4] };
const truth = {
  images: [{ id: 30 }, { id: 4 }],
  annotations: [object, { ...object, id: 2, image_id: 4, category_id: 2, area: 7, iscrowd: 1, ignore: 0 }],
  categories: [
    { id: 9, name: 'nine' },
    { id: 2, name: 'two' },
  ],
};
const detection = { image_id: 4, category_id: 9, bbox: [5, 6, 7, 8], score: 0.25 };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'coco-files-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function read(gt: unknown, dt: unknown) {
  const [gtFile, dtFile] = [join(folder, 'gt.json'), join(folder, 'dt.json')];
  writeFileSync(gtFile, typeof gt === 'string' ? gt : JSON.stringify(gt));
  writeFileSync(dtFile, typeof dt === 'string' ? dt : JSON.stringify(dt));
  return readCocoFiles(gtFile, dtFile);
}

describe('files in order', () => {
  it('become rows; images and classes are numbered by rising id', () => {
    const { input, classes, warnings } = read(truth, [detection]);
    expect(classes).toEqual(['two', 'nine']);
    expect(warnings).toEqual([]);
    expect(input).toEqual({
      numImages: 2,
      numClasses: 2,
      gt: {
        imageIndex: Int32Array.of(1, 0),
        classIndex: Int32Array.of(1, 0),
        boxes: Float64Array.of(1, 2, 3, 4, 1, 2, 3, 4),
        area: Float64Array.of(12, 7),
        iscrowd: Uint8Array.of(0, 1),
        ignore: Uint8Array.of(0, 1),
      },
      dt: {
        imageIndex: Int32Array.of(0),
        classIndex: Int32Array.of(1),
        boxes: Float64Array.of(5, 6, 7, 8),
        scores: Float64Array.of(0.25),
      },
    });
  });

  it('may name images by text, and detect nothing', () => {
    const images = [{ id: 'b' }, { id: 'a' }];
    const { input } = read({ ...truth, images, annotations: [{ ...object, image_id: 'b' }] }, []);
    expect([...input.gt.imageIndex]).toEqual([1]);
    expect(input.dt.scores).toHaveLength(0);
  });

  it('warn of what does not count', () => {
    const annotations = [
      { ...object, category_id: 5 },
      { ...object, id: 0 },
    ];
    const { input, warnings } = read({ ...truth, annotations }, [
      { ...detection, category_id: 5 },
      detection,
    ]);
    expect(input.gt.rowOfIdZero).toBe(0);
    expect(input.dt.scores).toHaveLength(1);
    expect(warnings).toHaveLength(3);
  });
});

describe('files out of order', () => {
  it.each<[string, unknown, unknown, RegExp]>([
    ['text that is not JSON', '{', [], /gt\.json.*not JSON/],
    ['an array as ground truth', [], [], /gt\.json.*not a COCO object/],
    ['no categories', { ...truth, categories: undefined }, [], /gt\.json.*categories is not an array/],
    ['an annotation that is no object', { ...truth, annotations: [3] }, [], /annotations\[0\]/],
    [
      'a short box',
      { ...truth, annotations: [{ ...object, bbox: [1, 2, 3] }] },
      [],
      /annotations\[0\]\.bbox/,
    ],
    [
      'an area of text',
      { ...truth, annotations: [{ ...object, area: 'big' }] },
      [],
      /annotations\[0\]\.area/,
    ],
    ['an id used twice', { ...truth, annotations: [object, object] }, [], /annotations\[1\]\.id 1/],
    ['an object as results', truth, {}, /dt\.json.*not an array/],
    ['a missing score', truth, [detection, { ...detection, score: undefined }], /dt\.json.*\[1\]\.score/],
    ['a score of null', truth, [{ ...detection, score: null }], /\[0\]\.score/],
    ['an unknown image', truth, [{ ...detection, image_id: 5 }], /image_id 5 is not in the ground truth/],
  ])('say so in a sentence: %s', (_, gt, dt, expected) => {
    const error = errorOf(() => read(gt, dt));
    expect(error).toBeInstanceOf(Problem);
    expect((error as Problem).message).toMatch(expected);
    expect((error as Problem).remedy).toBeDefined();
  });

  it('say so where there is no file', () => {
    const error = errorOf(() => readCocoFiles(join(folder, 'none.json'), join(folder, 'none.json')));
    expect(error).toBeInstanceOf(Problem);
    expect((error as Problem).message).toMatch(/none\.json cannot be read \(ENOENT\)/);
  });
});

function errorOf(fn: () => unknown): unknown {
  try {
    fn();
  } catch (error) {
    return error;
  }
  return undefined;
}
