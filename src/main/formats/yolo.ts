// YOLO text labels: Ultralytics datasets (data.yaml) and Darknet's or labelImg's folders (classes.txt, obj.data).
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { DatasetFormat, ReadOptions } from './dataset-format.ts';
import { isWithin } from './export-names.ts';
import { isImageName, nameBelow, stemOf } from './image-files.ts';
import { ImageIndex, imagesFor, nearTo } from './image-index.ts';
import { readManifest } from './manifest.ts';
import { labelFileLimit, linesOf, readSourceText, Unreadable } from './source-text.ts';
import type { SourceTree } from './source-tree.ts';
import { folderSplit, type Split } from './split-folders.ts';
import type { StagedBox, StagedDataset } from './staged.ts';
import { type ImageDraft, Staging } from './staging.ts';
import { readYoloConfig, type YoloConfig } from './yolo-config.ts';
import { detectYolo, isLabel } from './yolo-detect.ts';
import { cornersOfRow, parseYolo, type YoloLabels } from './yolo-labels.ts';
import { readSidecar, type Sidecar, type SidecarImage } from './yolo-sidecar.ts';
import { writeYolo } from './yolo-write.ts';

export const yolo: DatasetFormat = { name: 'yolo', detect: detectYolo, read: readYolo, write: writeYolo };

/** Reads a folder or a yaml file. Without an image among them, `options.images` holds what the labels are about. */
async function readYolo(source: string, options: ReadOptions, tree: SourceTree): Promise<StagedDataset> {
  const config = await readYoloConfig(source, options.images, tree);
  const known = await readManifest(config.folder, 'yolo');
  const staging = new Staging('yolo', options, known);
  for (const warning of config.warnings) staging.warn(warning);
  const reader = new YoloReader(config, staging, await readSidecar(config.folder), known === undefined);
  const files = await tree.below(config.folder);
  if (config.names === undefined && !files.some(isLabel)) throw new Unreadable('it holds no YOLO labels');
  const own = options.known ? [] : files.filter(isImageName);
  for (const warning of own.length > 0 ? config.missing : []) staging.warn(warning);
  const pairs =
    own.length === 0 && (options.images ?? options.known) !== undefined
      ? await pairsByLabel(
          files.filter(isLabel),
          config,
          await imagesFor(source, options, tree),
          reader,
          staging,
        )
      : await pairsByImage(own, config, options.images, staging, tree);
  for (const pair of pairs) await reader.take(pair);
  return reader.finish();
}

interface Pair {
  readonly image: string;
  /** Its label file, which may not exist: then the image is background. */
  readonly label: string;
  readonly split: Split | undefined;
}

const rank = { train: 0, val: 1, test: 2, none: 3 };

function bySplit(pairs: readonly Pair[]): Pair[] {
  return [...pairs].sort((a, b) => rank[a.split ?? 'none'] - rank[b.split ?? 'none']);
}

/** Images of the splits that the description lists, then others that have labels; without a list, every image. */
async function pairsByImage(
  own: readonly string[],
  config: YoloConfig,
  images: string | undefined,
  staging: Staging,
  tree: SourceTree,
): Promise<Pair[]> {
  const splits = new Map<string, Split | undefined>();
  const index = new ImageIndex(config.folder, own);
  for (const { split, path } of config.splits) {
    for (const image of await imagesAt(path, index, [config.folder, images], staging, tree)) {
      // listed under two splits, as a set without splits has to be: none of them is meant
      splits.set(image, splits.has(image) && splits.get(image) !== split ? undefined : split);
    }
  }
  const roots = [config.folder, ...(images === undefined ? [] : [images])];
  const labelled = own.filter((image) => !splits.has(image));
  const listed = [...splits].map(([image, split]) => ({ image, label: labelOf(image, roots), split }));
  const rest = labelled
    .map((image) => ({
      image,
      label: labelOf(image, roots),
      split: folderSplit(nameBelow(config.folder, image)),
    }))
    .filter(({ label }) => config.splits.length === 0 || existsSync(label));
  return bySplit([...listed, ...rest]);
}

/** Images of a folder, of a list of paths, or the one image that `path` is. */
async function imagesAt(
  path: string,
  index: ImageIndex,
  allowed: readonly (string | undefined)[],
  staging: Staging,
  tree: SourceTree,
): Promise<string[]> {
  if ((await stat(path)).isDirectory()) return (await tree.below(path)).filter(isImageName);
  if (isImageName(path)) return [path];
  const lines = linesOf(await readSourceText(path, labelFileLimit));
  const found: string[] = [];
  for (const line of lines) {
    const image = await staging.attempt(line, () => {
      const stated = resolve(dirname(path), line);
      const isChosen = allowed.some((folder) => folder !== undefined && isWithin(folder, stated));
      return isChosen && existsSync(stated) ? stated : index.byName(line.replace(/^(\.\/)+/, ''));
    });
    if (image !== undefined) found.push(image);
  }
  return found;
}

/** The last `/images/` becomes `/labels/`; where there is none, the label lies beside the image. */
function labelOf(image: string, roots: readonly string[]): string {
  const beside = `${stemOf(image)}.txt`;
  const root = roots.find((folder) => isWithin(folder, image));
  if (root === undefined) return beside;
  const name = `/${nameBelow(root, beside)}`;
  const at = name.lastIndexOf('/images/');
  if (at < 0) return beside;
  const label = join(root, `${name.slice(0, at)}/labels/${name.slice(at + '/images/'.length)}`);
  return existsSync(label) || !existsSync(beside) ? label : beside;
}

