// Looks over what was read: boxes without area or numbers go, boxes that look wrong stay and are reported.
import { counted } from '../../shared/counted.ts';
import { type ConventionReport, conventionReport } from './conventions.ts';
import type { StagedBox, StagedDataset, StagedImage } from './staged.ts';
import { Turns } from './turns.ts';

export const suspicions = [
  'zero-size',
  'not-a-number',
  'out-of-image',
  'tiny',
  'duplicate',
  'unknown-class',
] as const;
export type Suspicion = (typeof suspicions)[number];

export interface SuspiciousBox {
  /** The image, absolute. */
  readonly file: string;
  readonly kind: Suspicion;
  readonly className: string;
  /** `[x1, y1, x2, y2]` as read. */
  readonly corners: readonly [number, number, number, number];
  /** False where the box was left out. */
  readonly kept: boolean;
}

export interface StageReport {
  readonly format: string;
  readonly convention: string | null;
  /** The readings to choose from where files leave it open, and whether nobody has said which it is. */
  readonly conventions: readonly string[];
  readonly isConventionOpen: boolean;
  readonly variant: StagedDataset['variant'] | null;
  readonly images: number;
  readonly boxes: number;
  readonly ignored: number;
  /** Index of each class, its id in the source and how many boxes it has. */
  readonly classes: readonly {
    readonly name: string;
    readonly sourceId: string | null;
    readonly boxes: number;
  }[];
  readonly splits: Readonly<Record<'train' | 'val' | 'test' | 'none', number>>;
  readonly suspicious: readonly SuspiciousBox[];
  readonly suspiciousCounts: Readonly<Record<Suspicion, number>>;
  readonly skipped: StagedDataset['skipped'];
  readonly warnings: readonly string[];
}

export interface Inspection {
  readonly dataset: StagedDataset;
  readonly report: StageReport;
}

/** Pixels below which a side is hardly meant. */
const tinySide = 2;
/** Pixels a box may lie outside its image before it is worth a remark; what rounding in other tools makes. */
const slack = 1e-6;

const faults: Readonly<Record<'zero-size' | 'not-a-number' | 'unknown-class', string>> = {
  'zero-size': 'without area',
  'not-a-number': 'with a coordinate that is not a number',
  'unknown-class': 'of an unknown class',
};

/** The dataset without boxes that cannot be used, and a report on it. */
export async function inspect(raw: StagedDataset, signal?: AbortSignal): Promise<Inspection> {
  const turns = new Turns(signal);
  const suspicious: SuspiciousBox[] = [];
  // files are read several at a time: their order is not that of the rows
  const skipped = [...raw.skipped].sort((a, b) => (a.file < b.file ? -1 : Number(a.file > b.file)));
  const images: StagedImage[] = [];
  for (const image of raw.images) {
    if (turns.isOver) await turns.next();
    const seen = new Set<string>();
    let missed = 0;
    const boxes = image.boxes.filter((box) => {
      const kind = suspicionOf(box, image, raw, seen);
      if (kind === undefined) return true;
      const className = raw.classes[box.classIndex]?.name ?? '';
      const corners = [box.x1, box.y1, box.x2, box.y2] as const;
      const fault = kind in faults ? faults[kind as keyof typeof faults] : undefined;
      suspicious.push({ file: image.path, kind, className, corners, kept: fault === undefined });
      if (fault !== undefined) {
        skipped.push({ file: image.path, reason: reasonOf(fault, className, corners) });
        if (kind !== 'zero-size') missed++;
      }
      return fault === undefined;
    });
    // a box that covers nothing is missed by nobody, unless nothing else is said of the image
    const lost = (image.lost ?? 0) + (boxes.length > 0 ? missed : image.boxes.length);
    images.push({ ...image, boxes, ...(lost > 0 && { lost }) });
  }
  const convention = conventionReport(raw);
  const said = convention.remark === undefined ? [] : [convention.remark];
  const warnings = [...raw.warnings, ...said, ...remarks(suspicious), ...unfinished(images)];
  const dataset = { ...raw, images, skipped, warnings };
  return { dataset, report: reportOf(dataset, suspicious, convention) };
}

