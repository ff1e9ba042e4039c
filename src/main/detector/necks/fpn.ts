/** Feature pyramid network (Lin et al. 2017) with extra levels from its own last output, under mmdet's names. */
import type { Init, ParameterStore } from '../autograd/parameter-store.ts';
import type { Tape, Value } from '../autograd/tape.ts';
import { add, upsampleNearest } from '../ops/arithmetic.ts';
import { ConvBias } from '../ops/conv-bias.ts';

export interface FpnConfig {
  /** Channels of the backbone's feature maps. */
  readonly inChannels: readonly number[];
  readonly outChannels: number;
  /** The first of the backbone's feature maps that is used. */
  readonly startLevel: number;
  readonly levels: number;
}

export class Fpn {
  readonly #config: FpnConfig;
  readonly #laterals: ConvBias[];
  readonly #outputs: ConvBias[];

  constructor(store: ParameterStore, config: FpnConfig) {
    const { outChannels } = config;
    const used = config.inChannels.slice(config.startLevel);
    const layer = (name: string, inChannels: number, kernel: number, stride: number) =>
      new ConvBias(store, `neck.${name}.conv`, {
        inChannels,
        outChannels,
        kernel,
        stride,
        weight: xavierUniform(inChannels, outChannels, kernel),
      });
    this.#config = config;
    this.#laterals = used.map((inChannels, i) => layer(`lateral_convs.${i}`, inChannels, 1, 1));
    this.#outputs = Array.from({ length: config.levels }, (_, i) =>
      layer(`fpn_convs.${i}`, outChannels, 3, i < used.length ? 1 : 2),
    );
  }

  /** Feature maps P3, P4, ... [N, H / stride, W / stride, outChannels] from the backbone's. */
  forward(tape: Tape, features: readonly Value[]): Value[] {
    return tape.scope(() => {
      const merged = this.#topDown(tape, features.slice(this.#config.startLevel));
      const levels: Value[] = [];
      this.#outputs.forEach((layer, i) => {
        const input = merged[i] ?? levels[i - 1];
        if (input !== undefined) levels.push(layer.forward(tape, input));
      });
      return levels;
    });
  }

  /** Laterals from coarse to fine, each with the upsampled one above added. */
  #topDown(tape: Tape, features: readonly Value[]): Value[] {
    const merged: Value[] = [];
    let above: Value | undefined;
    for (let i = features.length - 1; i >= 0; i--) {
      const [feature, layer] = [features[i], this.#laterals[i]];
      if (feature === undefined || layer === undefined) continue;
      const lateral = layer.forward(tape, feature);
      const [, height = 0, width = 0] = lateral.tensor.shape;
      above = above === undefined ? lateral : add(tape, lateral, upsampleNearest(tape, above, height, width));
      merged.unshift(above);
    }
    return merged;
  }
}

function xavierUniform(inChannels: number, outChannels: number, kernel: number): Init {
  const area = kernel * kernel;
  return { kind: 'uniform', bound: Math.sqrt(6 / ((inChannels + outChannels) * area)) };
}
