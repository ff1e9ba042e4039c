/** Runs a model that tfjs has loaded on one image. */
import { Problem } from '../../../../shared/problem.ts';
import type { RgbImage } from '../../data/rgb-image.ts';
import type { Detections } from '../../engine/detect-batch.ts';
import { type Tensor, tf } from '../../tf.ts';

export type NamedTensors = Readonly<Record<string, Tensor>>;

/** What an exported detector gives. */
export const detectionNames = ['boxes', 'scores', 'labels'] as const;

/** What `run` gives for `image`; no tensor outlives the call. */
export async function detectImage(
  { data, height, width }: RgbImage,
  run: (image: Tensor) => NamedTensors | Promise<NamedTensors>,
): Promise<Detections> {
  const image = tf.tensor4d(Int32Array.from(data), [1, height, width, 3], 'int32');
  const made = await run(image);
  const [boxes, scores, labels] = await Promise.all(detectionNames.map((name) => made[name]?.data()));
  image.dispose();
  for (const tensor of Object.values(made)) tensor.dispose();
  return { boxes: boxes as Float32Array, scores: scores as Float32Array, labels: labels as Int32Array };
}

export function notDetections(file: string): Problem {
  return new Problem(
    `${file} does not give boxes, scores and labels.`,
    'Give a detector that was exported by this program, not its heads alone.',
  );
}
