// Datasets that were looked at and not yet taken in: read once, shown with pictures, then committed as decided. Nothing of
// one is in the project before that.
import { randomUUID } from 'node:crypto';
import type {
  ExampleBox,
  ImportChoices,
  ImportDone,
  ImportSource,
  ImportSummary,
  SuspiciousBox,
} from '../../shared/contract/imports.ts';
import type { Rect } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import type { SuspiciousBox as ReportedBox, StageReport } from '../formats/inspect.ts';
import { stageImport } from '../formats/stage.ts';
import type { StagedBox, StagedDataset, StagedImage } from '../formats/staged.ts';
import { className } from './classes.ts';
import { withHashes } from './datasets.ts';
import { withChoices } from './import-choices.ts';
import { type Crop, croppedPicture, type Picture } from './pictures.ts';
import type { OpenProject } from './projects.ts';

export interface Watched {
  readonly onProgress: (done: number, total: number, what: string) => void;
  readonly signal?: AbortSignal | undefined;
}

interface Looked {
  readonly token: string;
  readonly dataset: StagedDataset;
}

/** Rows of a report that a window shows. */
const SHOWN_SKIPS = 200;
const SHOWN_BOXES = 60;
const EXAMPLES = 6;
/** Windows whose dataset is kept at a time. */
const KEPT = 4;

export class ImportDesk {
  /** By session; the newest last. */
  readonly #looked = new Map<string, Looked>();

