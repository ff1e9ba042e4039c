// Detections as they are kept with an evaluation: float32 columns in base64, so that no digit is lost and little is stored.
import { z } from 'zod';

/** Columns, image after image. */
export interface KeptDetections {
  /** The project's classes, in the network's order. */
  readonly classIds: readonly number[];
  /** Those that were looked at. */
  readonly imageIds: readonly number[];
  /** [images] detections of each */
  readonly counts: readonly number[];
  /** [D * 4], xyxy in upright pixels, by falling score in each image */
  readonly boxes: Float32Array;
  /** [D] */
  readonly scores: Float32Array;
  /** [D], places in `classIds` */
  readonly labels: Float32Array;
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

export function packDetections({ classIds, imageIds, counts, ...columns }: KeptDetections): PackedDetections {
  return {
    version: 1,
    classIds: [...classIds],
    imageIds: [...imageIds],
    counts: [...counts],
    boxes: base64(columns.boxes),
    scores: base64(columns.scores),
    labels: base64(columns.labels),
  };
}

/** The detections again; undefined where `value` is not what `packDetections` gives. */
export function unpackDetections(value: unknown): KeptDetections | undefined {
  const parsed = packedSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const { classIds, imageIds, counts, boxes, scores, labels } = parsed.data;
  return {
    classIds,
    imageIds,
    counts,
    boxes: floats(boxes),
    scores: floats(scores),
    labels: floats(labels),
  };
}

function base64(values: Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

function floats(text: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
  return new Float32Array(bytes.buffer);
}
