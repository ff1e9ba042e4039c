// Real datasets for sample projects, downloaded when asked for: who made them, under which licence, and whether what came is
// what was published.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Unzipped, unzip } from 'fflate';
import { z } from 'zod';
import { Problem } from '../../shared/problem.ts';
import { asProblem } from '../db/sqlite-problem.ts';
import { downloadFile } from './download.ts';
import { resourceFile } from './resource-files.ts';

const entrySchema = z.object({
  id: z.string(),
  name: z.string(),
  text: z.string(),
  images: z.number(),
  author: z.string(),
  licence: z.string(),
  home: z.string(),
  /** A zip whose files lie in one folder. */
  url: z.string(),
  /** What of that folder is unpacked: files, and folders with a slash. */
  keep: z.array(z.string()),
  /** The folder within, that is imported. */
  source: z.string(),
  format: z.literal('voc'),
  /** Bytes when unpacked. */
  size: z.number(),
  /** Over the sorted lines `path NUL sha256 LF` of what is unpacked: the same however it was packed. */
  sha256: z.string().length(64),
});

export type RealSample = z.infer<typeof entrySchema>;

export interface Watched {
  readonly onProgress: (done: number, total: number, what: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** The datasets that can be downloaded. */
export function realSamples(): readonly RealSample[] {
  const text = readFileSync(resourceFile('samples.json'), 'utf8');
  return z.object({ samples: z.array(entrySchema) }).parse(JSON.parse(text)).samples;
}

/**
 * Downloads a dataset into `folder`, which appears whole or not at all. Throws a Problem where it cannot be had or is not
 * what was published, and the signal's reason; what was received by then is kept for the next try.
 */
export async function fetchRealSample(sample: RealSample, folder: string, watched: Watched): Promise<void> {
  if (existsSync(folder)) return;
  const partial = `${folder}.zip.partial`;
  mkdirSync(dirname(folder), { recursive: true });
  await download(sample, partial, watched);
  const files = await unpacked(sample, partial);
  rmSync(partial, { force: true });
  watched.signal?.throwIfAborted();
  if (digestOf(files) !== sample.sha256) throw damaged(sample);
  try {
    writeWhole(files, folder);
  } catch (error) {
    throw asProblem(error, folder);
  }
}

async function download(
  { name, url, size, home }: RealSample,
  partial: string,
  { onProgress, signal }: Watched,
): Promise<void> {
  await downloadFile({
    ...{ name, url, size, partial, signal },
    otherwise: `It can also be had from ${home} and imported into a new project.`,
    onProgress: (received, total) =>
      onProgress(megabytes(received), megabytes(Math.max(received, total ?? size)), 'megabytes downloaded'),
  });
}

/** With one decimal, and never none. */
function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1e5) / 10;
}

/** The wanted files by their path in the archive's one folder. */
async function unpacked(sample: RealSample, file: string): Promise<Map<string, Uint8Array>> {
  const packed = await readFile(file);
  const wanted = (path: string) =>
    sample.keep.some((one) => (one.endsWith('/') ? path.startsWith(one) : path === one));
  let bytes = 0;
  const all = await new Promise<Unzipped>((resolve, reject) => {
    const filter = ({ name, originalSize }: { name: string; originalSize: number }) => {
      const takes = !name.endsWith('/') && wanted(within(name));
      if (takes) bytes += originalSize;
      // never more than was published, whatever the archive says it holds
      return takes && bytes <= sample.size;
    };
    unzip(packed, { filter }, (error, files) => (error ? reject(error) : resolve(files)));
  }).catch(() => {
    rmSync(file, { force: true });
    throw damaged(sample);
  });
  return new Map(Object.entries(all).map(([path, content]) => [within(path), content]));
}

function within(path: string): string {
  return path.slice(path.indexOf('/') + 1);
}

function digestOf(files: ReadonlyMap<string, Uint8Array>): string {
  const hash = createHash('sha256');
  for (const path of [...files.keys()].sort())
    hash.update(
      `${path}\0${createHash('sha256')
        .update(files.get(path) ?? '')
        .digest('hex')}\n`,
    );
  return hash.digest('hex');
}

/** Paths are those of the digest, so none leads out of the folder. */
function writeWhole(files: ReadonlyMap<string, Uint8Array>, folder: string): void {
  const draft = `${folder}.partial`;
  rmSync(draft, { recursive: true, force: true });
  for (const [path, content] of files) {
    const file = join(draft, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  renameSync(draft, folder);
}

function damaged({ name, home }: RealSample): Problem {
  return new Problem(
    `What was downloaded as ${name} is not what was published, and was thrown away.`,
    `Try again, or look at ${home}.`,
  );
}
