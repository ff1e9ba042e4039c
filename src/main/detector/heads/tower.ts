/** A branch of the head: 3x3 convolutions, each with group norm and ReLU, the first one deformable on demand. */
import type { Parameter } from '../autograd/parameter.ts';
import type { Init, ParameterStore } from '../autograd/parameter-store.ts';
import type { Tape, Value } from '../autograd/tape.ts';
import { ConvBias } from '../ops/conv-bias.ts';
import { conv2d, padAll } from '../ops/convolution.ts';
import { deformConv2d } from '../ops/deform-conv.ts';
import { groupNorm } from '../ops/group-norm.ts';

export interface TowerConfig {
  readonly inChannels: number;
  readonly featChannels: number;
  readonly stackedConvs: number;
  readonly normGroups: number;
  readonly deformable: boolean;
}

const gaussian: Init = { kind: 'normal', deviation: 0.01 };
const zero: Init = { kind: 'constant', value: 0 };
const one: Init = { kind: 'constant', value: 1 };

export class Tower {
  readonly #layers: Layer[];

  /** Declares `name.0.conv.weight`, `name.0.gn.weight`, ... */
  constructor(store: ParameterStore, name: string, config: TowerConfig) {
    this.#layers = Array.from(
      { length: config.stackedConvs },
      (_, index) => new Layer(store, `${name}.${index}`, config, index),
    );
  }

  forward(tape: Tape, x: Value): Value {
    return this.#layers.reduce((input, layer) => tape.scope(() => layer.forward(tape, input)), x);
  }
}

class Layer {
  readonly #weight: Parameter;
  readonly #gamma: Parameter;
  readonly #beta: Parameter;
  readonly #groups: number;
  /** Where each filter tap looks, learnt from the input: (dy, dx) for nine taps. */
  readonly #offset: ConvBias | undefined;

  constructor(store: ParameterStore, name: string, config: TowerConfig, index: number) {
    const { featChannels, normGroups } = config;
    const inChannels = index === 0 ? config.inChannels : featChannels;
    const vector = (suffix: string, init: Init) =>
      store.declare({
        name: `${name}.${suffix}`,
        shape: [featChannels],
        layout: 'plain',
        init,
        trainable: true,
      });
    this.#groups = normGroups;
    this.#weight = store.declare({
      name: `${name}.conv.weight`,
      shape: [featChannels, inChannels, 3, 3],
      layout: 'conv',
      init: gaussian,
      trainable: true,
    });
    if (config.deformable && index === 0) {
      this.#offset = new ConvBias(store, `${name}.conv.conv_offset`, {
        inChannels,
        outChannels: 18,
        kernel: 3,
        weight: zero,
      });
    }
    this.#gamma = vector('gn.weight', one);
    this.#beta = vector('gn.bias', zero);
  }

  forward(tape: Tape, x: Value): Value {
    return groupNorm(tape, this.#convolve(tape, x), tape.parameter(this.#gamma), tape.parameter(this.#beta), {
      groups: this.#groups,
      epsilon: 1e-5,
      relu: true,
    });
  }

  #convolve(tape: Tape, x: Value): Value {
    const weight = tape.parameter(this.#weight);
    if (this.#offset === undefined) return conv2d(tape, x, weight, { stride: 1, pads: padAll(1) });
    const options = { stride: 1, pad: 1, dilation: 1, groups: 1, deformGroups: 1 };
    return deformConv2d(tape, x, this.#offset.forward(tape, x), weight, undefined, options);
  }
}
