// Detections as they are kept with an evaluation: float32 columns in base64, so that no digit is lost and little is stored.
import { z } from 'zod';

export interface ImageDetections {
  readonly imageId: number;
  /** Flat xyxy in upright pixels, by falling score. */
  readonly boxes: readonly number[];
  readonly scores: readonly number[];
  /** Places in `classIds`. */
  readonly labels: readonly number[];
}

export interface KeptDetections {
  /** The project's classes, in the network's order. */
  readonly classIds: readonly number[];
  readonly images: readonly ImageDetections[];
}

const packedSchema = z.object({
  version: z.literal(1),
  classIds: z.array(z.number()),
  imageIds: z.array(z.number()),
  counts: z.array(z.number()),
  boxes: z.string(),
  scores: z.string(),
  labels: z.string(),
});

export type PackedDetections = z.infer<typeof packedSchema>;

/** All detections as columns. */
export function packDetections({ classIds, images }: KeptDetections): PackedDetections {
  return {
    version: 1,
    classIds: [...classIds],
    imageIds: images.map(({ imageId }) => imageId),
    counts: images.map(({ scores }) => scores.length),
    boxes: base64(Float32Array.from(images.flatMap(({ boxes }) => boxes))),
    scores: base64(Float32Array.from(images.flatMap(({ scores }) => scores))),
    labels: base64(Float32Array.from(images.flatMap(({ labels }) => labels))),
  };
}

/** The detections again; undefined where `value` is not what `packDetections` gives. */
export function unpackDetections(value: unknown): KeptDetections | undefined {
  const parsed = packedSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const { classIds, imageIds, counts, ...columns } = parsed.data;
  const [boxes, scores, labels] = [floats(columns.boxes), floats(columns.scores), floats(columns.labels)];
  let at = 0;
  const images = imageIds.map((imageId, i) => {
    const [from, to] = [at, at + (counts[i] ?? 0)];
    at = to;
    return {
      imageId,
      boxes: [...boxes.subarray(from * 4, to * 4)],
      scores: [...scores.subarray(from, to)],
      labels: [...labels.subarray(from, to)],
    };
  });
  return { classIds, images };
}

function base64(values: Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

function floats(text: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
  return new Float32Array(bytes.buffer);
}
