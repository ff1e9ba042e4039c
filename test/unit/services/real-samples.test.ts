// Real datasets from a server on this machine: whole or not at all, and only what was published.
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchRealSample, type RealSample, realSamples } from '../../../src/main/services/real-samples.ts';
import { Problem } from '../../../src/shared/problem.ts';
import { digest, filesOf, type SampleServer, serveSample } from '../../sample-server.ts';
import { temporaryFolder } from './temporary.ts';

const bytes = (count: number, seed: number) =>
  Uint8Array.from({ length: count }, (_, at) => (at * seed) % 251);
const published = new Map([
  ['LICENSE', bytes(300, 3)],
  ['set/Annotations/1.xml', bytes(900, 5)],
  ['set/JPEGImages/1.jpg', bytes(30_000, 7)],
]);
const quiet = { onProgress: () => undefined };

describe('a real sample', () => {
  let server: SampleServer;
  let folder: string;

  beforeEach(async () => {
    folder = join(temporaryFolder(), 'Cells', 'images');
    server = await serveSample(new Map([...published, ['notebook.ipynb', bytes(50, 11)]]));
  });
  afterEach(() => server.close());

  const sample = (change: Partial<RealSample> = {}): RealSample => ({
    ...{ id: 'cells', name: 'Cells', text: '', images: 1, author: 'A', licence: 'MIT', home: 'a page' },
    ...{ url: server.url, keep: ['set/', 'LICENSE'], source: 'set', format: 'voc', size: 31_200 },
    sha256: digest(published),
    ...change,
  });

  it('is unpacked as it was published, without the rest of the archive, and fetched once', async () => {
    const told: number[] = [];
    await fetchRealSample(sample(), folder, { onProgress: (done, total) => told.push(done / total) });
    expect(filesOf(folder)).toEqual(published);
    expect(readdirSync(dirname(folder))).toEqual(['images']);
    expect(told.at(-1)).toBe(1);
    await server.close();
    await fetchRealSample(sample(), folder, quiet);
  });

  it('that is not what was published, or larger, is thrown away with a sentence', async () => {
    const wrong = { ...sample(), sha256: '0'.repeat(64) };
    for (const one of [wrong, { ...sample(), size: 5000 }])
      await expect(fetchRealSample(one, folder, quiet)).rejects.toThrow(/not what was published/);
    expect(readdirSync(dirname(folder))).toEqual([]);
    await fetchRealSample(sample(), folder, quiet);
    expect(existsSync(folder)).toBe(true);
  });

  it('can be stopped, and comes another time', async () => {
    server.stallAfter = 10_000;
    const abort = new AbortController();
    const onProgress = () => abort.abort();
    await expect(fetchRealSample(sample(), folder, { onProgress, signal: abort.signal })).rejects.toThrow(
      /abort/i,
    );
    expect(existsSync(folder)).toBe(false);
    server.stallAfter = server.packed.length;
    await fetchRealSample(sample(), folder, quiet);
    expect(filesOf(folder)).toEqual(published);
  });

  it('that cannot be reached says where else it is to be had', async () => {
    await server.close();
    const failure = await fetchRealSample(sample(), folder, quiet).catch((error) => error);
    expect(failure).toBeInstanceOf(Problem);
    expect(failure.remedy).toContain('a page');
  });

  it('is listed with its maker, its licence and a secure address', () => {
    expect(realSamples().length).toBeGreaterThan(1);
    for (const { url, licence, author, keep } of realSamples()) {
      expect(new URL(url).protocol).toBe('https:');
      expect([licence, author].every((text) => text.length > 2)).toBe(true);
      expect(keep).toContain('LICENSE');
    }
  });
});
