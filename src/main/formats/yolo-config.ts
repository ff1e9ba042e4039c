// What a YOLO dataset says of itself: data.yaml, or Darknet's classes.txt, obj.names and obj.data.
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { isWithin } from './export-names.ts';
import { nameBelow } from './image-files.ts';
import { isRecord, labelFileLimit, linesOf, numberOf, readSourceText, Unreadable } from './source-text.ts';
import type { SourceTree } from './source-tree.ts';
import type { Split } from './split-folders.ts';

export interface YoloConfig {
  /** Folder that paths start from. */
  readonly folder: string;
  /** By class id; undefined where nothing names the classes. */
  readonly names: readonly string[] | undefined;
  /** The file that names them. */
  readonly file: string | undefined;
  /** Folders, lists and images of each split, absolute. */
  readonly splits: readonly { readonly split: Split; readonly path: string }[];
  readonly warnings: readonly string[];
  /** Remarks on places that do not exist: no news where labels came without images. */
  readonly missing: readonly string[];
}

/** The highest class id a list may name: a dict with a huge key is a mistake or an attack. */
const mostClasses = 100_000;

/** Finds and reads the description of `source` (a folder or a yaml file); throws Unreadable where it is damaged. */
export async function readYoloConfig(
  source: string,
  images: string | undefined,
  tree: SourceTree,
): Promise<YoloConfig> {
  const yaml = await yamlOf(source, tree);
  if (yaml !== undefined) return yamlConfig(yaml, images);
  return darknetConfig(source, images, tree);
}

/** data.yaml of a folder, or any yaml beside it that names classes. */
export async function yamlOf(source: string, tree: SourceTree): Promise<string | undefined> {
  if (!(await stat(source)).isDirectory()) return isYaml(source) ? source : undefined;
  const files = (await tree.below(source)).filter((file) => dirname(file) === source && isYaml(file));
  const first = files.find((file) => /^(data|dataset)\.ya?ml$/i.test(basename(file)));
  for (const file of first === undefined ? files : [first]) {
    const text = await readSourceText(file, labelFileLimit).catch(() => '');
    if (/^["']?(names|nc)["']?\s*:/m.test(text)) return file;
  }
  return undefined;
}

function isYaml(file: string): boolean {
  return /^\.ya?ml$/i.test(extname(file));
}

async function yamlConfig(file: string, images: string | undefined): Promise<YoloConfig> {
  const text = await readSourceText(file, labelFileLimit);
  const data = parsedYaml(text);
  const remarks: Remarks = { warnings: [], missing: [] };
  const base = dirname(file);
  const folder = baseFolder(data.path, base, images, remarks.warnings);
  const places: Places = {
    from: [folder, base],
    allowed: [base, folder, ...(images === undefined ? [] : [images])],
  };
  const keys = [
    ['train', 'train'],
    ['val', 'val'],
    ['val', 'valid'],
    ['test', 'test'],
  ] as const;
  const splits = keys.flatMap(([split, key]) =>
    (Array.isArray(data[key]) ? (data[key] as unknown[]) : [data[key]])
      .filter((value) => typeof value === 'string')
      .flatMap((value) => located(value, places, `${basename(file)} (${key})`, remarks))
      .map((path) => ({ split, path })),
  );
  return { folder: base, names: namesOf(data), file, splits, ...remarks };
}

function parsedYaml(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 20, prettyErrors: false });
  } catch {
    throw new Unreadable('the file is not valid YAML');
  }
  if (!isRecord(value)) throw new Unreadable('the file does not describe a dataset');
  return value;
}

/** A list, or a dict of ids; ids a dict leaves out get a name of their own. */
function namesOf({ names, nc }: Record<string, unknown>): string[] | undefined {
  if (Array.isArray(names)) return names.map((name, id) => nameOr(name, id));
  if (isRecord(names)) {
    const ids = Object.keys(names).map(numberOf);
    if (!ids.every((id) => Number.isInteger(id) && id >= 0 && id < mostClasses)) {
      throw new Unreadable('the class ids are not whole numbers from 0 on');
    }
    return Array.from({ length: Math.max(-1, ...ids) + 1 }, (_, id) => nameOr(names[String(id)], id));
  }
  const count = numberOf(nc);
  if (!(count > 0 && count < mostClasses)) return undefined;
  return Array.from({ length: Math.floor(count) }, (_, id) => nameOr(undefined, id));
}

function nameOr(name: unknown, id: number): string {
  const text =
    typeof name === 'string' || typeof name === 'number' || typeof name === 'boolean' ? String(name) : '';
  return text.trim() === '' ? `class_${id}` : text;
}

