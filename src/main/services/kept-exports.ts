// The exports that lie in a project's own folder: making one there, listing them, reading the programs beside a model.
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import type {
  ExportProof,
  ExportSnippet,
  KeptExport,
  ModelExportWish,
  ModelFormat,
} from '../../shared/contract/model-exports.ts';
import { asDiskProblem } from '../../shared/disk-problem.ts';
import { Problem } from '../../shared/problem.ts';
import type { Proof } from '../trainer/job-export.ts';
import { exportRun } from './exports.ts';
import { exportModel, type ModelExportOptions } from './model-export.ts';
import { cardSchema, type ModelCard, runnableFormatOf } from './models.ts';
import type { OpenProject } from './projects.ts';

const FOLDER = 'exports';
const PROGRAMS: readonly string[] = ['.py', '.mjs', '.html'];

/** An export with its files, each by its path within it, with slashes. */
export interface ExportArchive {
  readonly name: string;
  readonly files: readonly { readonly path: string; readonly file: string }[];
}

/** Exports a run's model into a new folder of the project. Throws a Problem where the proof fails. */
export async function exportIntoProject(
  project: OpenProject,
  { runId, format, weights, heads }: Omit<ModelExportWish, 'project'>,
  { onProgress, signal }: Pick<ModelExportOptions, 'onProgress' | 'signal'>,
): Promise<KeptExport> {
  const name = freeName(project, `${runId}-${format}${weights === 'float32' ? '' : `-${weights}`}`);
  const out = join(project.dir, FOLDER, name);
  if (format === 'pth' || format === 'safetensors') exportRun(project, runId, format, out);
  else
    await exportModel(project, runId, {
      format,
      out,
      weights,
      heads,
      ...(onProgress && { onProgress }),
      ...(signal && { signal }),
    });
  const kept = read(project, name);
  if (!kept) throw new Problem(`The export ${out} cannot be read back.`, 'Export it once more.');
  return kept;
}

/** The newest first. What lies there and is no export of ours is passed over. */
export function keptExports(project: OpenProject): KeptExport[] {
  const folder = join(project.dir, FOLDER);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const found = names.map((name) => read(project, name)).filter((kept) => kept !== undefined);
  return found.sort((a, b) => b.madeAt - a.madeAt);
}

/** The programs that use an export, as they lie beside it. */
export function exportSnippets(project: OpenProject, name: string): ExportSnippet[] {
  const dir = exportDir(project, name);
  const files = readdirSync(dir).filter((file) => PROGRAMS.includes(extname(file)));
  return files.map((file) => ({ file, text: readFileSync(join(dir, file), 'utf8') }));
}

/** The folder of an export. Throws a Problem where there is none of that name. */
export function exportDir(project: OpenProject, name: string): string {
  const dir = join(project.dir, FOLDER, name);
  if (existsSync(join(dir, 'card.json'))) return dir;
  throw new Problem(`There is no export ${name} in the project any more.`, 'Export the run once more.');
}

/** What an export consists of. Links are left out: they may lead anywhere. */
export function exportArchive(project: OpenProject, name: string): ExportArchive {
  return { name, files: filesIn(ownDir(project, name)) };
}

function filesIn(dir: string, above = ''): ExportArchive['files'] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const [path, file] = [`${above}${entry.name}`, join(dir, entry.name)];
    // by hand: a recursive listing walks through links
    if (entry.isDirectory()) return filesIn(file, `${path}/`);
    return entry.isFile() ? [{ path, file }] : [];
  });
}

/** Deletes an export with all its files. Throws a Problem for a folder that is no export of ours. */
export function removeExport(project: OpenProject, name: string): void {
  const dir = ownDir(project, name);
  try {
    rmSync(dir, { recursive: true });
  } catch (error) {
    throw asDiskProblem(error, dir);
  }
}

/** The folder of an export that we wrote, itself and not a link to one. */
function ownDir(project: OpenProject, name: string): string {
  const dir = exportDir(project, name);
  const isInside = dirname(dir) === join(project.dir, FOLDER);
  if (isInside && lstatSync(dir).isDirectory() && cardOf(dir)) return dir;
  throw new Problem(`${dir} is no export of this program.`, 'Look after it in the file manager.');
}

function freeName(project: OpenProject, wanted: string): string {
  const taken = (name: string) => existsSync(join(project.dir, FOLDER, name));
  let name = wanted;
  for (let next = 2; taken(name); next++) name = `${wanted}-${next}`;
  return name;
}

function read(project: OpenProject, name: string): KeptExport | undefined {
  const dir = join(project.dir, FOLDER, name);
  const card = cardOf(dir);
  if (!card) return undefined;
  const AP = card.metrics.AP;
  return {
    name,
    dir,
    format: formatOf(card),
    runId: card.run,
    AP: typeof AP === 'number' ? AP : null,
    bytes: bytesOf(dir),
    madeAt: Math.round(statSync(join(dir, 'card.json')).mtimeMs),
    proof: proofOf(dir),
  };
}

function cardOf(dir: string): ModelCard | undefined {
  try {
    return cardSchema.parse(JSON.parse(readFileSync(join(dir, 'card.json'), 'utf8')));
  } catch {
    return undefined;
  }
}

function proofOf(dir: string): ExportProof | null {
  const file = join(dir, 'proof.json');
  if (!existsSync(file)) return null;
  const { tolerance: _, ...proof } = JSON.parse(readFileSync(file, 'utf8')) as Proof;
  return proof;
}

function formatOf({ weights }: ModelCard): ModelFormat {
  return runnableFormatOf(weights) ?? (weights.endsWith('.pth') ? 'pth' : 'safetensors');
}

function bytesOf(path: string): number {
  const found = statSync(path);
  if (!found.isDirectory()) return found.size;
  return readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, name)), 0);
}
