/** ResNet-18/34/50/101 with frozen batch norm (He et al. 2015), under mmdet's and torchvision's names. */
import type { ParameterStore } from '../autograd/parameter-store.ts';
import type { Tape, Value } from '../autograd/tape.ts';
import { imageNet, type Normalisation } from '../data/normalise.ts';
import { add, maxPool3x3, relu } from '../ops/arithmetic.ts';
import { padAll } from '../ops/convolution.ts';
import type { Backbone } from './backbone.ts';
import { ConvNorm } from './layer.ts';

export type ResNetDepth = 18 | 34 | 50 | 101;

export interface ResNetConfig {
  readonly depth: ResNetDepth;
  /** `pytorch` strides in a bottleneck's 3x3 convolution, `caffe` in its first 1x1. */
  readonly style: 'pytorch' | 'caffe';
  /** Stem and this many stages keep their weights; -1 trains even the stem. */
  readonly frozenStages: number;
  readonly baseChannels: number;
  readonly stemChannels: number;
}

/** Pixel statistics of the caffe-style weights: BGR means without division, given here as RGB. */
const caffePixels: Normalisation = { mean: [123.675, 116.28, 103.53], std: [1, 1, 1] };

const stageBlocks = { 18: [2, 2, 2, 2], 34: [3, 4, 6, 3], 50: [3, 4, 6, 3], 101: [3, 4, 23, 3] } as const;

export class ResNet implements Backbone {
  readonly outChannels: readonly number[];
  readonly normalisation: Normalisation;
  readonly #stem: ConvNorm;
  readonly #stages: Block[][];

  constructor(store: ParameterStore, config: ResNetConfig) {
    const expansion = config.depth >= 50 ? 4 : 1;
    this.normalisation = config.style === 'caffe' ? caffePixels : imageNet;
    this.outChannels = [1, 2, 4, 8].map((factor) => config.baseChannels * factor * expansion);
    this.#stem = stem(store, config);
    let inChannels = config.stemChannels;
    this.#stages = stageBlocks[config.depth].map((count, stage) => {
      const blocks = Array.from({ length: count }, (_, index) =>
        block(store, config, { stage, index, inChannels: index === 0 ? inChannels : this.#channels(stage) }),
      );
      inChannels = this.#channels(stage);
      return blocks;
    });
  }

  forward(tape: Tape, x: Value): Value[] {
    let features = tape.scope(() => maxPool3x3(tape, this.#stem.forward(tape, x)));
    return this.#stages.map((blocks) => {
      features = tape.scope(() => blocks.reduce((input, unit) => unit.forward(tape, input), features));
      return features;
    });
  }

  #channels(stage: number): number {
    return this.outChannels[stage] ?? 0;
  }
}

function stem(store: ParameterStore, config: ResNetConfig): ConvNorm {
  return new ConvNorm(store, {
    conv: 'backbone.conv1',
    norm: 'backbone.bn1',
    inChannels: 3,
    outChannels: config.stemChannels,
    kernel: 7,
    stride: 2,
    pads: padAll(3),
    epsilon: 1e-5,
    activation: 'relu',
    trainable: config.frozenStages < 0,
  });
}

interface Block {
  forward(tape: Tape, x: Value): Value;
}

interface BlockPlace {
  readonly stage: number;
  readonly index: number;
  readonly inChannels: number;
}

/** A residual block: the plain one for depths 18 and 34, the bottleneck for 50 and 101. */
function block(store: ParameterStore, config: ResNetConfig, { stage, index, inChannels }: BlockPlace): Block {
  const name = `backbone.layer${stage + 1}.${index}`;
  const width = config.baseChannels * 2 ** stage;
  const stride = stage > 0 && index === 0 ? 2 : 1;
  const bottleneck = config.depth >= 50;
  const outChannels = bottleneck ? width * 4 : width;
  const trainable = stage >= config.frozenStages;
  const layer = (suffix: string, from: number, to: number, kernel: number, step: number, last: boolean) =>
    new ConvNorm(store, {
      conv: suffix === 'downsample' ? `${name}.downsample.0` : `${name}.conv${suffix}`,
      norm: suffix === 'downsample' ? `${name}.downsample.1` : `${name}.bn${suffix}`,
      inChannels: from,
      outChannels: to,
      kernel,
      stride: step,
      pads: padAll(Math.floor(kernel / 2)),
      epsilon: 1e-5,
      activation: last ? 'none' : 'relu',
      trainable,
    });
  const [first, second] = config.style === 'caffe' ? [stride, 1] : [1, stride];
  const main = bottleneck
    ? [
        layer('1', inChannels, width, 1, first, false),
        layer('2', width, width, 3, second, false),
        layer('3', width, outChannels, 1, 1, true),
      ]
    : [layer('1', inChannels, width, 3, stride, false), layer('2', width, width, 3, 1, true)];
  const shortcut =
    stride !== 1 || inChannels !== outChannels
      ? layer('downsample', inChannels, outChannels, 1, stride, true)
      : undefined;
  return residual(main, shortcut);
}

function residual(main: readonly ConvNorm[], shortcut: ConvNorm | undefined): Block {
  return {
    forward: (tape, x) =>
      tape.scope(() => {
        const y = main.reduce((input, layer) => layer.forward(tape, input), x);
        return relu(tape, add(tape, y, shortcut?.forward(tape, x) ?? x));
      }),
  };
}
