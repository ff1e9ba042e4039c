// Labels and kept detections of the same images as the rows that evaluators read, with what each row was.
import type { KeptDetections } from './packed-detections.ts';
import type { DetectionRows, EvaluationInput, LabelRows } from './rows.ts';
import type { SceneColumns } from './scene-columns.ts';

export interface LabelledScene {
  readonly input: EvaluationInput;
  /** Per class number. */
  readonly classIds: readonly number[];
  /** Per image number. */
  readonly imageIds: readonly number[];
  /** Per image number; the same for images that show the same scene. */
  readonly groups: readonly number[];
  /** Per labelled row: the box it stands for. */
  readonly boxIds: readonly number[];
}

/** The class that an id stands for; null for none. */
export type HeirOf = (classId: number) => number | null;

const itself: HeirOf = (classId) => classId;

/** The classes that detectors know, as they are today: those that became one are one, those that are gone are left out. */
export function knownClasses(kept: readonly KeptDetections[], heirOf: HeirOf = itself): number[] {
  const ids = kept.flatMap(({ classIds }) => classIds.map(heirOf));
  return [...new Set(ids)].filter((id) => id !== null);
}

/**
 * Images without kept detections are left out, and so are boxes of classes that no detector here knows, and detections of
 * classes that are no more.
 */
export function labelledScene(
  scene: SceneColumns,
  kept: KeptDetections,
  heirOf: HeirOf = itself,
  classIds: readonly number[] = knownClasses([kept], heirOf),
): LabelledScene {
  const numbers = new Map(classIds.map((id, number) => [id, number]));
  const places = new Map(kept.imageIds.map((id, place) => [id, place]));
  const present = [...scene.imageIds.keys()].filter((at) => places.has(scene.imageIds[at] ?? 0));
  const { rows, boxIds } = labelRows(scene, present, numbers);
  const detectedAt = present.map((at) => places.get(scene.imageIds[at] ?? 0) ?? 0);
  const numberOf = kept.classIds.map((id) => numbers.get(heirOf(id) ?? Number.NaN) ?? -1);
  return {
    input: {
      numImages: present.length,
      numClasses: classIds.length,
      gt: rows,
      dt: detectionRows(kept, detectedAt, numberOf),
    },
    classIds,
    imageIds: present.map((at) => scene.imageIds[at] ?? 0),
    groups: present.map((at) => scene.groups[at] ?? 0),
    boxIds,
  };
}

/** An ignored region has a row for each class. */
function labelRows(
  { counts, boxIds, classIds, ignore, boxes }: SceneColumns,
  present: readonly number[],
  numbers: ReadonlyMap<number, number>,
): { readonly rows: LabelRows; readonly boxIds: readonly number[] } {
  const starts = startsOf(counts);
  const all = [...numbers.values()];
  const row = { image: [] as number[], label: [] as number[], box: [] as number[] };
  for (const [image, at] of present.entries()) {
    const end = (starts[at] ?? 0) + (counts[at] ?? 0);
    for (let box = starts[at] ?? 0; box < end; box++) {
      const own = numbers.get(classIds[box] ?? 0);
      for (const label of ignore[box] === 1 ? all : own === undefined ? [] : [own]) {
        row.image.push(image);
        row.label.push(label);
        row.box.push(box);
      }
    }
  }
  const rects = Float64Array.from(row.box.flatMap((box) => asTrained(boxes, box)));
  const ignored = Uint8Array.from(row.box, (box) => ignore[box] ?? 0);
  return {
    rows: {
      imageIndex: Int32Array.from(row.image),
      classIndex: Int32Array.from(row.label),
      boxes: rects,
      area: Float64Array.from(row.box, (_, at) => (rects[at * 4 + 2] ?? 0) * (rects[at * 4 + 3] ?? 0)),
      iscrowd: ignored,
      ignore: ignored,
    },
    boxIds: row.box.map((box) => boxIds[box] ?? 0),
  };
}

/** `numberOf`: of each of the detector's classes, -1 for one that is no more. */
function detectionRows(
  { counts, boxes, scores, labels }: KeptDetections,
  places: readonly number[],
  numberOf: readonly number[],
): DetectionRows {
  const starts = startsOf(counts);
  const found: number[] = [];
  const images: number[] = [];
  for (const [image, place] of places.entries()) {
    const end = (starts[place] ?? 0) + (counts[place] ?? 0);
    for (let d = starts[place] ?? 0; d < end; d++) {
      if ((numberOf[labels[d] ?? 0] ?? -1) < 0) continue;
      found.push(d);
      images.push(image);
    }
  }
  const rects = new Float64Array(found.length * 4);
  for (const [row, d] of found.entries()) {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxes.subarray(d * 4, d * 4 + 4);
    rects.set([x1, y1, x2 - x1, y2 - y1], row * 4);
  }
  return {
    imageIndex: Int32Array.from(images),
    classIndex: Int32Array.from(found, (d) => numberOf[labels[d] ?? 0] ?? 0),
    boxes: rects,
    scores: Float64Array.from(found, (d) => scores[d] ?? 0),
  };
}

function startsOf(counts: ArrayLike<number>): Int32Array {
  const starts = new Int32Array(counts.length);
  for (let i = 1; i < counts.length; i++) starts[i] = (starts[i - 1] ?? 0) + (counts[i - 1] ?? 0);
  return starts;
}

/** As the trainer sees the box: by float32 corners. */
function asTrained(boxes: Float64Array, box: number): [number, number, number, number] {
  const [x = 0, y = 0, width = 0, height = 0] = boxes.subarray(box * 4, box * 4 + 4);
  const [x1, y1, x2, y2] = [Math.fround(x), Math.fround(y), Math.fround(x + width), Math.fround(y + height)];
  return [x1, y1, x2 - x1, y2 - y1];
}
