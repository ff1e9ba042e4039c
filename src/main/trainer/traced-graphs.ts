// Detectors traced for onnxruntime and kept in a cache folder. Losing the folder loses nothing; a file that is not what was
// written is made anew.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recipe } from '../../shared/recipe.ts';
import { bytesOf } from '../detector/checkpoints/stored-tensor.ts';
import type { ExportedDetector } from '../detector/export/export-format.ts';
import { onnxFormat } from '../detector/export/onnx/onnx-format.ts';
import type { Model } from './read-model.ts';

/** Raise it whenever the tracer, the ONNX writer or the graph's ends change what a graph computes. */
const WRITER = 1;
/** Graphs that stay, those used last: each is as large as its weights. */
const KEPT = 6;
/** A draft this old was left by a process that died. */
const STALE_DRAFT_MS = 3_600_000;

/** What tells a graph from every other: the weights, the recipe with sizes, resize rule and test settings, and the writer. */
export function graphKey({ tensors, classes }: Model, recipe: Recipe): string {
  const hash = createHash('sha256').update(JSON.stringify([WRITER, classes.length, recipe]));
  for (const [name, tensor] of tensors)
    hash.update(`\0${name} ${tensor.dtype} ${tensor.shape}\0`).update(bytesOf(tensor));
  return hash.digest('hex').slice(0, 32);
}

/** The graph of a key, ready to look; undefined where there is none. Throws where it is whole but cannot be run. */
export async function openGraph(folder: string, key: string): Promise<ExportedDetector | undefined> {
  const name = namesIn(folder).find((one) => one.startsWith(`${key}.`));
  if (name === undefined) return undefined;
  const file = join(folder, name);
  if ((await nameOf(key, file)) !== name) {
    rmSync(file, { force: true });
    return undefined;
  }
  const detector = await onnxFormat.open(file);
  utimesSync(file, new Date(), new Date());
  return detector;
}

/** Has `write` fill a passing folder, and keeps the graph that it puts there; what `write` returns is handed on. */
export async function keepGraph<T>(
  folder: string,
  key: string,
  write: (draft: string) => Promise<T>,
): Promise<T> {
  mkdirSync(folder, { recursive: true });
  const draft = mkdtempSync(join(folder, 'draft-'));
  try {
    const made = await write(draft);
    const file = join(draft, onnxFormat.mainFile);
    renameSync(file, join(folder, await nameOf(key, file)));
    forgetOld(folder);
    return made;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** The key, and the hash of the content, so that a spoilt file is known by its name. */
async function nameOf(key: string, file: string): Promise<string> {
  const content = createHash('sha256').update(await readFile(file));
  return `${key}.${content.digest('hex').slice(0, 32)}.onnx`;
}

function forgetOld(folder: string): void {
  const ages = namesIn(folder).map((name) => {
    const path = join(folder, name);
    return { name, path, at: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 };
  });
  const graphs = ages.filter(({ name }) => name.endsWith('.onnx')).sort((a, b) => b.at - a.at);
  const drafts = ages.filter(({ name, at }) => name.startsWith('draft-') && at < Date.now() - STALE_DRAFT_MS);
  for (const { path } of [...graphs.slice(KEPT), ...drafts]) rmSync(path, { recursive: true, force: true });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
