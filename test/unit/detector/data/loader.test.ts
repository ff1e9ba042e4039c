// Batches do not depend on threads, memory or where a run was taken up again; what cannot be read is named.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { cropDefaults } from '../../../../src/main/detector/data/crop.ts';
import {
  type LoadedBatch,
  Loader,
  type LoaderConfig,
  type Sample,
} from '../../../../src/main/detector/data/loader.ts';
import { imageNet } from '../../../../src/main/detector/data/normalise.ts';
import { photometricDefaults } from '../../../../src/main/detector/data/photometric.ts';
import { Rng } from '../../../../src/main/detector/data/rng.ts';
import { Problem } from '../../../../src/shared/problem.ts';

let folder = '';
const samples: Sample[] = [];
const open: Loader[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loader-'));
  for (let i = 0; i < 10; i++) samples.push(await drawn(i));
});
afterEach(() => Promise.all(open.splice(0).map((loader) => loader.close())));
afterAll(() => rm(folder, { recursive: true }));

async function drawn(i: number): Promise<Sample> {
  const [width, height, rng] = [50 + i, i % 3 === 0 ? 70 : 40, Rng.seeded(i)];
  const path = join(folder, `${i}.png`);
  const data = Uint8Array.from({ length: width * height * 3 }, () => rng.below(256));
  await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(path);
  const boxes = i === 4 ? Float32Array.of() : Float32Array.of(5, 6, 25 + i, 30, 0, 0, 20, 20);
  const labels = Int32Array.from({ length: boxes.length / 4 }, (_, g) => g + i);
  return { path, width, height, boxes, labels, ignore: Float32Array.of(30, 0, 40, 40) };
}

const base: LoaderConfig = {
  order: 'random',
  seed: 3,
  batchSize: 4,
  scales: [
    { long: 64, short: 48 },
    { long: 48, short: 40 },
  ],
  resample: 'reference',
  normalisation: imageNet,
  augment: { flip: 0.5, photometric: photometricDefaults, crop: cropDefaults },
  workers: 0,
};

function loaderOf(change: Partial<LoaderConfig> = {}, from = samples): Loader {
  const loader = new Loader(from, { ...base, ...change });
  open.push(loader);
  return loader;
}

/** A batch with a digest in place of its many pixels. */
function digested({ pixels, ...rest }: LoadedBatch) {
  return { ...rest, pixels: createHash('sha256').update(pixels).digest('hex') };
}

async function take(batches: AsyncGenerator<LoadedBatch>, count = Infinity): Promise<LoadedBatch[]> {
  const taken: LoadedBatch[] = [];
  for await (const batch of batches) {
    if (taken.push(batch) >= count) break;
  }
  return taken;
}

it('gives the same batches whatever the threads, the memory and the prefetch', async () => {
  const expected = await take(loaderOf().batches(), 7);
  expect(expected.map(({ images }) => images.length)).toEqual([4, 4, 2, 4, 4, 2, 4]);
  const others: Partial<LoaderConfig>[] = [
    { workers: 1 },
    { workers: 2, prefetch: 5 },
    { workers: 2, cacheBytes: 0, prefetch: 0 },
    { workers: 1, cacheBytes: 20_000 },
  ];
  for (const other of others) {
    const batches = await take(loaderOf(other).batches(), 7);
    expect(batches.map(digested)).toEqual(expected.map(digested));
  }
});

it('resumes at any batch as if never stopped', async () => {
  const whole = await take(loaderOf().batches(), 7);
  for (const at of [0, 1, 2, 4]) {
    const resumed = await take(loaderOf({ workers: 1 }).batches(whole[at]!.next), 7 - at - 1);
    expect(resumed.map(digested)).toEqual(whole.slice(at + 1).map(digested));
  }
});

it('ends an epoch with its short batch', async () => {
  const loader = loaderOf();
  const epoch = await take(loader.epoch(2));
  expect(epoch.map(({ images }) => images.length)).toEqual([4, 4, 2]);
  expect(epoch.at(-1)!.next).toEqual({ epoch: 3, position: 0 });
  expect((await take(loader.epoch(2, 4))).map(digested)).toEqual(epoch.slice(1).map(digested));
  expect(new Set(epoch.flatMap(({ images }) => images.map(({ index }) => index))).size).toBe(10);
});

