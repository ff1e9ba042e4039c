// Images of a YOLO dataset with their label files: found from the images, or from the labels where those lie apart.
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { counted } from '../../shared/counted.ts';
import type { ReadOptions } from './dataset-format.ts';
import { isWithin } from './export-names.ts';
import { isImageName, nameBelow, stemOf } from './image-files.ts';
import { ImageIndex, imagesFor, nearTo } from './image-index.ts';
import { labelFileLimit, linesOf, readSourceText } from './source-text.ts';
import type { SourceTree } from './source-tree.ts';
import { folderSplit, type Split } from './split-folders.ts';
import type { Staging } from './staging.ts';
import type { YoloConfig } from './yolo-config.ts';
import { isLabel } from './yolo-detect.ts';
import { labelName, type Sidecar } from './yolo-sidecar.ts';

export interface Pair {
  readonly image: string;
  /** Its label file; undefined where there is none: the image is background. */
  readonly label: string | undefined;
  readonly split: Split | undefined;
}

/** What pairs are made of. */
export interface Sources {
  readonly config: YoloConfig;
  readonly options: ReadOptions;
  readonly sidecar: Sidecar;
  readonly staging: Staging;
  readonly tree: SourceTree;
}

export async function pairsOf(sources: Sources): Promise<Pair[]> {
  const { config, options, staging, tree } = sources;
  const files = await tree.below(config.folder);
  const images = options.known ? [] : files.filter(isImageName);
  const apart = options.known ? undefined : options.images;
  for (const warning of images.length > 0 ? config.missing : []) staging.warn(warning);
  if (images.length === 0 && (apart ?? options.known) !== undefined && !liesIn(apart, config))
    return bySplit(await pairsByLabel(files.filter(isLabel), sources));
  // a description may lie apart from all that it describes
  const others = images.length === 0 && apart !== undefined ? await tree.below(apart) : [];
  return bySplit(await pairsByImage([...files, ...others], sources));
}

/** Whether a description finds its images in the folder that was named for them. */
function liesIn(folder: string | undefined, { splits }: YoloConfig): boolean {
  return folder !== undefined && splits.some(({ path }) => isWithin(folder, path));
}

const rank = { train: 0, val: 1, test: 2, none: 3 };

function bySplit(pairs: readonly Pair[]): Pair[] {
  return [...pairs].sort((a, b) => rank[a.split ?? 'none'] - rank[b.split ?? 'none']);
}

/** Images of the splits that the description lists, then others that have labels; without a list, every image. */
async function pairsByImage(files: readonly string[], sources: Sources): Promise<Pair[]> {
  const { config, options } = sources;
  const own = files.filter(isImageName);
  const roots = [config.folder, ...(options.images === undefined ? [] : [options.images])];
  const stated = (image: string) =>
    folderSplit(nameBelow(roots.find((root) => isWithin(root, image)) ?? config.folder, image));
  const splits = await listedSplits(new ImageIndex(config.folder, own), sources, stated);
  const there = new Set(files);
  const labelled = (image: string) => labelOf(image, roots, there);
  const listed = [...splits].map(([image, split]) => ({ image, label: labelled(image), split }));
  const rest = own
    .filter((image) => !splits.has(image))
    .map((image) => ({ image, label: labelled(image), split: stated(image) }))
    .filter(({ label }) => config.splits.length === 0 || label !== undefined);
  return [...listed, ...rest];
}

/** Image -> split. What is listed under two, as trainers want of a set that has one or none, is where its folder says. */
async function listedSplits(
  index: ImageIndex,
  sources: Sources,
  stated: (image: string) => Split | undefined,
): Promise<Map<string, Split | undefined>> {
  const splits = new Map<string, Split | undefined>();
  for (const { split, path } of sources.config.splits) {
    for (const image of await imagesAt(path, index, sources))
      splits.set(image, splits.has(image) && splits.get(image) !== split ? stated(image) : split);
  }
  return splits;
}

/** Images of a folder, of a list of paths, or the one image that `path` is. */
async function imagesAt(
  path: string,
  index: ImageIndex,
  { config, options, staging, tree }: Sources,
): Promise<string[]> {
  if ((await stat(path)).isDirectory()) return (await tree.below(path)).filter(isImageName);
  if (isImageName(path)) return [path];
  const lines = linesOf(await readSourceText(path, labelFileLimit));
  const found: string[] = [];
  for (const line of lines) {
    const image = await staging.attempt(line, () => {
      const stated = resolve(dirname(path), line);
      const allowed = [config.folder, ...(options.images === undefined ? [] : [options.images])];
      const isChosen = allowed.some((folder) => isWithin(folder, stated));
      return isChosen && existsSync(stated) ? stated : index.byName(line);
    });
    if (image !== undefined) found.push(image);
  }
  return found;
}

/** The last `/images/` becomes `/labels/`; where there is none, the label lies beside the image. */
function labelOf(image: string, roots: readonly string[], there: ReadonlySet<string>): string | undefined {
  const isThere = (file: string) => there.has(file) || existsSync(file);
  const beside = `${stemOf(image)}.txt`;
  const root = roots.find((folder) => isWithin(folder, image));
  const name = root === undefined ? '' : `/${nameBelow(root, beside)}`;
  const at = name.lastIndexOf('/images/');
  const label =
    root !== undefined && at >= 0
      ? join(root, `${name.slice(0, at)}/labels/${name.slice(at + '/images/'.length)}`)
      : beside;
  return [label, beside].find(isThere);
}

/** For labels without images: each label file looks for its image among those that were named. */
async function pairsByLabel(
  labels: readonly string[],
  { config, options, sidecar, staging, tree }: Sources,
): Promise<Pair[]> {
  const index = await imagesFor(config.folder, options, tree);
  const pairs: Pair[] = [];
  for (const label of labels) {
    const path = nameBelow(config.folder, label);
    const name = stemOf(labelName(config.folder, label));
    const plain = name.replace(/^(train|val|valid|test|all|unsplit)\//, '');
    const stated = sidecar.get(name)?.file;
    const split = folderSplit(path);
    const image = await staging.attempt(label, () =>
      stated === undefined ? index.byStem(plain, nearTo(path, split)) : index.byName(stated),
    );
    if (image !== undefined) pairs.push({ image, label, split });
  }
  const left = index.files.length - new Set(pairs.map(({ image }) => image)).size;
  if (left > 0)
    staging.warn(
      `${counted(left, 'image without a label file was', 'images without a label file were')} left out.`,
    );
  return pairs;
}
