/**
 * Named weights of a network. Names and meaning are mmdet's; the layout in memory is TensorFlow's.
 */
import { type Tensor, tf } from '../tf.ts';

/**
 * How a tensor is laid out here against PyTorch: `conv` is HWIO (OIHW there), `depthwise` is HWC1 (C1HW there),
 * `plain` is the same on both sides.
 */
export type Layout = 'conv' | 'depthwise' | 'plain';

export class Parameter {
  readonly name: string;
  readonly layout: Layout;
  readonly trainable: boolean;
  #tensor: Tensor;

  constructor(name: string, tensor: Tensor, layout: Layout, trainable: boolean) {
    this.name = name;
    this.layout = layout;
    this.trainable = trainable;
    this.#tensor = tf.keep(tensor);
  }

  get tensor(): Tensor {
    return this.#tensor;
  }

  /** Takes `next` (same shape) in place of the present value, which is freed. */
  assign(next: Tensor): void {
    if (next !== this.#tensor) this.swap(next).dispose();
  }

  /** Takes `next` (same shape) and hands over the present value, for the caller to free or to give back. */
  swap(next: Tensor): Tensor {
    if (next.shape.join() !== this.#tensor.shape.join()) {
      throw new Error(`${this.name}: expected shape [${this.#tensor.shape}], got [${next.shape}]`);
    }
    const previous = this.#tensor;
    this.#tensor = tf.keep(next);
    return previous;
  }

  dispose(): void {
    this.#tensor.dispose();
  }
}
