// The way out: labels in a format's own files with a manifest, all of it or nothing.
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { mkdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { Problem } from '../../shared/problem.ts';
import type { ExportDataset, ExportOptions } from './dataset-format.ts';
import { isWithin, namedImages } from './export-names.ts';
import { type Manifest, manifestOf } from './manifest.ts';
import { OutputFolder } from './output-folder.ts';
import { formatNamed } from './stage.ts';

export interface ExportLabelsOptions extends ExportOptions {
  /** Folders that are never written into, besides those that hold the images. */
  readonly sources?: readonly string[];
  /** A folder for what this program writes: it may be written into even where it lies among images. */
  readonly ownFolder?: string;
  /** The program's version, for the manifest. */
  readonly toolVersion?: string;
  /** Looks at the files in their draft before they are there to be found; what it throws ends the export. */
  readonly check?: (draft: string, manifest: Manifest) => Promise<void>;
}

/**
 * Writes `dataset` as `format` into the new or empty folder `outDir` and gives its manifest back. The same dataset gives the
 * same bytes. A folder with files in it, and one that holds images or sources, is refused with a Problem.
 */
export async function exportLabels(
  dataset: ExportDataset,
  format: string,
  outDir: string,
  options: ExportLabelsOptions = {},
): Promise<Manifest> {
  const writer = formatNamed(format);
  const target = resolve(outDir);
  refuseTaken(target);
  refuseSources(target, dataset, options);
  await mkdir(dirname(target), { recursive: true });
  const draft = join(dirname(target), `.${basename(target)}-${randomUUID()}`);
  await mkdir(draft);
  try {
    const out = new OutputFolder(draft, options.signal);
    const written = await writer.write(dataset, out, options);
    const named = namedImages(dataset.images, options.imageRoot);
    const sorted = { ...dataset, images: named.map(({ image }) => image) };
    const manifest = manifestOf(
      sorted,
      named.map(({ name }) => name),
      writer.name,
      { ...written, notes: [...written.notes, ...missingCopies(out)] },
      options.toolVersion,
    );
    await out.text('manifest.json', `${JSON.stringify(manifest, null, 2)}\n`);
    await options.check?.(draft, manifest);
    options.signal?.throwIfAborted();
    if (existsSync(target)) await rmdir(target);
    await rename(draft, target);
    return manifest;
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

function missingCopies({ missing: [first, ...others] }: OutputFolder): string[] {
  if (first === undefined) return [];
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  return [`Not copied, since the files cannot be read: ${first}${more}.`];
}

function refuseTaken(target: string): void {
  if (!existsSync(target)) return;
  let names: string[];
  try {
    names = readdirSync(target);
  } catch {
    throw new Problem(`${target} is not a folder that can be written to.`, 'Choose another place.');
  }
  if (names.length > 0) throw new Problem(`The folder ${target} is not empty.`, 'Choose a new folder.');
}

function refuseSources(
  target: string,
  dataset: ExportDataset,
  { sources = [], ownFolder }: ExportLabelsOptions,
): void {
  const place = realPath(target);
  if (ownFolder !== undefined && isWithin(realPath(resolve(ownFolder)), place)) return;
  const folders = new Set(dataset.images.map((image) => dirname(image.path)));
  const held = new Set([...folders].flatMap(foldersOfSource));
  for (const source of [...held, ...sources.map((path) => resolve(path))]) {
    const real = realPath(source);
    if (isWithin(real, place) || isWithin(place, real)) {
      throw new Problem(
        `The folder ${target} lies in the source folder ${source}.`,
        'Choose a folder outside it.',
      );
    }
  }
}

/** A folder of images, and where it is part of a dataset those of the labels beside it. */
function foldersOfSource(folder: string): string[] {
  const parts = folder.split(sep);
  const at = parts.findLastIndex((part) => /^(JPEGImages|images)$/i.test(part));
  if (at < 0 || at < parts.length - 2) return [folder];
  const dataset = parts.slice(0, at).join(sep);
  const beside = [parts[at] ?? '', 'labels', 'Annotations', 'annotations', 'ImageSets'];
  return [folder, ...beside.map((name) => join(dataset || sep, name))];
}

/** With links resolved as far as the path exists. */
function realPath(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const parent = dirname(path);
  return parent === path ? path : join(realPath(parent), basename(path));
}
