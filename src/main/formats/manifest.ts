// manifest.json, the card of an export: what wrote it, in which convention, which classes, which split.
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ExportDataset } from './dataset-format.ts';
import { isRecord, readSourceJson } from './source-text.ts';

const tool = 'DDOD Studio';
const manifestLimit = 16 * 2 ** 20;

export interface Manifest {
  readonly tool: string;
  /** Version of this file's own layout. */
  readonly version: 1;
  readonly format: string;
  readonly convention: string;
  /** In the order of class indices. */
  readonly classes: readonly string[];
  /** sha256 over the names of the images and their splits. */
  readonly splitHash: string;
  readonly counts: {
    readonly images: number;
    readonly boxes: number;
    readonly ignored: number;
    readonly splits: Readonly<Record<'train' | 'val' | 'test' | 'none', number>>;
  };
  readonly notes: readonly string[];
}

/** The manifest of an export whose images are called `names`, in the dataset's order. */
export function manifestOf(
  dataset: ExportDataset,
  names: readonly string[],
  format: string,
  written: { readonly convention: string; readonly notes: readonly string[] },
): Manifest {
  const splits = { train: 0, val: 0, test: 0, none: 0 };
  for (const image of dataset.images) splits[image.split ?? 'none']++;
  const boxes = dataset.images.flatMap((image) => image.boxes);
  const members = dataset.images.map((image, index) => `${names[index]}\t${image.split ?? 'none'}\n`).sort();
  return {
    tool,
    version: 1,
    format,
    convention: written.convention,
    classes: dataset.classes.map(({ name }) => name),
    splitHash: createHash('sha256').update(members.join('')).digest('hex'),
    counts: {
      images: dataset.images.length,
      boxes: boxes.length,
      ignored: boxes.filter((box) => box.ignore !== undefined).length,
      splits,
    },
    notes: written.notes,
  };
}

/** Convention and class order of an export of ours in `source` (a folder or a file in it); undefined elsewhere. */
export async function readManifest(
  source: string,
  format: string,
): Promise<Pick<Manifest, 'convention' | 'classes'> | undefined> {
  const folder = (await stat(source)).isDirectory() ? source : dirname(source);
  const json = await readSourceJson(join(folder, 'manifest.json'), manifestLimit).catch(() => undefined);
  if (!isRecord(json) || json.tool !== tool || json.format !== format) return undefined;
  const { convention, classes } = json;
  if (typeof convention !== 'string' || !Array.isArray(classes)) return undefined;
  return { convention, classes: classes.filter((name) => typeof name === 'string') };
}
