/** From an image's bytes to the network's input, as part of a graph. */
import type { Normalisation } from '../data/normalise.ts';
import type { Dimension } from './graph.ts';
import type { GraphOps } from './graph-ops.ts';

const divisor = 32;

/** What an exported detector is given. */
export interface ImageInput {
  /** The input: uint8 RGB [batch, image_height, image_width, 3], resized to the network's scale. */
  readonly image: string;
  /** Normalised, then padded with zeros to multiples of 32: float32 [batch, height, width, 3]. */
  readonly pixels: string;
}

export function addImageInput(ops: GraphOps, batch: Dimension, { mean, std }: Normalisation): ImageInput {
  const { builder } = ops;
  const image = builder.input('image', [batch, 'image_height', 'image_width', 3], 'uint8');
  const grey = ops.cast(image, 'float32');
  const normalised = ops.binary('RealDiv', ops.binary('Sub', grey, ops.floats(mean)), ops.floats(std));
  const paddings = addPaddings(ops, image);
  const shape = [batch, 'height', 'width', 3];
  const inputs = [normalised, paddings, ops.floats([0], [])];
  return { image, pixels: builder.add('PadV2', inputs, { shape, dtype: 'float32' }) };
}

/** Zeros below and to the right of the image: int32 [4, 2]. */
function addPaddings(ops: GraphOps, image: string): string {
  const sides = ops.slice(ops.shape(image), [1], [2]);
  const blocks = ops.binary('FloorDiv', ops.binary('AddV2', sides, divisor - 1), divisor);
  const missing = ops.binary('Sub', ops.binary('Mul', blocks, divisor), sides);
  const [below, right] = [0, 1].map((axis) => ops.slice(missing, [axis], [1])) as [string, string];
  const flat = ops.concat([ops.ints([0, 0, 0]), below, ops.ints([0]), right, ops.ints([0, 0])], 0);
  return ops.reshape(flat, [4, 2]);
}
