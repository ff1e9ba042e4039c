// What a window shows of a dataset before it comes in: counts, boxes that look wrong, and some to judge a convention by.
import {
  type Convention,
  conventions,
  type ExampleBox,
  type FoundClass,
  type ImportSummary,
  type SuspiciousBox,
  type Variant,
  variants,
} from '../../shared/contract/imports.ts';
import type { Rect } from '../../shared/model.ts';
import { boxIn, conventionReport } from '../formats/conventions.ts';
import type { SuspiciousBox as ReportedBox, StageReport } from '../formats/inspect.ts';
import type { StagedBox, StagedDataset, StagedImage } from '../formats/staged.ts';
import { className } from './classes.ts';
import type { OpenProject } from './projects.ts';

/** Rows of a report that a window shows. */
const SHOWN_SKIPS = 200;
const SHOWN_BOXES = 60;
const EXAMPLES = 6;

function isConvention(name: string): name is Convention {
  return conventions.some((known) => known === name);
}

function variantOf({ variant }: StageReport): ImportSummary['variant'] {
  const isKnown = (name: string): name is Variant => variants.some((known) => known === name);
  if (!variant || !isKnown(variant.chosen)) return null;
  return { chosen: variant.chosen, choices: variant.choices.filter(isKnown) };
}

interface Inspected {
  readonly raw: StagedDataset;
  readonly dataset: StagedDataset;
  readonly report: StageReport;
  /** How many of its images are in the project already. */
  readonly known: number;
}

/** What is shown of a dataset before it comes in. */
export function summaryOf(
  project: OpenProject,
  token: string,
  { raw, dataset, report, known }: Inspected,
): ImportSummary {
  const { format, images, boxes, ignored, splits, skipped, convention } = report;
  const asked = report.conventions.filter(isConvention);
  const { remark } = conventionReport(raw);
  const unnamed = boxesToName(dataset);
  const names = new Set(project.classes.list().map(({ name }) => name));
  const indices = new Map(dataset.images.map(({ path }, index) => [path, index]));
  return {
    token,
    format,
    images,
    boxes,
    ignored,
    known,
    classes: report.classes.map(({ name, boxes: count }, index) => ({
      name,
      boxes: count,
      isKnown: names.has(className(name)),
      example: unnamed.get(index) ?? null,
    })),
    splits,
    suspiciousCount: report.suspicious.length,
    suspicious: varied(report.suspicious).map((box) => shownBox(box, dataset, indices)),
    skipped: skipped.slice(0, SHOWN_SKIPS),
    skippedCount: skipped.length,
    // the window asks what the sentence is about
    warnings: report.warnings.filter((warning) => warning !== remark),
    convention: convention !== null && isConvention(convention) ? convention : null,
    conventions: asked,
    isConventionOpen: report.isConventionOpen,
    examples: examplesOf(raw, asked),
    variant: variantOf(report),
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

/** Class index -> a box of it, for classes that the source has no name for. */
function boxesToName({ classes, images }: StagedDataset): Map<number, FoundClass['example']> {
  const wanted = new Set(classes.flatMap(({ isUnnamed }, index) => (isUnnamed ? [index] : [])));
  const found = new Map<number, FoundClass['example']>();
  for (const [image, { boxes, width, height }] of images.entries()) {
    if (found.size === wanted.size) break;
    for (const box of boxes) {
      if (!wanted.has(box.classIndex) || found.has(box.classIndex)) continue;
      found.set(box.classIndex, {
        image,
        width,
        height,
        rect: rectOf(box),
      });
    }
  }
  return found;
}

/** Images that are looked through for examples. */
const LOOKED_THROUGH = 2000;

/** Boxes that show where the readings part, of as many images as there are. */
function examplesOf(raw: StagedDataset, readings: readonly Convention[]): ExampleBox[] {
  if (readings.length === 0) return [];
  const step = Math.max(1, raw.images.length / LOOKED_THROUGH);
  const places = Array.from({ length: Math.ceil(raw.images.length / step) }, (_, at) =>
    Math.floor(at * step),
  );
  const found = places.flatMap((index) => {
    const image = raw.images[index];
    const best = image && (raw.format === 'voc' ? smallBox(image) : image.boxes[0]);
    return image && best
      ? [{ image, index, box: best, oddity: Math.abs(Math.log(longSide(best) / GOOD_SIDE)) }]
      : [];
  });
  if (raw.format === 'voc') found.sort((a, b) => a.oddity - b.oddity);
  return found.slice(0, EXAMPLES).map(({ image, index, box }) => {
    const rects = readings.map((reading) => rectOf(boxIn(raw, image, box, reading)));
    const { path: file, width, height } = image;
    // pixels and fractions lie far apart
    const around =
      raw.format === 'voc' ? (rects[0] ?? { x: 0, y: 0, width, height }) : { x: 0, y: 0, width, height };
    return {
      image: index,
      file,
      width,
      height,
      className: raw.classes[box.classIndex]?.name ?? '',
      around,
      rects,
    };
  });
}

function rectOf({ x1, y1, x2, y2 }: StagedBox): Rect {
  return { x: x1, y: y1, width: x2 - x1, height: y2 - y1 };
}

/** Pixels: at this size an edge is seen and one pixel of it too. */
const GOOD_SIDE = 28;

/** The box of an image, away from its edges, on which one pixel can be seen best. */
function smallBox(image: StagedImage): StagedBox | undefined {
  const oddity = (box: StagedBox) => Math.abs(Math.log(longSide(box) / GOOD_SIDE));
  let best: StagedBox | undefined;
  for (const box of image.boxes)
    if (isInside(box, image) && (!best || oddity(box) < oddity(best))) best = box;
  return best;
}

function longSide(box: StagedBox): number {
  return Math.max(box.x2 - box.x1, box.y2 - box.y1);
}

function isInside({ x1, y1, x2, y2 }: StagedBox, { width, height }: StagedImage): boolean {
  return x1 > 1 && y1 > 1 && x2 > x1 && y2 > y1 && x2 < width - 1 && y2 < height - 1;
}
