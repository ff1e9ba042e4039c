// manifest.json, the card of an export: what wrote it, in which convention, which classes, which split.
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Apart, ExportDataset, Written } from './dataset-format.ts';
import { isRecord, readSourceJson } from './source-text.ts';

const tool = 'DDOD Studio';
const manifestLimit = 16 * 2 ** 20;

export interface Manifest {
  readonly tool: string;
  /** Of the program that wrote it. */
  readonly toolVersion?: string;
  /** Version of this file's own layout. */
  readonly version: 1;
  readonly format: string;
  readonly convention: string;
  /** In the order of class indices. */
  readonly classes: readonly string[];
  /** The ids those classes had where they came from, where they had any. */
  readonly sourceIds?: readonly (string | number | null)[];
  /** sha256 over the names of the images and their splits. */
  readonly splitHash: string;
  readonly counts: {
    readonly images: number;
    readonly boxes: number;
    readonly ignored: number;
    readonly splits: Readonly<Record<'train' | 'val' | 'test' | 'none', number>>;
  };
  readonly notes: readonly string[];
  readonly apart?: Apart;
}

/** The manifest of an export whose images are called `names`, in the dataset's order. */
export function manifestOf(
  dataset: ExportDataset,
  names: readonly string[],
  format: string,
  written: Written,
  toolVersion?: string,
): Manifest {
  const splits = { train: 0, val: 0, test: 0, none: 0 };
  for (const image of dataset.images) splits[image.split ?? 'none']++;
  const boxes = dataset.images.flatMap((image) => image.boxes);
  const sourceIds = dataset.classes.map(({ sourceId }) => sourceId ?? null);
  const members = dataset.images.map((image, index) => `${names[index]}\t${image.split ?? 'none'}\n`).sort();
  return {
    tool,
    ...(toolVersion !== undefined && { toolVersion }),
    version: 1,
    format,
    convention: written.convention,
    classes: dataset.classes.map(({ name }) => name),
    ...(sourceIds.some((id) => id !== null) && { sourceIds }),
    splitHash: createHash('sha256').update(members.join('')).digest('hex'),
    counts: {
      images: dataset.images.length,
      boxes: boxes.length,
      ignored: boxes.filter((box) => box.ignore !== undefined).length,
      splits,
    },
    notes: written.notes,
    ...(written.apart && { apart: written.apart }),
  };
}

/** What a reader takes from the manifest of an earlier export. */
export interface KnownExport {
  readonly convention: string;
  readonly classes: readonly { readonly name: string; readonly sourceId?: string | number }[];
}

/** Convention and classes of an export of ours in `source` (a folder or a file in it); undefined elsewhere. */
export async function readManifest(source: string, format: string): Promise<KnownExport | undefined> {
  const folder = (await stat(source)).isDirectory() ? source : dirname(source);
  const json = await readSourceJson(join(folder, 'manifest.json'), manifestLimit).catch(() => undefined);
  if (!isRecord(json) || json.tool !== tool || json.format !== format) return undefined;
  const { convention, classes, sourceIds } = json;
  if (typeof convention !== 'string' || !Array.isArray(classes)) return undefined;
  const ids: unknown[] = Array.isArray(sourceIds) ? sourceIds : [];
  const known = classes.flatMap((name: unknown, index) => {
    const id = ids[index];
    if (typeof name !== 'string') return [];
    return [typeof id === 'string' || typeof id === 'number' ? { name, sourceId: id } : { name }];
  });
  return { convention, classes: known };
}
