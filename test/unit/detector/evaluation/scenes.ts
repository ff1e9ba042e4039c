// Small scenes as rows: objects and detections written as arrays, and made up by fast-check.
import fc from 'fast-check';
import type { EvaluationInput } from '../../../../src/main/detector/evaluation/rows.ts';

type Box = readonly [x: number, y: number, width: number, height: number];
export interface GivenObject {
  readonly image?: number;
  readonly label?: number;
  readonly box: Box;
  readonly area?: number;
  readonly crowd?: boolean;
  readonly ignore?: boolean;
}
export interface GivenDetection {
  readonly image?: number;
  readonly label?: number;
  readonly box: Box;
  readonly score: number;
}
export interface Scene {
  readonly objects: readonly GivenObject[];
  readonly detections: readonly GivenDetection[];
}

export const numImages = 3;
export const numClasses = 2;

export function rowsOf({ objects, detections }: Scene): EvaluationInput {
  const columns = (rows: readonly (GivenObject | GivenDetection)[]) => ({
    imageIndex: Int32Array.from(rows, ({ image = 0 }) => image),
    classIndex: Int32Array.from(rows, ({ label = 0 }) => label),
    boxes: Float64Array.from(rows.flatMap(({ box }) => box)),
  });
  return {
    numImages,
    numClasses,
    gt: {
      ...columns(objects),
      area: Float64Array.from(objects, ({ area, box }) => area ?? box[2] * box[3]),
      iscrowd: Uint8Array.from(objects, ({ crowd }) => (crowd ? 1 : 0)),
      ignore: Uint8Array.from(objects, ({ ignore }) => (ignore ? 1 : 0)),
    },
    dt: { ...columns(detections), scores: Float64Array.from(detections, ({ score }) => score) },
  };
}

const side = fc.integer({ min: 1, max: 150 });
const place = { image: fc.nat(numImages - 1), label: fc.nat(numClasses - 1) };
const box = fc.tuple(fc.nat(60), fc.nat(60), side, side);

export const someObjects: fc.Arbitrary<GivenObject[]> = fc.array(fc.record({ ...place, box }), {
  minLength: 1,
  maxLength: 12,
});

/** Objects, and detections near them and elsewhere, no two of the same score. */
export const someScene: fc.Arbitrary<Scene> = someObjects.chain((objects) =>
  fc
    .array(fc.tuple(fc.nat(objects.length - 1), fc.integer({ min: -4, max: 4 }), place.label), {
      maxLength: 25,
    })
    .chain((drawn) =>
      fc.shuffledSubarray([...drawn.keys()], { minLength: drawn.length }).map((ranks) => ({
        objects,
        detections: drawn.map(([at, shift, label], i) => {
          const { image = 0, box: [x, y, w, h] = [0, 0, 1, 1] } = objects[at] ?? {};
          return {
            image,
            label,
            box: [x + shift, y, w, h + Math.abs(shift)] as const,
            score: (ranks[i] ?? 0) / 50,
          };
        }),
      })),
    ),
);
