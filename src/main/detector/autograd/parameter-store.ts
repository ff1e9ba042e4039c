/**
 * All weights of a network by their mmdet names, with their initial values and their way in and out of PyTorch's layout.
 */
import { type Tensor, tf } from '../tf.ts';
import { type Layout, Parameter } from './parameter.ts';

/** How a weight starts: a constant, N(0, deviation), or U(-bound, bound). */
export type Init =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'normal'; readonly deviation: number }
  | { readonly kind: 'uniform'; readonly bound: number };

export interface ParameterSpec {
  readonly name: string;
  /** PyTorch's shape: OIHW for convolutions, C1HW for depthwise ones. */
  readonly shape: readonly number[];
  readonly layout: Layout;
  readonly init: Init;
  readonly trainable: boolean;
}

/** Values of one weight in PyTorch's layout, row-major. */
export type Initializer = (spec: ParameterSpec) => Float32Array;

/** A weight in PyTorch's layout, as checkpoints hold it. */
export interface TorchTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export class ParameterStore {
  readonly #initializer: Initializer;
  readonly #parameters = new Map<string, Parameter>();
  readonly #specs = new Map<string, ParameterSpec>();

  constructor(initializer: Initializer) {
    this.#initializer = initializer;
  }

  /** The weight called `spec.name`, made with its initial value. A name is declared once. */
  declare(spec: ParameterSpec): Parameter {
    if (this.#parameters.has(spec.name)) throw new Error(`${spec.name} is declared twice`);
    const tensor = fromTorch(spec.layout, { shape: spec.shape, data: this.#initializer(spec) });
    const parameter = new Parameter(spec.name, tensor, spec.layout, spec.trainable);
    this.#parameters.set(spec.name, parameter);
    this.#specs.set(spec.name, spec);
    return parameter;
  }

  get(name: string): Parameter | undefined {
    return this.#parameters.get(name);
  }

  /** Every weight and statistic, in order of declaration. */
  all(): Parameter[] {
    return [...this.#parameters.values()];
  }

  trainable(): Parameter[] {
    return this.all().filter((parameter) => parameter.trainable);
  }

  /** PyTorch's shape of a weight. */
  shapeOf(name: string): readonly number[] | undefined {
    return this.#specs.get(name)?.shape;
  }

  /** Sets a weight from PyTorch's layout. Throws where the shape differs. */
  set(name: string, value: TorchTensor): void {
    const parameter = this.#parameters.get(name);
    const shape = this.shapeOf(name);
    if (parameter === undefined || shape === undefined) throw new Error(`there is no weight ${name}`);
    if (shape.join() !== value.shape.join()) {
      throw new Error(`${name}: expected shape [${shape}], got [${value.shape}]`);
    }
    parameter.assign(fromTorch(parameter.layout, value));
  }

  dispose(): void {
    for (const parameter of this.#parameters.values()) parameter.dispose();
    this.#parameters.clear();
  }
}

/** A tensor in TensorFlow's layout from PyTorch's. */
export function fromTorch(layout: Layout, { shape, data }: TorchTensor): Tensor {
  return tf.tidy(() => {
    const tensor = tf.tensor(data, [...shape], 'float32');
    if (layout === 'conv') return tf.transpose(tensor, [2, 3, 1, 0]);
    return layout === 'depthwise' ? tf.transpose(tensor, [2, 3, 0, 1]) : tensor;
  });
}

/** The values of a tensor in PyTorch's layout. */
export function toTorch(layout: Layout, tensor: Tensor): TorchTensor {
  const turned = tf.tidy(() => {
    if (layout === 'conv') return tf.transpose(tensor, [3, 2, 0, 1]);
    return layout === 'depthwise' ? tf.transpose(tensor, [2, 3, 0, 1]) : tf.clone(tensor);
  });
  const data = turned.dataSync<'float32'>();
  const shape = [...turned.shape];
  turned.dispose();
  return { shape, data };
}
