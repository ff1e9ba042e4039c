// Regions of one Label Studio annotation: rectangles and polygons in percent, with the labels given to them.
import { keptMarks, ownKey } from './own-marks.ts';
import { arrayOf, cleanName, extraOf, isRecord, numberOf } from './source-text.ts';
import type { Staging } from './staging.ts';

export interface Region {
  /** In percent of the image's width and height; the first is the top-left corner of a rectangle. */
  readonly corners: readonly (readonly [x: number, y: number])[];
  /** Degrees, clockwise about the first corner. */
  readonly rotation: number;
  readonly labels: readonly unknown[];
  /** Size of the image as the annotator saw it. */
  readonly original: { readonly width: number; readonly height: number } | undefined;
  readonly score: number | undefined;
  /** In pixels, where percent do not say them exactly. */
  readonly exact: readonly number[] | undefined;
  readonly marks: ReturnType<typeof keptMarks>;
  readonly extra: Record<string, unknown> | undefined;
}

const kinds = new Set(['rectanglelabels', 'rectangle', 'polygonlabels', 'polygon']);
const labelKeys = ['rectanglelabels', 'polygonlabels', 'labels'] as const;
/** What is worth keeping of a result besides its geometry. */
const keptKeys = new Set(['meta', 'text', 'parentID', 'item_index']);

/** Other kinds of results that show where something is. */
const shapes = /^(brush|ellipse|keypoint|bitmask|vector|magicwand)/;

/**
 * Regions that boxes can be taken from; `lost` of them cannot, other results say nothing of places. Labels may come as a
 * result of their own with the same id.
 */
export function regionsOf(
  results: readonly unknown[],
  staging: Staging,
): { regions: Region[]; lost: number } {
  const records = results.filter(isRecord);
  const labelsById = new Map<unknown, unknown[]>();
  for (const { id, value } of records) {
    if (id !== undefined && labelsOf(value).length > 0) labelsById.set(id, labelsOf(value));
  }
  let lost = 0;
  const regions = records.flatMap((result) => {
    const type = String(result.type ?? '').toLowerCase();
    if (!kinds.has(type)) {
      if (shapes.test(type)) lost++;
      if (type !== 'labels')
        staging.count(
          `result of the kind ${type || 'unknown'} was left out.`,
          `results of the kind ${type || 'unknown'} were left out.`,
        );
      return [];
    }
    const own = labelsOf(result.value);
    const labels = own.length > 0 ? own : (labelsById.get(result.id) ?? []);
    const region = regionOf(result, labels);
    remark(region, type, result, staging);
    if (labels.length > 0) return [region];
    lost++;
    return [];
  });
  return { regions, lost };
}

function remark(region: Region, type: string, result: Record<string, unknown>, staging: Staging): void {
  if (region.labels.length === 0)
    staging.count('region without a label was left out.', 'regions without a label were left out.');
  if (region.labels.length > 1)
    staging.count(
      'region has several labels; each became a box.',
      'regions have several labels; each became a box.',
    );
  if (region.rotation !== 0)
    staging.count(
      'rotated box was taken as the upright box around it.',
      'rotated boxes were taken as the upright box around them.',
    );
  if (type.startsWith('polygon'))
    staging.count('polygon was taken as the box around it.', 'polygons were taken as the box around them.');
  if (numberOf(result.image_rotation) > 0) {
    staging.count(
      'region was drawn on a rotated view of its image: check it.',
      'regions were drawn on a rotated view of their image: check them.',
    );
  }
}

function labelsOf(value: unknown): unknown[] {
  if (!isRecord(value)) return [];
  const found = labelKeys.map((key) => value[key]).find((labels) => Array.isArray(labels));
  return arrayOf(found).filter((label) => cleanName(label) !== '');
}

function regionOf(result: Record<string, unknown>, labels: readonly unknown[]): Region {
  const value = isRecord(result.value) ? result.value : {};
  const [width, height] = [numberOf(result.original_width), numberOf(result.original_height)];
  const kept = Object.fromEntries(Object.entries(result).filter(([key]) => keptKeys.has(key)));
  const { [ownKey]: own, ...meta } = isRecord(result.meta) ? result.meta : {};
  if (own !== undefined) kept.meta = Object.keys(meta).length > 0 ? meta : undefined;
  const marks = keptMarks(own);
  const extra = { ...extraOf(definedOf(kept), new Set()), ...marks.extra };
  return {
    corners: Array.isArray(value.points) ? pointsOf(value.points) : rectangleOf(value),
    rotation: numberOf(value.rotation ?? 0),
    labels,
    original: width > 0 && height > 0 ? { width, height } : undefined,
    score: typeof result.score === 'number' ? result.score : undefined,
    exact: isRecord(own) && Array.isArray(own.corners) ? own.corners.map(numberOf) : undefined,
    marks,
    extra: Object.keys(extra).length > 0 ? extra : undefined,
  };
}

function definedOf(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

/** The corners of an upright rectangle in percent, as pixels. */
export function cornersInPixels(
  value: Readonly<Record<'x' | 'y' | 'width' | 'height', number>>,
  { width, height }: { readonly width: number; readonly height: number },
): [number, number, number, number] {
  const { x, y } = value;
  return [
    (x * width) / 100,
    (y * height) / 100,
    ((x + value.width) * width) / 100,
    ((y + value.height) * height) / 100,
  ];
}

function rectangleOf(value: Record<string, unknown>): Region['corners'] {
  const [x, y] = [numberOf(value.x), numberOf(value.y)];
  const [right, bottom] = [x + numberOf(value.width), y + numberOf(value.height)];
  return [
    [x, y],
    [right, y],
    [right, bottom],
    [x, bottom],
  ];
}

function pointsOf(points: readonly unknown[]): Region['corners'] {
  return points.map((point) =>
    Array.isArray(point) ? [numberOf(point[0]), numberOf(point[1])] : [Number.NaN, Number.NaN],
  );
}
