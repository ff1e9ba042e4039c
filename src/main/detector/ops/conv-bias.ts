/** A convolution with a bias, as a layer: the neck's and the head's. */
import type { Parameter } from '../autograd/parameter.ts';
import type { Init, ParameterStore } from '../autograd/parameter-store.ts';
import type { Tape, Value } from '../autograd/tape.ts';
import { biasActivation } from './bias-activation.ts';
import { type ConvolutionOptions, conv2d, padAll } from './convolution.ts';

export interface ConvBiasSpec {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly weight: Init;
  readonly bias?: number;
}

export class ConvBias {
  readonly #weight: Parameter;
  readonly #bias: Parameter;
  readonly #options: ConvolutionOptions;

  /** Declares `name.weight` and `name.bias`; padding keeps the size at stride 1. */
  constructor(store: ParameterStore, name: string, spec: ConvBiasSpec) {
    const { inChannels, outChannels, kernel, stride = 1, weight, bias = 0 } = spec;
    this.#options = { stride, pads: padAll(Math.floor(kernel / 2)) };
    const shape = [outChannels, inChannels, kernel, kernel];
    this.#weight = store.declare({
      name: `${name}.weight`,
      shape,
      layout: 'conv',
      init: weight,
      trainable: true,
    });
    this.#bias = store.declare({
      name: `${name}.bias`,
      shape: [outChannels],
      layout: 'plain',
      init: { kind: 'constant', value: bias },
      trainable: true,
    });
  }

  forward(tape: Tape, x: Value): Value {
    const y = conv2d(tape, x, tape.parameter(this.#weight), this.#options);
    return biasActivation(tape, y, tape.parameter(this.#bias), 'none');
  }
}
