/**
 * EfficientNet-Lite (Tan & Le 2019; the Lite variants drop squeeze-and-excitation and use ReLU6), under the names of
 * the PyTorch package `efficientnet_lite_pytorch`. Features are the linear outputs of the last block before each
 * halving of the resolution, from stride 8 on.
 */
import type { ParameterStore } from '../autograd/parameter-store.ts';
import type { Tape, Value } from '../autograd/tape.ts';
import { efficientNetLite } from '../data/normalise.ts';
import { add } from '../ops/arithmetic.ts';
import { padAll, padSame } from '../ops/convolution.ts';
import type { Backbone } from './backbone.ts';
import { ConvNorm } from './layer.ts';

export interface EfficientNetLiteConfig {
  readonly variant: 0 | 1 | 2;
  /** The stem and this many blocks keep their weights; -1 trains even the stem. */
  readonly frozenBlocks: number;
}

interface Stage {
  readonly repeats: number;
  readonly kernel: number;
  readonly stride: number;
  readonly expansion: number;
  readonly channels: number;
}

/** The base network's seven stages. */
const stages: readonly Stage[] = [
  { repeats: 1, kernel: 3, stride: 1, expansion: 1, channels: 16 },
  { repeats: 2, kernel: 3, stride: 2, expansion: 6, channels: 24 },
  { repeats: 2, kernel: 5, stride: 2, expansion: 6, channels: 40 },
  { repeats: 3, kernel: 3, stride: 2, expansion: 6, channels: 80 },
  { repeats: 3, kernel: 5, stride: 1, expansion: 6, channels: 112 },
  { repeats: 4, kernel: 5, stride: 2, expansion: 6, channels: 192 },
  { repeats: 1, kernel: 3, stride: 1, expansion: 6, channels: 320 },
];

/** Width and depth multipliers of Lite0, Lite1 and Lite2. */
const multipliers = [
  { width: 1, depth: 1 },
  { width: 1, depth: 1.1 },
  { width: 1.1, depth: 1.2 },
] as const;

const stemChannels = 32;
const epsilon = 1e-3;

interface BlockPlan {
  readonly index: number;
  readonly kernel: number;
  readonly stride: number;
  readonly expansion: number;
  readonly inChannels: number;
  readonly outChannels: number;
}

export class EfficientNetLite implements Backbone {
  readonly outChannels: readonly number[];
  readonly normalisation = efficientNetLite;
  readonly #stem: ConvNorm;
  readonly #blocks: InvertedResidual[];
  readonly #outBlocks: ReadonlySet<number>;

  constructor(store: ParameterStore, config: EfficientNetLiteConfig) {
    const plans = planBlocks(config.variant);
    const outputs = featureBlocks(plans);
    this.#outBlocks = new Set(outputs.map((plan) => plan.index));
    this.outChannels = outputs.map((plan) => plan.outChannels);
    this.#stem = new ConvNorm(store, {
      ...layerOf('backbone._conv_stem', 'backbone._bn0', config.frozenBlocks < 0),
      inChannels: 3,
      outChannels: stemChannels,
      kernel: 3,
      stride: 2,
      pads: padSame(3, 2),
    });
    this.#blocks = plans.map((plan) => new InvertedResidual(store, plan, plan.index >= config.frozenBlocks));
  }

  forward(tape: Tape, x: Value): Value[] {
    const outputs: Value[] = [];
    let features = this.#stem.forward(tape, x);
    this.#blocks.forEach((unit, index) => {
      features = tape.scope(() => unit.forward(tape, features));
      if (this.#outBlocks.has(index)) outputs.push(features);
    });
    return outputs;
  }
}

/** Expand by a 1x1, filter by a depthwise convolution, project by a linear 1x1; skip where the shape stays. */
class InvertedResidual {
  readonly #layers: ConvNorm[];
  readonly #skip: boolean;

  constructor(store: ParameterStore, plan: BlockPlan, trainable: boolean) {
    const { inChannels, outChannels, kernel, stride, expansion } = plan;
    const name = `backbone._blocks.${plan.index}`;
    const inner = inChannels * expansion;
    const point = { kernel: 1, stride: 1, pads: padAll(0) };
    const expand = () =>
      new ConvNorm(store, {
        ...layerOf(`${name}._expand_conv`, `${name}._bn0`, trainable),
        ...point,
        inChannels,
        outChannels: inner,
      });
    const layers = expansion > 1 ? [expand()] : [];
    const depthwise = new ConvNorm(store, {
      ...layerOf(`${name}._depthwise_conv`, `${name}._bn1`, trainable),
      inChannels: inner,
      outChannels: inner,
      kernel,
      stride,
      pads: padSame(kernel, stride),
      depthwise: true,
    });
    const project = new ConvNorm(store, {
      ...layerOf(`${name}._project_conv`, `${name}._bn2`, trainable),
      ...point,
      inChannels: inner,
      outChannels,
      activation: 'none',
    });
    this.#layers = [...layers, depthwise, project];
    this.#skip = stride === 1 && inChannels === outChannels;
  }

  forward(tape: Tape, x: Value): Value {
    const y = this.#layers.reduce((input, layer) => layer.forward(tape, input), x);
    return this.#skip ? add(tape, y, x) : y;
  }
}

function layerOf(conv: string, norm: string, trainable: boolean) {
  return { conv, norm, epsilon, activation: 'relu6', trainable } as const;
}

function planBlocks(variant: 0 | 1 | 2): BlockPlan[] {
  const { width, depth } = multipliers[variant];
  const plans: BlockPlan[] = [];
  let inChannels = stemChannels;
  stages.forEach((stage, position) => {
    // the Lite models scale neither the depth of the first and last stage nor the stem's width
    const scaled = position > 0 && position < stages.length - 1;
    const repeats = scaled ? Math.ceil(stage.repeats * depth) : stage.repeats;
    const outChannels = roundToEight(stage.channels * width);
    for (let repeat = 0; repeat < repeats; repeat++) {
      const stride = repeat === 0 ? stage.stride : 1;
      const { kernel, expansion } = stage;
      plans.push({ index: plans.length, kernel, stride, expansion, inChannels, outChannels });
      inChannels = outChannels;
    }
  });
  return plans;
}

/** The last blocks at strides 8, 16 and 32. */
function featureBlocks(plans: readonly BlockPlan[]): BlockPlan[] {
  const lasts = plans.filter((_, index) => plans[index + 1]?.stride !== 1);
  return lasts.slice(-3);
}

/** The nearest multiple of eight that is not more than a tenth below `channels`. */
function roundToEight(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return rounded < 0.9 * channels ? rounded + 8 : rounded;
}
