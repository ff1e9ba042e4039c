/** The layer every backbone is made of: convolution, frozen batch norm, activation. */
import type { Parameter } from '../autograd/parameter.ts';
import type { Init, ParameterStore } from '../autograd/parameter-store.ts';
import type { Tape, Value } from '../autograd/tape.ts';
import { type Activation, biasActivation } from '../ops/bias-activation.ts';
import { conv2d, type Pads } from '../ops/convolution.ts';
import { depthwiseConvBias } from '../ops/depthwise-conv.ts';
import { foldNorm } from '../ops/frozen-norm.ts';

export interface ConvNormSpec {
  /** Names in the checkpoint, such as `backbone.layer1.0.conv1` and `backbone.layer1.0.bn1`. */
  readonly conv: string;
  readonly norm: string;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly pads: Pads;
  readonly depthwise?: boolean;
  readonly epsilon: number;
  readonly activation: Activation;
  readonly trainable: boolean;
}

export class ConvNorm {
  readonly spec: ConvNormSpec;
  readonly #filters: Parameter;
  readonly #gamma: Parameter;
  readonly #beta: Parameter;
  readonly #mean: Parameter;
  readonly #variance: Parameter;

  constructor(store: ParameterStore, spec: ConvNormSpec) {
    this.spec = spec;
    this.#filters = declareFilters(store, spec);
    const vector = (name: string, value: number, trainable: boolean) =>
      store.declare({
        name: `${spec.norm}.${name}`,
        shape: [spec.outChannels],
        layout: 'plain',
        init: { kind: 'constant', value },
        trainable,
      });
    this.#gamma = vector('weight', 1, spec.trainable);
    this.#beta = vector('bias', 0, spec.trainable);
    this.#mean = vector('running_mean', 0, false);
    this.#variance = vector('running_var', 1, false);
  }

  /** `x` [N, H, W, in] gives [N, H / stride, W / stride, out]. */
  forward(tape: Tape, x: Value): Value {
    const { stride, pads, depthwise = false, activation, epsilon } = this.spec;
    return tape.scope(() => {
      const norm = {
        weight: tape.parameter(this.#gamma),
        bias: tape.parameter(this.#beta),
        mean: this.#mean.tensor,
        variance: this.#variance.tensor,
        epsilon,
      };
      const { weight, bias } = foldNorm(tape, tape.parameter(this.#filters), norm, depthwise ? 2 : 3);
      if (depthwise) return depthwiseConvBias(tape, x, weight, bias, { stride, pads, activation });
      return biasActivation(tape, conv2d(tape, x, weight, { stride, pads }), bias, activation);
    });
  }
}

function declareFilters(store: ParameterStore, spec: ConvNormSpec): Parameter {
  const { kernel, inChannels, outChannels, depthwise = false, trainable } = spec;
  return store.declare({
    name: `${spec.conv}.weight`,
    shape: [outChannels, depthwise ? 1 : inChannels, kernel, kernel],
    layout: depthwise ? 'depthwise' : 'conv',
    init: kaimingNormal(outChannels * kernel * kernel),
    trainable,
  });
}

/** He's initialisation for ReLU, from the fan out, as mmdet's ResNet draws it. */
function kaimingNormal(fanOut: number): Init {
  return { kind: 'normal', deviation: Math.sqrt(2 / fanOut) };
}