/** `path` of the yaml, relative to it or to the working folder; outside of what the user chose only with a remark. */
function baseFolder(path: unknown, base: string, images: string | undefined, warnings: string[]): string {
  if (typeof path !== 'string' || path === '') return base;
  const found = [resolve(base, path), resolve(path)].find((folder) => existsSync(folder));
  if (found === undefined) return base;
  if (isWithin(base, found) || (images !== undefined && isWithin(images, found))) return found;
  warnings.push(`The dataset's path ${path} lies outside the folder that was chosen and was not followed.`);
  return base;
}

interface Places {
  readonly from: readonly string[];
  /** Folders the user chose: nothing outside is read. */
  readonly allowed: readonly string[];
}

interface Remarks {
  readonly warnings: string[];
  readonly missing: string[];
}

/** Where a stated path lies; a leading `../`, as Roboflow writes it, is tried without too. */
function located(
  stated: string,
  { from, allowed }: Places,
  where: string,
  { warnings, missing }: Remarks,
): string[] {
  const path = stated.replaceAll('\\', '/');
  const inner = path.replace(/^(\.\.?\/)+/, '');
  const forms = isAbsolute(path)
    ? [path]
    : from.flatMap((folder) => [join(folder, path), join(folder, inner)]);
  const found = forms.filter((form) => existsSync(form));
  const safe = found.find((form) => allowed.some((folder) => isWithin(folder, form)));
  if (safe !== undefined) return [safe];
  const outside = 'lies outside the folder that was chosen and was left out';
  if (found.length > 0) warnings.push(`${stated}, which ${where} names, ${outside}.`);
  else missing.push(`${stated}, which ${where} names, does not exist.`);
  return [];
}

async function darknetConfig(
  source: string,
  images: string | undefined,
  tree: SourceTree,
): Promise<YoloConfig> {
  const isFolder = (await stat(source)).isDirectory();
  const folder = isFolder ? source : dirname(source);
  const data = existsSync(join(folder, 'obj.data')) ? await keyValues(join(folder, 'obj.data')) : {};
  const remarks: Remarks = { warnings: [], missing: [] };
  const places: Places = { from: [folder], allowed: [folder, ...(images === undefined ? [] : [images])] };
  // paths start where the program once ran, most often one level up
  const inside = (path: string) => (existsSync(join(folder, path)) ? path : basename(path));
  const find = (path: string | undefined) =>
    path === undefined ? [] : located(inside(path), places, 'obj.data', remarks);
  const stated = find(data.names);
  const lists = isFolder ? classLists(await tree.below(folder), folder) : [];
  const file = stated[0] ?? lists[0];
  const names = file === undefined ? undefined : namesIn(await readSourceText(file, labelFileLimit));
  await warnOfOthers(file, stated.length > 0 ? [] : lists, remarks.warnings);
  const splits = (['train', 'val', 'test'] as const).flatMap((split) => {
    const value = data[split] ?? (split === 'val' ? data.valid : undefined);
    return find(value).map((path) => ({ split, path }));
  });
  return { folder, names, file, splits, ...remarks };
}

const usual = ['classes.txt', 'obj.names', 'predefined_classes.txt'];

/** Lists of class names below a folder: the highest first, of equally high ones the most usual. */
function classLists(files: readonly string[], folder: string): string[] {
  const depth = (file: string) => nameBelow(folder, file).split('/').length;
  const place = (file: string) => usual.indexOf(basename(file));
  return files
    .filter((file) => place(file) >= 0)
    .sort((a, b) => depth(a) - depth(b) || place(a) - place(b) || (a < b ? -1 : 1));
}

/** One name a line; a line left blank stands for an id without a name. */
function namesIn(text: string): string[] {
  return text
    .trimEnd()
    .split(/\r\n|\r|\n/)
    .map((line, id) => nameOr(line.trim(), id));
}

/** Lists that say something else than the one that was taken. */
async function warnOfOthers(
  file: string | undefined,
  lists: readonly string[],
  warnings: string[],
): Promise<void> {
  const read = (path: string) => readSourceText(path, labelFileLimit).then(namesIn, () => []);
  const taken = file === undefined ? '' : (await read(file)).join('\n');
  for (const other of lists.filter((list) => list !== file).slice(0, 20)) {
    if ((await read(other)).join('\n') === taken) continue;
    warnings.push(`${other} names other classes than ${file}, which was taken.`);
    return;
  }
}

/** `key = value` lines. */
async function keyValues(file: string): Promise<Partial<Record<string, string>>> {
  const pairs = linesOf(await readSourceText(file, labelFileLimit)).flatMap((line) => {
    const [, key, value] = /^(\w+)\s*=\s*(.+)$/.exec(line) ?? [];
    return key !== undefined && value !== undefined ? [[key, value] as const] : [];
  });
  return Object.fromEntries(pairs);
}
