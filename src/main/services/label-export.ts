// The labels of a project as the formats write them: what an export would hold, and the export with its proof.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type {
  LabelExportReport,
  LabelExportResult,
  LabelExportWish,
} from '../../shared/contract/label-exports.ts';
import { counted } from '../../shared/counted.ts';
import { type Box, isFinished, type LabelClass } from '../../shared/model.ts';
import { Problem, sentenceOf } from '../../shared/problem.ts';
import type { ImportRow } from '../db/imports.ts';
import { type BoxTrait, boxTraits } from '../db/label-counts.ts';
import type { ExportDataset } from '../formats/dataset-format.ts';
import { exportLabels } from '../formats/export.ts';
import type { Manifest } from '../formats/manifest.ts';
import type { StagedBox, StagedImage } from '../formats/staged.ts';
import { lossesOf } from './label-losses.ts';
import { readBack } from './label-read-back.ts';
import { programVersion } from './program-version.ts';
import type { OpenProject } from './projects.ts';
import { inSlices, type Sliced } from './slices.ts';
import type { LabelledImage, Snapshots } from './snapshots.ts';

export type Wish = Omit<LabelExportWish, 'project'>;

export interface Watched {
  readonly onProgress: (done: number, total: number, what: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Classes in the project's order, every image that `takes` likes with its boxes, as they are now. */
export function labelsForExport(
  project: OpenProject,
  takes: (image: LabelledImage) => boolean = () => true,
): Promise<ExportDataset> {
  const classes = project.classes.list().filter((label) => !label.deleted);
  const convention = project.datasets.imports().find(isOfVoc)?.convention;
  const root = project.info().imageRoot;
  return project.frozen(async (labels) => ({
    classes: classes.map(({ name }) => ({ name })),
    images: await inSlices(gathered(labels, takes, classes, (image) => project.imageFile(image, root))),
    ...(convention ? { convention } : {}),
  }));
}

function* gathered(
  labels: Snapshots,
  takes: (image: LabelledImage) => boolean,
  classes: readonly LabelClass[],
  fileOf: (image: LabelledImage) => string,
): Sliced<StagedImage[]> {
  const indices = new Map(classes.map((label, index) => [label.id, index]));
  const images: StagedImage[] = [];
  for (const image of labels.now()) {
    if (takes(image)) images.push(exportedImage(fileOf(image), image, indices));
    yield;
  }
  return images;
}

/** Only Pascal VOC leaves open how pixels are counted; what an undo took back decides nothing. */
function isOfVoc({ convention, isUndone }: ImportRow): boolean {
  return !isUndone && convention?.startsWith('voc-') === true;
}

/** What an export would write, without writing. */
export async function labelExportReport(project: OpenProject, wish: Wish): Promise<LabelExportReport> {
  const counted = await inSlices(project.labelCounts.read());
  const images = counted.images.filter((row) => isWished(row, wish));
  const boxes = counted.boxes.filter((row) => isWished(row, wish));
  const splits = { train: 0, val: 0, test: 0, none: 0 };
  for (const { split, count } of images) splits[split ?? 'none'] += count;
  const open = images.reduce((sum, row) => sum + (isFinished(row) ? 0 : row.count), 0);
  const total = (key: BoxTrait | 'boxes', classId?: number) =>
    boxes.reduce((sum, row) => sum + (classId === undefined || row.classId === classId ? row[key] : 0), 0);
  const traits = Object.fromEntries(boxTraits.map((trait) => [trait, total(trait)])) as Record<
    BoxTrait,
    number
  >;
  return {
    images: images.reduce((sum, { count }) => sum + count, 0),
    boxes: total('boxes'),
    splits,
    classes: project.classes.list().map(({ id, name }) => ({ name, boxes: total('boxes', id) })),
    convention: wish.format === 'voc' ? (wish.convention ?? vocConvention(project)) : null,
    losses: [...lossesOf(traits, wish.format), ...unfinished(open)],
    suggestedDir: freeFolder(ownFolder(project), wish.format),
  };
}

interface WrittenLabels {
  readonly manifest: Manifest;
  readonly readBack: LabelExportResult['readBack'];
  /** The manifest's, and why the files could not be read back. */
  readonly notes: readonly string[];
}

/** Writes the labels into a new folder, read back before it is there. Throws a Problem where there is nothing to write. */
export async function writeProjectLabels(
  project: OpenProject,
  wish: Wish,
  dir: string,
  { onProgress, signal }: Watched,
): Promise<WrittenLabels> {
  const dataset = await labelsForExport(project, (image) => isWished(image, wish));
  if (dataset.images.length === 0)
    throw new Problem('No image fits this choice.', 'Take more splits, or unfinished images too.');
  const root = project.info().imageRoot;
  const { format, convention, copyImages } = wish;
  const boxes = dataset.images.reduce((sum, image) => sum + image.boxes.length, 0);
  let proof: LabelExportResult['readBack'] = { found: 0, same: 0, largestShift: 0, unchecked: boxes };
  const notes: string[] = [];
  const check = async (draft: string, manifest: Manifest) => {
    try {
      proof = await readBack(dataset, draft, {
        format,
        root,
        convention: format === 'voc' ? manifest.convention : undefined,
        onProgress: (done, total) => onProgress(done, total, 'reading back'),
        signal,
      });
    } catch (error) {
      // files that are written and cannot be read back are kept, and said to be unproven
      if (signal?.aborted) throw error;
      notes.push(`The files could not be read back: ${sentenceOf(error)}`);
    }
  };
  const manifest = await exportLabels(dataset, format, dir, {
    imageRoot: root,
    ownFolder: ownFolder(project),
    toolVersion: programVersion(),
    copyImages,
    check,
    onProgress: (done, total) => onProgress(done, total, 'writing'),
    ...(convention !== undefined && { convention }),
    ...(signal && { signal }),
  });
  return { manifest, readBack: proof, notes: [...manifest.notes, ...notes] };
}

/** The same for a window. */
export async function exportProjectLabels(
  project: OpenProject,
  wish: Wish,
  dir: string,
  watched: Watched,
): Promise<LabelExportResult> {
  const { manifest, readBack: proof, notes } = await writeProjectLabels(project, wish, dir, watched);
  const { counts, convention, apart = null } = manifest;
  return { dir, images: counts.images, boxes: counts.boxes, convention, notes, apart, readBack: proof };
}

function vocConvention(project: OpenProject): string {
  return project.datasets.imports().find(isOfVoc)?.convention ?? 'voc-0-based';
}

function isWished(image: Pick<LabelledImage, 'split' | 'state'>, { splits, finishedOnly }: Wish): boolean {
  if (finishedOnly && !isFinished(image)) return false;
  return splits === undefined || splits.includes(image.split ?? 'none');
}

/** An image without boxes is a negative to every reader, also where nobody has looked at it yet. */
function unfinished(open: number): string[] {
  if (open === 0) return [];
  return [
    `${counted(open, 'image is not finished: what is not labelled on it', 'images are not finished: what is not labelled on them')} yet is background to other programs.`,
  ];
}

/** Exports lie in the project's folder unless another place is named. */
function ownFolder(project: OpenProject): string {
  return join(project.dir, 'exports');
}

/** With a number where the name is taken. */
function freeFolder(parent: string, name: string): string {
  const base = join(parent, `labels-${name}`);
  for (let count = 1; ; count += 1) {
    const dir = count === 1 ? base : `${base}-${count}`;
    if (!existsSync(dir)) return dir;
  }
}

function exportedImage(
  path: string,
  image: LabelledImage,
  indices: ReadonlyMap<number, number>,
): StagedImage {
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