/** For labels without images: each label file looks for its image below `images`. */
async function pairsByLabel(
  labels: readonly string[],
  config: YoloConfig,
  index: ImageIndex,
  reader: YoloReader,
  staging: Staging,
): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (const label of labels) {
    const path = nameBelow(config.folder, label);
    const name = reader.nameOf(label).replace(/^(train|val|valid|test|all|unsplit)\//, '');
    const stated = reader.entryOf(label)?.file;
    const image = await staging.attempt(label, () =>
      stated === undefined
        ? index.byStem(stemOf(name), nearTo(path, folderSplit(path)))
        : index.byName(stated),
    );
    if (image !== undefined) pairs.push({ image, label, split: folderSplit(path) });
  }
  const left = index.files.length - new Set(pairs.map(({ image }) => image)).size;
  if (left > 0) staging.warn(`${left} images without a label file were left out.`);
  return bySplit(pairs);
}

class YoloReader {
  readonly #config: YoloConfig;
  readonly #staging: Staging;
  readonly #sidecar: Sidecar;
  readonly #drafts: ImageDraft[] = [];
  /** Class id of the labels -> class index. */
  readonly #classes: (number | undefined)[];
  #highest = -1;

  /** `keepIds`: class ids are worth keeping; in an export of ours they are running numbers. */
  constructor(config: YoloConfig, staging: Staging, sidecar: Sidecar, keepIds: boolean) {
    this.#config = config;
    this.#staging = staging;
    this.#sidecar = sidecar;
    this.#classes = (config.names ?? []).map((name, id) =>
      staging.classIndex(name, keepIds ? id : undefined),
    );
  }

  /** Path of a label file below its `labels` folder. */
  nameOf(label: string): string {
    return nameBelow(this.#config.folder, label).replace(/^(.*\/)?labels\//, '');
  }

  entryOf(label: string): SidecarImage | undefined {
    return this.#sidecar.get(stemOf(this.nameOf(label)));
  }

  async take({ image, label, split }: Pair): Promise<void> {
    const isThere = existsSync(label);
    const text = isThere
      ? await this.#staging.attempt(label, () => readSourceText(label, labelFileLimit))
      : '';
    if (text === undefined) return;
    if (!isThere) this.#staging.count('images have no label file and were taken as images without objects.');
    const labels = parseYolo(text);
    for (const fault of labels.faults) this.#staging.skip(label, fault);
    if (labels.repeated > 0)
      this.#staging.skip(label, `${labels.repeated} rows that repeat another one were left out`);
    this.#remark(labels);
    const { rows, classOf } = this.#known(labels, label);
    const entry = this.entryOf(label);
    const lost = labels.faults.length + labels.rows.length - rows.length;
    this.#drafts.push({
      path: image,
      labelFile: label,
      boxes: (header) => {
        const boxes: StagedBox[] = rows.map((row, index) => ({
          classIndex: classOf[index] ?? -1,
          ...cornersOfRow(row, header),
          ...(row.trackId !== undefined && { trackId: row.trackId }),
          ...(row.score !== undefined && { score: row.score }),
          ...entry?.rows?.get(row.text),
        }));
        for (const { at, ...box } of entry?.apart ?? []) boxes.splice(at, 0, box);
        return boxes;
      },
      ...(lost > 0 && { lost }),
      ...(split && { split }),
      ...(entry?.group !== undefined && { group: entry.group }),
      ...(entry?.extra && { extra: entry.extra }),
    });
  }

  /** Rows whose class is known; the others are left out with a reason. */
  #known({ rows }: YoloLabels, label: string) {
    const kept: YoloLabels['rows'][number][] = [];
    const classOf: number[] = [];
    for (const row of rows) {
      this.#highest = Math.max(this.#highest, row.classId);
      const index = this.#classIndex(row.classId);
      if (index === undefined) {
        this.#staging.skip(
          label,
          `a box has the unknown class id ${row.classId} (${this.#classes.length} are named)`,
        );
        continue;
      }
      kept.push(row);
      classOf.push(index);
    }
    return { rows: kept, classOf };
  }

  #classIndex(id: number): number | undefined {
    if (this.#config.names !== undefined || id < 0) return this.#classes[id];
    return this.#staging.classIndex(`class_${id}`, id);
  }

  #remark({ polygons, rows }: YoloLabels): void {
    if (polygons) this.#staging.count('label files hold polygons; the boxes around them were taken.');
    if (rows.some((row) => row.trackId !== undefined || row.score !== undefined)) {
      this.#staging.count('label files have a sixth column, read as a track (whole numbers) or a score.');
    }
  }

  async finish(): Promise<StagedDataset> {
    const { names, file } = this.#config;
    if (names === undefined) {
      this.#staging.warn(
        'Nothing names the classes (data.yaml, classes.txt): they are called class_0, class_1, ...',
      );
    } else if (this.#highest >= names.length && file !== undefined) {
      this.#staging.warn(
        `${basename(file)} names ${names.length} classes, but labels use ids up to ${this.#highest}: it may be out of date.`,
      );
    }
    await this.#staging.takeImages(this.#drafts);
    return this.#staging.finish();
  }
}
