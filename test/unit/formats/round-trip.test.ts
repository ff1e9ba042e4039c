// Any dataset, exported and imported again, is the same dataset.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { exportLabels } from '../../../src/main/formats/export.ts';
import { cleanName } from '../../../src/main/formats/source-text.ts';
import { stageImport } from '../../../src/main/formats/stage.ts';
import type { StagedBox, StagedDataset, StagedImage } from '../../../src/main/formats/staged.ts';
import { newFolder, putImage } from './sample-folder.ts';

const root = newFolder();
const out = newFolder();
const sizes = [
  ['a.jpg', 40, 30],
  ['a.png', 17, 90],
  ['deep er/a.jpg', 64, 64],
  ['deep er/ünï.webp', 33, 21],
] as const;
let exports = 0;

beforeAll(async () => {
  for (const [name, width, height] of sizes) await putImage(join(root, name), width, height);
});

const json = fc
  .jsonValue({ maxDepth: 2, noUnicodeString: false })
  .map((value) =>
    JSON.parse(JSON.stringify(value), (name, part) =>
      /^(__proto__|constructor|prototype)$/.test(name) ? undefined : part,
    ),
  );
const key = fc.oneof(
  fc.constantFrom(
    'pose',
    'folder',
    'size',
    'source',
    'attributes',
    'segmented',
    'x y',
    '1st',
    'Ünï',
    'xmlish',
    '#text',
  ),
  fc.string({ minLength: 1, maxLength: 4 }).map((text) => `k${text}`),
);
const extra = fc.dictionary(key, json, { minKeys: 1, maxKeys: 3 }).map((value) => ({ ...value }));
const text = fc.string({ unit: 'grapheme', maxLength: 8 });
const yes = fc.constant(true as const);

const marks = fc.record(
  {
    ignore: text,
    difficult: yes,
    truncated: yes,
    occluded: yes,
    score: fc.double({ min: 0.001, max: 1, noNaN: true }),
    trackId: text,
    extra,
  },
  { requiredKeys: [] },
);

/** `reach` 0 keeps boxes inside the image; 1 lets them stick out by its size on every side. */
function boxIn(
  [, width, height]: (typeof sizes)[number],
  classCount: number,
  reach: number,
): fc.Arbitrary<StagedBox> {
  const along = (size: number) =>
    fc
      .tuple(...[0, 1].map(() => fc.double({ min: -reach * size, max: (1 + reach) * size, noNaN: true })))
      .map((pair) => pair.map((value) => value + 0).sort((a = 0, b = 0) => a - b))
      .filter(([from = 0, to = 0]) => to - from > 1e-3);
  return fc
    .tuple(fc.nat(classCount - 1), along(width), along(height), marks)
    .map(([classIndex, [x1 = 0, x2 = 0], [y1 = 0, y2 = 0], more]) => ({
      classIndex,
      x1,
      y1,
      x2,
      y2,
      ...more,
    }));
}

function anyDataset(reach: number): fc.Arbitrary<StagedDataset> {
  const name = text.map(cleanName).filter((clean) => clean !== '');
  return fc.uniqueArray(name, { minLength: 1, maxLength: 4 }).chain((names) => {
    const images = sizes.map((size) => {
      const [file, width, height] = size;
      const base = { path: join(root, file), width, height, orientation: 1 };
      const split = fc.constantFrom('train', 'val', 'test', undefined);
      const boxes = fc.array(boxIn(size, names.length, reach), { maxLength: 4 });
      return fc
        .tuple(split, boxes, fc.option(text, { nil: undefined }), fc.option(extra, { nil: undefined }))
        .map(
          ([part, list, group, more]): StagedImage => ({
            ...base,
            boxes: list,
            ...(part && { split: part }),
            ...(group !== undefined && { group }),
            ...(more && { extra: more }),
          }),
        );
    });
    return fc.tuple(...images).map((list) => ({
      format: 'any',
      classes: names.map((clean) => ({ name: clean })),
      images: list,
      skipped: [],
      warnings: [],
    }));
  });
}

async function throughFiles(
  dataset: StagedDataset,
  format: string,
  convention?: string,
): Promise<StagedDataset> {
  const dir = join(out, String(exports++));
  await exportLabels(dataset, format, dir, { imageRoot: root, ...(convention && { convention }) });
  const back = await stageImport(dir, { format, images: root });
  rmSync(dir, { recursive: true });
  expect(back.dataset.skipped).toEqual([]);
  return back.dataset;
}

const byPath = (dataset: StagedDataset) =>
  [...dataset.images].sort((a, b) => (a.path < b.path ? -1 : 1)).map((image) => ({ ...image }));

function expectNear(actual: StagedDataset, wanted: StagedDataset): void {
  expect(actual.classes).toEqual(wanted.classes);
  const corners = (dataset: StagedDataset) =>
    byPath(dataset).flatMap(({ boxes }) => boxes.flatMap(({ x1, y1, x2, y2 }) => [x1, y1, x2, y2]));
  const [got, expected] = [corners(actual), corners(wanted)];
  expect(got.length).toBe(expected.length);
  for (const [index, value] of got.entries()) expect(Math.abs(value - expected[index]!)).toBeLessThan(1e-9);
  const rest = (dataset: StagedDataset) =>
    byPath(dataset).map((image) => ({
      ...image,
      boxes: image.boxes.map((box) => ({ ...box, x1: 0, y1: 0, x2: 0, y2: 0 })),
    }));
  expect(rest(actual)).toEqual(rest(wanted));
}

const runs = { numRuns: 30 };

test.each(['voc-0-based', 'voc-1-based'])('VOC %s gives every number back exactly', async (convention) => {
  await fc.assert(
    fc.asyncProperty(anyDataset(1), async (dataset) => {
      const back = await throughFiles(dataset, 'voc', convention);
      expect(back.convention).toBe(convention);
      expect(back.classes).toEqual(dataset.classes);
      expect(byPath(back)).toEqual(byPath(dataset));
    }),
    runs,
  );
});

test('COCO gives the dataset back, and after the first time to the last digit', async () => {
  await fc.assert(
    fc.asyncProperty(anyDataset(1), async (dataset) => {
      const back = await throughFiles(dataset, 'coco');
      expectNear(back, dataset);
      expect(await throughFiles(back, 'coco')).toEqual(back);
    }),
    runs,
  );
});

test('YOLO gives every number back exactly, boxes outside their image included', async () => {
  await fc.assert(
    fc.asyncProperty(anyDataset(1), async (dataset) => {
      const back = await throughFiles(dataset, 'yolo');
      expect(back.classes).toEqual(dataset.classes);
      expect(byPath(back)).toEqual(byPath(dataset));
    }),
    runs,
  );
});

test.each(['cvat', 'createml', 'labelme', 'label-studio'])(
  '%s gives every number back exactly',
  async (format) => {
    await fc.assert(
      fc.asyncProperty(anyDataset(1), async (dataset) => {
        const back = await throughFiles(dataset, format);
        expect(back.classes).toEqual(dataset.classes);
        expect(byPath(back)).toEqual(byPath(dataset));
      }),
      runs,
    );
  },
);
