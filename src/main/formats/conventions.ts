// How label files count pixels where they leave it open: the readings there are, and one made of another.
import { counted } from '../../shared/counted.ts';
import { addToDecimal } from './exact-decimal.ts';
import type { StagedBox, StagedDataset, StagedImage } from './staged.ts';
import { Turns } from './turns.ts';

export const vocConventions = ['voc-0-based', 'voc-1-based'] as const;
export const createmlConventions = ['createml-pixels', 'createml-normalised'] as const;

type Corners = Pick<StagedBox, 'x1' | 'y1' | 'x2' | 'y2'>;
type Conversion = (box: StagedBox, image: StagedImage) => Corners;

/** From the other reading of the same format. */
const conversions: Readonly<Record<string, Conversion>> = {
  'voc-0-based': (box) => ({ ...box, x1: plus(box.x1, 1), y1: plus(box.y1, 1) }),
  'voc-1-based': (box) => ({ ...box, x1: plus(box.x1, -1), y1: plus(box.y1, -1) }),
  'createml-pixels': (box, image) => scaled(box, 1 / image.width, 1 / image.height),
  'createml-normalised': (box, image) => scaled(box, image.width, image.height),
};

/** As decimals are added on paper: 0.1 + 1 is 1.1 and leads back to 0.1. */
export function plus(value: number, delta: number): number {
  return Number.isFinite(value) ? Number(addToDecimal(String(value), delta)) : Number.NaN;
}

export function scaled<T extends Corners>(box: T, width: number, height: number): T {
  return { ...box, x1: box.x1 * width, y1: box.y1 * height, x2: box.x2 * width, y2: box.y2 * height };
}

/** The dataset, its boxes as they are in another reading. */
export async function inConvention(dataset: StagedDataset, convention: string): Promise<StagedDataset> {
  if (!readingsOf(dataset).includes(convention)) return dataset;
  const images: StagedImage[] = [];
  const turns = new Turns();
  for (const image of dataset.images) {
    if (turns.isOver) await turns.next();
    images.push({ ...image, boxes: image.boxes.map((box) => boxIn(dataset, image, box, convention)) });
  }
  return { ...dataset, convention, isConventionStated: true, images };
}

/** A box of the dataset as it is in a reading of its format. */
export function boxIn(
  dataset: StagedDataset,
  image: StagedImage,
  box: StagedBox,
  convention: string,
): StagedBox {
  const convert = dataset.convention === convention ? undefined : conversions[convention];
  return convert ? { ...box, ...convert(box, image) } : box;
}

export interface ConventionReport {
  /** The readings to choose from; empty where there is nothing to choose. */
  readonly readings: readonly string[];
  /** Neither the files nor the user say which it is. */
  readonly isOpen: boolean;
  readonly remark: string | undefined;
}

/** What there is to say of the reading a dataset is in, and to ask. */
export function conventionReport(dataset: StagedDataset): ConventionReport {
  if (dataset.format === 'voc') return vocReport(dataset);
  if (dataset.format === 'createml') return createmlReport(dataset);
  return { readings: [], isOpen: false, remark: undefined };
}

/** The readings of a dataset's format. */
function readingsOf({ format }: StagedDataset): readonly string[] {
  if (format === 'voc') return vocConventions;
  return format === 'createml' ? createmlConventions : [];
}

/** Only a coordinate 0 tells how a source counts; its absence says nothing. */
function vocReport({ images, convention, isConventionStated = false }: StagedDataset): ConventionReport {
  const first = convention === 'voc-1-based' ? -1 : 0;
  let zeros = 0;
  for (const { boxes } of images) for (const { x1, y1 } of boxes) if (x1 === first || y1 === first) zeros++;
  const isOpen = !isConventionStated && zeros === 0;
  return { readings: vocConventions, isOpen, remark: vocRemark(zeros, convention, isConventionStated) };
}

function vocRemark(zeros: number, convention: string | undefined, isStated: boolean): string | undefined {
  if (convention === 'voc-1-based' && zeros > 0)
    return `${counted(zeros, 'box has', 'boxes have')} a coordinate 0, which labels that count from 1 cannot: check the convention.`;
  if (isStated) return undefined;
  return zeros > 0
    ? 'The VOC boxes were read as written (voc-0-based, half-open): a coordinate 0 shows that they do not count from 1.'
    : 'The VOC boxes were read as written (voc-0-based, half-open); if they count from 1, import with the convention voc-1-based.';
}

/** What multiplying and dividing may add to a fraction. */
const slack = 1e-9;

/** Numbers of 1 at most are fractions of the image or, hardly ever, pixels. */
function createmlReport(dataset: StagedDataset): ConventionReport {
  const { convention, isConventionStated: isStated = false, images } = dataset;
  const inFile = (image: StagedImage, box: StagedBox) =>
    convention === 'createml-pixels' ? box : scaled(box, 1 / image.width, 1 / image.height);
  const isSmall = (image: StagedImage) =>
    image.boxes.every((box) => {
      const { x1, y1, x2, y2 } = inFile(image, box);
      return [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1].every((value) => !(value > 1 + slack));
    });
  const isOpen = images.some(({ boxes }) => boxes.length > 0) && images.every(isSmall);
  const remark =
    'No coordinate is above 1, so the boxes were read as fractions of their image; if they are pixels, import with the convention createml-pixels.';
  return {
    readings: isOpen ? createmlConventions : [],
    isOpen: isOpen && !isStated,
    remark: isOpen && !isStated ? remark : undefined,
  };
}
