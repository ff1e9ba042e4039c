// Labels and kept detections of the same images as the rows that evaluators read, with what each row was.
import type { Rect } from '../../../shared/model.ts';
import type { KeptDetections } from './packed-detections.ts';
import type { EvaluationInput } from './rows.ts';

export interface SceneBox extends Rect {
  readonly id: number;
  readonly classId: number;
  readonly ignore: boolean;
}

export interface SceneImage {
  readonly id: number;
  readonly boxes: readonly SceneBox[];
}

export interface LabelledScene {
  readonly input: EvaluationInput;
  /** Per class number. */
  readonly classIds: readonly number[];
  /** Per image number. */
  readonly imageIds: readonly number[];
  /** Per labelled row: the box it stands for. */
  readonly boxIds: readonly number[];
}

/** Images without kept detections are left out, and so are boxes of classes that no detector here knows. */
export function labelledScene(
  images: readonly SceneImage[],
  kept: KeptDetections,
  classIds = kept.classIds,
): LabelledScene {
  const numbers = new Map(classIds.map((id, number) => [id, number]));
  const detected = new Map(kept.images.map((own) => [own.imageId, own]));
  const present = images.filter(({ id }) => detected.has(id));
  const labelled = present.flatMap(({ boxes }, image) =>
    boxes.flatMap((box) => {
      if (box.ignore) return classIds.map((_, label) => ({ image, label, box }));
      const label = numbers.get(box.classId);
      return label === undefined ? [] : [{ image, label, box }];
    }),
  );
  const found = present.flatMap(({ id }, image) => {
    const { boxes = [], scores = [], labels = [] } = detected.get(id) ?? {};
    return scores.map((score, d) => {
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxes.slice(d * 4, d * 4 + 4);
      const label = numbers.get(kept.classIds[labels[d] ?? 0] ?? 0) ?? 0;
      return { image, label, score, box: [x1, y1, x2 - x1, y2 - y1] };
    });
  });
  const ignore = Uint8Array.from(labelled, ({ box }) => (box.ignore ? 1 : 0));
  const input: EvaluationInput = {
    numImages: present.length,
    numClasses: classIds.length,
    gt: {
      imageIndex: Int32Array.from(labelled, ({ image }) => image),
      classIndex: Int32Array.from(labelled, ({ label }) => label),
      boxes: Float64Array.from(labelled.flatMap(({ box }) => corners(box))),
      area: Float64Array.from(labelled, ({ box }) => {
        const [, , width, height] = corners(box);
        return width * height;
      }),
      iscrowd: ignore,
      ignore,
    },
    dt: {
      imageIndex: Int32Array.from(found, ({ image }) => image),
      classIndex: Int32Array.from(found, ({ label }) => label),
      boxes: Float64Array.from(found.flatMap(({ box }) => box)),
      scores: Float64Array.from(found, ({ score }) => score),
    },
  };
  return {
    input,
    classIds,
    imageIds: present.map(({ id }) => id),
    boxIds: labelled.map(({ box }) => box.id),
  };
}

/** As the trainer sees the box: by float32 corners. */
function corners({ x, y, width, height }: Rect): [number, number, number, number] {
  const [x1, y1, x2, y2] = [Math.fround(x), Math.fround(y), Math.fround(x + width), Math.fround(y + height)];
  return [x1, y1, x2 - x1, y2 - y1];
}