function suspicionOf(
  box: StagedBox,
  image: StagedImage,
  { classes }: StagedDataset,
  seen: Set<string>,
): Suspicion | undefined {
  const corners = [box.x1, box.y1, box.x2, box.y2];
  if (!corners.every(Number.isFinite)) return 'not-a-number';
  if (!classes[box.classIndex]) return 'unknown-class';
  if (box.x2 <= box.x1 || box.y2 <= box.y1) return 'zero-size';
  const key = [box.classIndex, ...corners].join(' ');
  if (seen.has(key)) return 'duplicate';
  seen.add(key);
  const inside =
    box.x1 >= -slack && box.y1 >= -slack && box.x2 <= image.width + slack && box.y2 <= image.height + slack;
  if (!inside) return 'out-of-image';
  return Math.min(box.x2 - box.x1, box.y2 - box.y1) < tinySide ? 'tiny' : undefined;
}

function reasonOf(fault: string, className: string, corners: readonly number[]): string {
  const name = className === '' ? 'box' : `box of the class ${className}`;
  return `a ${name} ${fault} was left out (${corners.join(', ')})`;
}

function remarks(suspicious: readonly SuspiciousBox[]): string[] {
  const count = (kind: Suspicion) => suspicious.filter((box) => box.kind === kind).length;
  const outside = count('out-of-image');
  const twice = count('duplicate');
  const tiny = count('tiny');
  return [
    ...(tiny > 0
      ? [`${counted(tiny, 'box is', 'boxes are')} less than ${tinySide} pixels wide or high, and kept.`]
      : []),
    ...(outside > 0
      ? [
          `${counted(outside, 'box reaches outside its image and was kept as it is', 'boxes reach outside their image and were kept as they are')}.`,
        ]
      : []),
    ...(twice > 0
      ? [
          `${counted(twice, 'box repeats another box of the same class and was', 'boxes repeat another box of the same class and were')} kept.`,
        ]
      : []),
  ];
}

function unfinished(images: readonly StagedImage[]): string[] {
  const short = images.filter(({ lost = 0 }) => lost > 0);
  const bare = short.filter(({ boxes }) => boxes.length === 0).length;
  const left = short.length - bare;
  const drafts = images.filter(({ isDraft }) => isDraft).length;
  return [
    ...(drafts > 0
      ? [
          `${counted(drafts, 'image has labels of a model and comes in', 'images have labels of a model and come in')} as in progress.`,
        ]
      : []),
    ...(left > 0
      ? [
          `${counted(left, 'image lost some of its labels and comes in as in progress: nothing trains on it', 'images lost some of their labels and come in as in progress: nothing trains on them')} yet.`,
        ]
      : []),
    ...(bare > 0
      ? [
          `${counted(bare, 'image lost all of its labels and comes in as unlabelled, not as an image', 'images lost all of their labels and come in as unlabelled, not as images')} without objects.`,
        ]
      : []),
  ];
}

function reportOf(
  dataset: StagedDataset,
  suspicious: SuspiciousBox[],
  { readings, isOpen }: ConventionReport,
): StageReport {
  const splits = { train: 0, val: 0, test: 0, none: 0 };
  for (const image of dataset.images) splits[image.split ?? 'none']++;
  const boxes = dataset.images.flatMap((image) => image.boxes);
  const perClass = new Map<number, number>();
  for (const { classIndex } of boxes) perClass.set(classIndex, (perClass.get(classIndex) ?? 0) + 1);
  const suspiciousCounts = Object.fromEntries(suspicions.map((kind) => [kind, 0])) as Record<
    Suspicion,
    number
  >;
  for (const { kind } of suspicious) suspiciousCounts[kind]++;
  return {
    format: dataset.format,
    convention: dataset.convention ?? null,
    conventions: readings,
    isConventionOpen: isOpen,
    variant: dataset.variant ?? null,
    images: dataset.images.length,
    boxes: boxes.length,
    ignored: boxes.filter((box) => box.ignore !== undefined).length,
    classes: dataset.classes.map(({ name, sourceId }, index) => ({
      name,
      sourceId: sourceId === undefined ? null : String(sourceId),
      boxes: perClass.get(index) ?? 0,
    })),
    splits,
    suspicious,
    suspiciousCounts,
    skipped: dataset.skipped,
    warnings: dataset.warnings,
  };
}