it('pads each image to its own multiple of 32 and the batch to the largest', async () => {
  const { augment: _, ...plain } = base;
  const loader = new Loader(samples, { ...plain, order: 'sequential' });
  open.push(loader);
  const [batch] = await take(loader.batches(), 1);
  const { width, height, pixels, images } = batch!;
  expect([width, height]).toEqual([64, 64]);
  expect(pixels.length).toBe(4 * width * height * 3);
  for (const [n, image] of images.entries()) {
    expect([image.padWidth % 32, image.padHeight % 32, image.flipped]).toEqual([0, 0, false]);
    expect(image.padWidth - image.width).toBeLessThan(32);
    expect(image.scaleX).toBeCloseTo(image.width / image.originalWidth, 12);
    expect(image.gtBoxes[0]).toBeCloseTo(5 * image.scaleX, 5);
    const outside = pixels.subarray(((n + 1) * height * width - 1) * 3, (n + 1) * height * width * 3);
    if (image.width < width) expect([...outside]).toEqual([0, 0, 0]);
  }
});

it('keeps what fits in memory and no more', async () => {
  const loader = loaderOf({ cacheBytes: 20_000, scales: [{ long: 64, short: 48 }] });
  await take(loader.epoch(0));
  expect(loader.cached.count).toBeGreaterThan(0);
  expect(loader.cached.bytes).toBeLessThanOrEqual(20_000);
});

it('needs no files once all is in memory', async () => {
  const files = await Promise.all([20, 21].map((i) => drawn(i)));
  const loader = loaderOf({ workers: 1, scales: [{ long: 64, short: 48 }] }, files);
  await take(loader.epoch(0));
  await Promise.all(files.map(({ path }) => rm(path)));
  expect((await take(loader.epoch(1)))[0]!.images.length).toBe(2);
});

it('leaves out images without boxes if asked', async () => {
  const loader = loaderOf({ withoutBoxes: 'drop' });
  expect([loader.samplesPerEpoch, loader.batchesPerEpoch]).toEqual([9, 3]);
  const seen = (await take(loader.epoch(0))).flatMap(({ images }) => images.map(({ index }) => index));
  expect(seen).not.toContain(4);
  await expect(take(loaderOf({}, []).batches(), 1)).rejects.toThrow(Problem);
});

it.each([0, 1])('stops at, or leaves out, an image that cannot be read (%i threads)', async (workers) => {
  const path = join(folder, `broken-${workers}.png`);
  await writeFile(path, 'no image');
  const withBroken = [...samples.slice(0, 3), { ...samples[3]!, path }];
  await expect(take(loaderOf({ workers }, withBroken).batches(), 1)).rejects.toThrow(path);

  const told: string[] = [];
  const onSkip: LoaderConfig['onSkip'] = (skipped) => told.push(skipped.path);
  const loader = loaderOf({ workers, unreadable: 'skip', onSkip }, withBroken);
  const batches = await take(loader.batches(), 3);
  expect(batches.map(({ images }) => images.length)).toEqual([3, 3, 3]);
  expect(told).toEqual([path]);
  const none = loaderOf({ workers, unreadable: 'skip', onSkip }, [withBroken[3]!]);
  await expect(take(none.batches(), 1)).rejects.toThrow('None of the 1 images');
});

it('refuses an image whose size is not that of its labels', async () => {
  const changed = { ...samples[0]!, width: 51 };
  await expect(take(loaderOf({}, [changed]).batches(), 1)).rejects.toThrow('when it was labelled');
});

it('stops when aborted, and when closed with work underway', async () => {
  const abort = new AbortController();
  const stream = loaderOf({ workers: 1 }).batches(undefined, abort.signal);
  await stream.next();
  abort.abort(new Error('enough'));
  await expect(stream.next()).rejects.toThrow('enough');

  const closing = loaderOf({ workers: 2, prefetch: 20, cacheBytes: 0 });
  const closed = closing.batches();
  await closed.next();
  await closing.close();
  await expect(take(closed)).rejects.toThrow('closed');
});

it('a process that forgets to close ends all the same', () => {
  const script = `
    import { Loader } from '${new URL('../../../../src/main/detector/data/loader.ts', import.meta.url)}';
    const loader = new Loader(${JSON.stringify([{ path: samples[0]!.path, width: 0, height: 0 }])}.map((s) => ({
      ...s, boxes: new Float32Array(), labels: new Int32Array(), ignore: new Float32Array() })),
      ${JSON.stringify({ ...base, workers: 1 })});
    for await (const batch of loader.epoch(0)) console.log(batch.images.length);`;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 20_000 });
  expect([run.status, run.stdout.toString().trim()]).toEqual([0, '1']);
});
