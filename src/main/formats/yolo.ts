// YOLO text labels: Ultralytics datasets (data.yaml) and Darknet's or labelImg's folders (classes.txt, obj.data).
import { basename } from 'node:path';
import { counted } from '../../shared/counted.ts';
import type { DatasetFormat, ReadOptions } from './dataset-format.ts';
import { stemOf } from './image-files.ts';
import { readManifest } from './manifest.ts';
import { labelFileLimit, readSourceText, Unreadable } from './source-text.ts';
import type { SourceTree } from './source-tree.ts';
import type { StagedBox, StagedDataset } from './staged.ts';
import { type ImageDraft, Staging } from './staging.ts';
import { readYoloConfig, type YoloConfig } from './yolo-config.ts';
import { detectYolo, isLabel } from './yolo-detect.ts';
import { cornersOfRow, parseYolo, type YoloLabels, type YoloRow } from './yolo-labels.ts';
import { type Pair, pairsOf } from './yolo-pairs.ts';
import { labelName, readSidecar, type Sidecar } from './yolo-sidecar.ts';
import { writeYolo } from './yolo-write.ts';

export const yolo: DatasetFormat = { name: 'yolo', detect: detectYolo, read: readYolo, write: writeYolo };

/** Names that a warning lists. */
const shownIds = 8;

/** Reads a folder or a yaml file. Without an image among them, `options.images` holds what the labels are about. */
async function readYolo(source: string, options: ReadOptions, tree: SourceTree): Promise<StagedDataset> {
  const config = await readYoloConfig(source, options.images, tree);
  const known = await readManifest(config.folder, 'yolo');
  const staging = new Staging('yolo', options, known);
  for (const warning of config.warnings) staging.warn(warning);
  const sidecar = await readSidecar(config.folder);
  const reader = new YoloReader(config, staging, sidecar, known === undefined);
  if (config.names === undefined && !(await tree.below(config.folder)).some(isLabel))
    throw new Unreadable('it holds no YOLO labels');
  for (const pair of await pairsOf({ config, options, sidecar, staging, tree })) await reader.take(pair);
  return reader.finish();
}

class YoloReader {
  readonly #config: YoloConfig;
  readonly #staging: Staging;
  readonly #sidecar: Sidecar;
  readonly #drafts: ImageDraft[] = [];
  /** Class id of the labels -> class index. */
  readonly #classes: Map<number, number | undefined>;
  /** Ids in use that nothing names. */
  readonly #unnamed = new Set<number>();
  readonly #keepIds: boolean;

  /** `keepIds`: class ids are worth keeping; in an export of ours they are running numbers. */
  constructor(config: YoloConfig, staging: Staging, sidecar: Sidecar, keepIds: boolean) {
    this.#config = config;
    this.#staging = staging;
    this.#sidecar = sidecar;
    this.#keepIds = keepIds;
    const named = (config.names ?? []).map((name, id) => [id, this.#classIndex(name, id)] as const);
    this.#classes = new Map(named);
  }

  #classIndex(name: string, id: number): number | undefined {
    return this.#staging.classIndex(name, this.#keepIds ? id : undefined);
  }

  async take({ image, label, split }: Pair): Promise<void> {
    if (label === undefined) {
      this.#staging.count(
        'image has no label file and was taken as one without objects.',
        'images have no label file and were taken as images without objects.',
      );
      this.#drafts.push({ path: image, labelFile: image, boxes: () => [], ...(split && { split }) });
      return;
    }
    const text = await this.#staging.attempt(label, () => readSourceText(label, labelFileLimit));
    if (text === undefined) return;
    const labels = parseYolo(text);
    for (const fault of labels.faults) this.#staging.skip(label, fault);
    if (labels.repeated > 0)
      this.#staging.skip(
        label,
        `${counted(labels.repeated, 'row that repeats another one was', 'rows that repeat another one were')} left out`,
      );
    this.#remark(labels);
    const rows = this.#known(labels, label);
    const entry = this.#sidecar.get(stemOf(labelName(this.#config.folder, label)));
    const lost = labels.faults.length + labels.rows.length - rows.length;
    this.#drafts.push({
      path: image,
      labelFile: label,
      boxes: (header) => {
        const boxes: StagedBox[] = rows.map((row) => ({
          classIndex: this.#classes.get(row.classId) ?? -1,
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

  /** Rows whose class is an id; ids beyond the named ones are kept for the user to name. */
  #known({ rows }: YoloLabels, label: string): YoloRow[] {
    return rows.filter(({ classId }) => {
      if (classId < 0) this.#staging.skip(label, `a box has the class id ${classId}`);
      else if (!this.#classes.has(classId)) this.#unnamed.add(classId);
      return classId >= 0;
    });
  }

  #remark({ polygons, rows }: YoloLabels): void {
    if (polygons)
      this.#staging.count(
        'label file holds polygons; the boxes around them were taken.',
        'label files hold polygons; the boxes around them were taken.',
      );
    if (rows.some((row) => row.trackId !== undefined || row.score !== undefined)) {
      this.#staging.count(
        'label file has a sixth column, read as a track (whole numbers) or a score.',
        'label files have a sixth column, read as a track (whole numbers) or a score.',
      );
    }
  }

  async finish(): Promise<StagedDataset> {
    const { names, file } = this.#config;
    const unnamed = [...this.#unnamed].sort((a, b) => a - b);
    for (const id of unnamed) {
      const index = this.#classIndex(`class_${id}`, id);
      this.#classes.set(id, index);
      if (index !== undefined) this.#staging.markUnnamed(index);
    }
    const called = unnamed.slice(0, shownIds).map((id) => `class_${id}`);
    const they = `${called.join(', ')}${unnamed.length > shownIds ? ', ...' : ''}`;
    if (names === undefined) {
      this.#staging.warn(
        `Nothing names the classes (data.yaml, classes.txt): they are called ${they || 'class_0, ...'}`,
      );
    } else if (unnamed.length > 0 && file !== undefined) {
      this.#staging.warn(
        `${basename(file)} names ${counted(names.length, 'class', 'classes')}, but labels use ids up to ${unnamed.at(-1)}: it may be out of date. Those without a name are called ${they}.`,
      );
    }
    await this.#staging.takeImages(this.#drafts);
    return this.#staging.finish();
  }
}
