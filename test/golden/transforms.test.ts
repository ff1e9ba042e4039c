// Resize, flip, normalise and pad against mmdet's pipeline; and two real images against the reference run's network input.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { assembleBatch } from '../../src/main/detector/data/batch.ts';
import { decodeFile } from '../../src/main/detector/data/decode.ts';
import { flipLabelled } from '../../src/main/detector/data/flip.ts';
import {
  type LabelledImage,
  scaleBoxes,
  transformLabels,
} from '../../src/main/detector/data/labelled-image.ts';
import { efficientNetLite, imageNet, normalisationTable } from '../../src/main/detector/data/normalise.ts';
import { antialiasResize } from '../../src/main/detector/data/resample-antialias.ts';
import { keepRatioSize, resizeImage } from '../../src/main/detector/data/resize.ts';
import type { RgbImage } from '../../src/main/detector/data/rgb-image.ts';
import { bccdDir, describeFixture, expectClose, type Fixture, goldenDir } from './fixture.ts';

interface TransformCase {
  readonly ori_shape: readonly [number, number];
  readonly img_shape: readonly [number, number];
  readonly scale_factor: readonly [number, number];
  readonly pad_shape: readonly [number, number];
  readonly scale: readonly [number, number];
  readonly flip: boolean;
  readonly diff_u8?: { readonly pil_bilinear: { readonly max: number; readonly mean: number } };
}

interface SizeRow {
  readonly h: number;
  readonly w: number;
  readonly new_h: number;
  readonly new_w: number;
}

const sourceOf = (name: string) => decodeFile(join(goldenDir(), `transform_${name.split('.')[0]}.png`));

function scaleOf([a, b]: readonly [number, number]) {
  return { long: Math.max(a, b), short: Math.min(a, b) };
}

/** [C, H, W] of image `n` from a batch's [N, H, W, C]. */
function channelsFirst(pixels: Float32Array, height: number, width: number, n: number): Float32Array {
  const cells = height * width;
  return Float32Array.from({ length: 3 * cells }, (_, o) => {
    return pixels[(n * cells + (o % cells)) * 3 + Math.floor(o / cells)]!;
  });
}

function difference(a: ArrayLike<number>, b: ArrayLike<number>): { max: number; mean: number } {
  let [max, sum] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    const gap = Math.abs(a[i]! - b[i]!);
    max = Math.max(max, gap);
    sum += gap;
  }
  return { max, mean: sum / a.length };
}

async function transform(fixture: Fixture, name: string, case_: TransformCase): Promise<LabelledImage> {
  const source = await sourceOf(name);
  const size = keepRatioSize(source, scaleOf(case_.scale));
  const boxes = Float32Array.from(fixture.tensor(`${name}.boxes_in`).numbers());
  const labels = { boxes, labels: Int32Array.from(boxes.filter((_, i) => i % 4 === 0)), ignore: boxes };
  const resized = transformLabels(labels, size, (b) =>
    scaleBoxes(b, size.width / source.width, size.height / source.height),
  );
  const sample = { image: resizeImage(source, size, 'reference'), ...resized };
  return case_.flip ? flipLabelled(sample) : sample;
}

function prepared(sample: LabelledImage, path: string) {
  return { ...sample, index: 0, path, original: sample.image, scaleX: 1, scaleY: 1, flipped: false };
}

describeFixture('transforms', (fixture) => {
  const cases = Object.entries(fixture.value<Record<string, TransformCase>>('cases'));

  it.each(cases)('%s: pixels, boxes and padding', async (name, case_) => {
    const sample = await transform(fixture, name, case_);
    expect([sample.image.height, sample.image.width]).toEqual(case_.img_shape);
    const expected = fixture.tensor(`${name}.resized_rgb_u8`).data;
    expectClose(sample.image.data, expected, { abs: fixture.tolerance('u8_abs') }, 'pixels');
    const boxesOut = fixture.tensor(`${name}.boxes_out`).data;
    expectClose(sample.boxes, boxesOut, { abs: fixture.tolerance('box_abs') }, 'boxes');
    expectClose(sample.ignore, boxesOut, { abs: fixture.tolerance('box_abs') }, 'ignored regions');

    const batch = assembleBatch([prepared(sample, name)], normalisationTable(imageNet));
    expect([batch.height, batch.width]).toEqual(case_.pad_shape);
    const pixels = channelsFirst(batch.pixels, batch.height, batch.width, 0);
    const padded = fixture.tensor(`${name}.padded`).data;
    expectClose(pixels, padded, { abs: fixture.tolerance('padded_abs') }, 'padded');
  });

  it.each(cases.filter(([, { diff_u8 }]) => diff_u8 !== undefined))(
    '%s: the antialiased pixels lie as far from the reference as Pillow finds its own',
    async (name, case_) => {
      const [height, width] = case_.img_shape;
      const pixels = antialiasResize(await sourceOf(name), { width, height }).data;
      const gap = difference(pixels, fixture.tensor(`${name}.resized_rgb_u8`).data as Uint8Array);
      expect(gap.max).toBe(case_.diff_u8!.pil_bilinear.max);
      expect(gap.mean).toBeCloseTo(case_.diff_u8!.pil_bilinear.mean, 9);
    },
  );

  it.each(fixture.value<SizeRow[]>('keep_ratio_table'))('$w x $h becomes $new_w x $new_h', (row) => {
    const size = keepRatioSize({ width: row.w, height: row.h }, { long: 1333, short: 800 });
    expect(size).toEqual({ width: row.new_w, height: row.new_h });
  });
});

describeFixture('bccd_ddod_lite0_forward', (fixture) => {
  const files = fixture
    .value<string[]>('config', 'images')
    .map((name) => join(bccdDir(), 'JPEGImages', name));
  const [height = 0, width = 0] = fixture.value<number[]>('config', 'img_shape');
  // another JPEG decoder may differ by 2 grey levels (the fixture's note)
  const abs = 2 / efficientNetLite.std[0];

  it.skipIf(!files.every(existsSync))('the network input from the JPEG files', async () => {
    const images = await Promise.all(files.map((file) => decodeFile(file)));
    const resized = images.map((image: RgbImage) => resizeImage(image, { width, height }, 'reference'));
    const empty = { boxes: new Float32Array(), labels: new Int32Array(), ignore: new Float32Array() };
    const batch = assembleBatch(
      resized.map((image, i) => prepared({ image, ...empty }, files[i]!)),
      normalisationTable(efficientNetLite),
    );
    const input = fixture.tensor('input');
    const cells = batch.height * batch.width;
    expect([batch.images.length, 3, batch.height, batch.width]).toEqual(input.shape);
    for (const n of batch.images.keys()) {
      const pixels = channelsFirst(batch.pixels, batch.height, batch.width, n);
      const expected = (input.data as Float32Array).subarray(n * 3 * cells, (n + 1) * 3 * cells);
      expectClose(pixels, expected, { abs }, files[n]);
    }
  });
});
