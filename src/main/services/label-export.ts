// The labels of a project as the formats write them: what an export would hold, and the export with its proof.
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type {
  LabelExportReport,
  LabelExportResult,
  LabelExportWish,
} from '../../shared/contract/label-exports.ts';
import { type Box, isFinished } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import type { ExportDataset } from '../formats/dataset-format.ts';
import { exportLabels } from '../formats/export.ts';
import type { StagedBox } from '../formats/staged.ts';
import { commonFolder } from './image-path.ts';
import { lossesOf } from './label-losses.ts';
import { readBack } from './label-read-back.ts';
import type { OpenProject } from './projects.ts';
import type { LabelledImage } from './snapshots.ts';

export type Wish = Omit<LabelExportWish, 'project'>;

export interface Watched {
  readonly onProgress: (done: number, total: number, what: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Classes in the project's order, every image that `takes` likes with its boxes. */
export function labelsForExport(
  project: OpenProject,
  takes: (image: LabelledImage) => boolean = () => true,
): ExportDataset {
  const classes = project.classes.list().filter((label) => !label.deleted);
  const indices = new Map(classes.map((label, index) => [label.id, index]));
  const convention = project.datasets.imports()[0]?.convention;
  const root = project.info().imageRoot;
  const images = [];
  for (const image of project.snapshots.now())
    if (takes(image)) images.push(exportedImage(project.imageFile(image, root), image, indices));
  return {
    classes: classes.map(({ name }) => ({ name })),
    images,
    ...(convention ? { convention } : {}),
  };
}

/** What an export would write, without writing. */
export function labelExportReport(project: OpenProject, wish: Wish): LabelExportReport {
  const open: LabelledImage[] = [];
  const dataset = labelsForExport(project, (image) => {
    const taken = isWished(image, wish);
    if (taken && !isFinished(image)) open.push(image);
    return taken;
  });
  const splits = { train: 0, val: 0, test: 0, none: 0 };
  for (const image of dataset.images) splits[image.split ?? 'none'] += 1;
  const boxes = dataset.classes.map(() => 0);
  for (const image of dataset.images)
    for (const box of image.boxes) boxes[box.classIndex] = (boxes[box.classIndex] ?? 0) + 1;
  return {
    images: dataset.images.length,
    boxes: boxes.reduce((sum, count) => sum + count, 0),
    splits,
    classes: dataset.classes.map(({ name }, index) => ({ name, boxes: boxes[index] ?? 0 })),
    convention: wish.format === 'voc' ? (wish.convention ?? vocConvention(dataset)) : null,
    losses: [...lossesOf(dataset, wish.format), ...unfinished(open)],
    suggestedDir: freeFolder(project.dir, wish.format),
  };
}

/** Writes the labels into a new folder and reads them back. Throws a Problem where there is nothing to write. */
export async function exportProjectLabels(
  project: OpenProject,
  wish: Wish,
  dir: string,
  { onProgress, signal }: Watched,
): Promise<LabelExportResult> {
  const dataset = labelsForExport(project, (image) => isWished(image, wish));
  if (dataset.images.length === 0)
    throw new Problem('No image fits this choice.', 'Take more splits, or unfinished images too.');
  const root = project.info().imageRoot;
  const { format, convention, copyImages } = wish;
  const manifest = await exportLabels(dataset, format, dir, {
    imageRoot: root,
    copyImages,
    onProgress: (done, total) => onProgress(done, total, 'writing'),
    ...(convention !== undefined && { convention }),
    ...(signal && { signal }),
  });
  const images = commonFolder(dataset.images.map((image) => image.path)) ?? root;
  const proof = await readBack(dataset, dir, {
    format,
    images,
    root,
    convention: format === 'voc' ? manifest.convention : undefined,
    onProgress: (done, total) => onProgress(done, total, 'reading back'),
    signal,
  });
  const { counts, notes } = manifest;
  return {
    dir,
    images: counts.images,
    boxes: counts.boxes,
    convention: manifest.convention,
    notes,
    readBack: proof,
  };
}

function vocConvention({ convention }: ExportDataset): string {
  return convention === 'voc-1-based' ? convention : 'voc-0-based';
}

function isWished(image: LabelledImage, { splits, finishedOnly }: Wish): boolean {
  if (finishedOnly && !isFinished(image)) return false;
  return splits === undefined || splits.includes(image.split ?? 'none');
}

/** An image without boxes is a negative to every reader, also where nobody has looked at it yet. */
function unfinished(open: readonly LabelledImage[]): string[] {
  if (open.length === 0) return [];
  return [
    `${open.length} images are not finished: what is not labelled on them yet is background to other programs.`,
  ];
}

/** Beside the project, with a number where the name is taken. */
function freeFolder(projectDir: string, format: string): string {
  const base = join(dirname(projectDir), `${basename(projectDir)} ${format}`);
  for (let count = 1; ; count += 1) {
    const dir = count === 1 ? base : `${base} ${count}`;
    if (!existsSync(dir)) return dir;
  }
}

function exportedImage(path: string, image: LabelledImage, indices: ReadonlyMap<number, number>) {
  const { width, height, orientation, split, group, contentHash, extra } = image;
  return {
    path,
    width,
    height,
    orientation,
    boxes: image.boxes.flatMap((box) => exportedBox(box, indices)),
    ...(split === null ? {} : { split }),
    ...(group === null ? {} : { group }),
    ...(contentHash === null ? {} : { hash: contentHash }),
    ...(extra === null ? {} : { extra: { ...extra } }),
  };
}

/** Boxes of deleted classes stay behind. */
function exportedBox(box: Box, indices: ReadonlyMap<number, number>): StagedBox[] {
  const classIndex = indices.get(box.classId);
  if (classIndex === undefined) return [];
  const { x, y, width, height, difficult, truncated, occluded, score, trackId, extra } = box;
  const all = box.z === 0 ? extra : { ...extra, z_order: String(box.z) };
  return [
    {
      classIndex,
      x1: x,
      y1: y,
      x2: x + width,
      y2: y + height,
      difficult,
      truncated,
      occluded,
      ...(box.ignore ? { ignore: box.ignoreReason ?? 'ignored' } : {}),
      ...(score === null ? {} : { score }),
      ...(trackId === null ? {} : { trackId }),
      ...(all === null ? {} : { extra: { ...all } }),
    },
  ];
}