  /** What an import would bring; nothing is changed. */
  async look(
    project: OpenProject,
    { source, format, convention, images, ignoreDifficult }: Omit<ImportSource, 'project'>,
    session: string,
    { onProgress, signal }: Watched,
  ): Promise<ImportSummary> {
    const { dataset, report } = await stageImport(source, {
      format,
      onFiles: (done, total) => onProgress(done, total, total === 0 ? 'finding files' : 'looking into files'),
      onProgress: (done, total) => onProgress(done, total, 'reading'),
      ...(convention !== undefined && { convention }),
      ...(images !== undefined && { images }),
      ...(ignoreDifficult !== undefined && { ignoreDifficult }),
      ...(signal && { signal }),
    });
    signal?.throwIfAborted();
    const token = randomUUID();
    this.#looked.delete(session);
    this.#looked.set(session, { token, dataset });
    for (const other of [...this.#looked.keys()].slice(0, -KEPT)) this.#looked.delete(other);
    return summaryOf(project, token, dataset, report, await project.datasets.known(dataset, signal));
  }

  /** Takes in what was looked at, all or nothing; its files stay where they are. */
  async take(
    project: OpenProject,
    { token, deal, existing, ...choices }: Omit<ImportChoices, 'project'>,
    session: string,
    { onProgress, signal }: Watched,
  ): Promise<ImportDone> {
    const chosen = withChoices(this.#datasetOf(token), choices);
    const hashed = await withHashes(chosen, {
      onProgress: (done, total) => onProgress(done, total, 'checking images'),
      signal,
    });
    const named = hashed.images.some((image) => image.split !== undefined);
    const done = await project.datasets.take(
      hashed,
      { session, existing, splitBy: deal ? 'rest' : named ? 'file' : 'none' },
      { onProgress: (taken, total) => onProgress(taken, total, 'taking in'), signal },
    );
    this.#looked.delete(session);
    const splits = project.splits.counts();
    return { images: done.images, added: done.imagesAdded, boxes: done.boxesAdded, splits };
  }

  /** A part of an image that was looked at, upright. Throws a Problem where there is none. */
  async picture(token: string, index: number, crop: Crop | undefined): Promise<Picture> {
    const image = this.#datasetOf(token).images[index];
    if (!image) throw new Problem('There is no such image in this import.');
    return await croppedPicture(image.path, image, crop);
  }

  /** Forgets everything, when another project is opened. */
  clear(): void {
    this.#looked.clear();
  }

  #datasetOf(token: string): StagedDataset {
    for (const looked of this.#looked.values()) if (looked.token === token) return looked.dataset;
    throw new Problem('What was looked at is no longer at hand.', 'Look at the source again.');
  }
}

function summaryOf(
  project: OpenProject,
  token: string,
  dataset: StagedDataset,
  report: StageReport,
  known: number,
): ImportSummary {
  const { format, images, boxes, ignored, splits, skipped, warnings, convention } = report;
  const names = new Set(project.classes.list().map(({ name }) => name));
  const indices = new Map(dataset.images.map(({ path }, index) => [path, index]));
  return {
    token,
    format,
    images,
    boxes,
    ignored,
    known,
    classes: report.classes.map(({ name, boxes: count }) => ({
      name,
      boxes: count,
      isKnown: names.has(className(name)),
    })),
    splits,
    suspiciousCount: report.suspicious.length,
    suspicious: varied(report.suspicious).map((box) => shownBox(box, dataset, indices)),
    skipped: skipped.slice(0, SHOWN_SKIPS),
    skippedCount: skipped.length,
    warnings,
    convention,
    examples: convention === null ? [] : examplesOf(dataset),
  };
}

/** The first boxes of every kind in turn, so that a common kind does not hide a rare one. */
function varied(boxes: readonly ReportedBox[]): ReportedBox[] {
  const kinds = new Map<string, ReportedBox[]>();
  for (const box of boxes) kinds.set(box.kind, [...(kinds.get(box.kind) ?? []), box].slice(0, SHOWN_BOXES));
  const lists = [...kinds.values()];
  const picked: ReportedBox[] = [];
  for (let row = 0; picked.length < SHOWN_BOXES && lists.some((list) => row < list.length); row += 1)
    picked.push(...lists.flatMap((list) => list.slice(row, row + 1)));
  return picked.slice(0, SHOWN_BOXES);
}

function shownBox(
  { file, kind, className: name, corners, kept }: ReportedBox,
  dataset: StagedDataset,
  indices: ReadonlyMap<string, number>,
): SuspiciousBox {
  const image = indices.get(file);
  const { width = 0, height = 0 } = image === undefined ? {} : (dataset.images[image] ?? {});
  const [x1, y1, x2, y2] = corners;
  const rect = corners.every(Number.isFinite) ? { x: x1, y: y1, width: x2 - x1, height: y2 - y1 } : null;
  return { image: image ?? null, file, width, height, kind, className: name, rect, kept };
}

/** Boxes small enough that one pixel can be seen on them, of as many images as there are. */
function examplesOf(dataset: StagedDataset): ExampleBox[] {
  const examples: { box: ExampleBox; oddity: number }[] = [];
  for (const [index, image] of dataset.images.entries()) {
    const [best] = image.boxes
      .map((box) => ({ box, oddity: Math.abs(Math.log(longSide(box) / GOOD_SIDE)) }))
      .sort((a, b) => a.oddity - b.oddity);
    if (best && isInside(best.box, image))
      examples.push({ box: exampleOf(best.box, image, index, dataset), oddity: best.oddity });
  }
  examples.sort((a, b) => a.oddity - b.oddity);
  return examples.slice(0, EXAMPLES).map(({ box }) => box);
}

/** Pixels: at this size an edge is seen and one pixel of it too. */
const GOOD_SIDE = 28;

function longSide(box: StagedBox): number {
  return Math.max(box.x2 - box.x1, box.y2 - box.y1);
}

function isInside({ x1, y1, x2, y2 }: StagedBox, { width, height }: StagedImage): boolean {
  return x1 > 1 && y1 > 1 && x2 < width - 1 && y2 < height - 1;
}

function exampleOf(box: StagedBox, image: StagedImage, index: number, dataset: StagedDataset): ExampleBox {
  const rect: Rect = { x: box.x1, y: box.y1, width: box.x2 - box.x1, height: box.y2 - box.y1 };
  const { path: file, width, height } = image;
  return { image: index, file, width, height, className: dataset.classes[box.classIndex]?.name ?? '', rect };
}
