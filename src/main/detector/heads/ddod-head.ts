/**
 * The dense head of DDOD and of its baseline ATSS(IoU): two towers, three predictions a level, weights shared over the
 * levels. DDOD's spatial disentanglement is the deformable first convolution of each tower.
 */
import type { Parameter } from '../autograd/parameter.ts';
import type { ParameterStore } from '../autograd/parameter-store.ts';
import type { Tape, Value } from '../autograd/tape.ts';
import { scale } from '../ops/arithmetic.ts';
import { ConvBias } from '../ops/conv-bias.ts';
import { Tower } from './tower.ts';

export interface DdodHeadConfig {
  readonly numClasses: number;
  readonly inChannels: number;
  readonly featChannels: number;
  readonly stackedConvs: number;
  readonly normGroups: number;
  readonly levels: number;
  /** A deformable convolution first in each tower. */
  readonly deformable: boolean;
}

/** What the head says of one pyramid level; before any sigmoid. */
export interface LevelOutput {
  readonly clsLogits: Value; // [N, H, W, K]
  readonly bboxPreds: Value; // [N, H, W, 4]
  readonly iouLogits: Value; // [N, H, W, 1]
}

/** Chance of a foreground class at the start (focal loss paper, 4.1). */
const prior = 0.01;

export class DdodHead {
  readonly #clsTower: Tower;
  readonly #regTower: Tower;
  readonly #cls: ConvBias;
  readonly #reg: ConvBias;
  readonly #iou: ConvBias;
  readonly #scales: Parameter[];

  constructor(store: ParameterStore, config: DdodHeadConfig, name = 'bbox_head') {
    this.#clsTower = new Tower(store, `${name}.cls_convs`, config);
    this.#regTower = new Tower(store, `${name}.reg_convs`, config);
    const predictor = (suffix: string, outChannels: number, bias: number) =>
      new ConvBias(store, `${name}.${suffix}`, {
        inChannels: config.featChannels,
        outChannels,
        kernel: 3,
        weight: { kind: 'normal', deviation: 0.01 },
        bias,
      });
    this.#cls = predictor('atss_cls', config.numClasses, -Math.log((1 - prior) / prior));
    this.#reg = predictor('atss_reg', 4, 0);
    this.#iou = predictor('atss_iou', 1, 0);
    this.#scales = Array.from({ length: config.levels }, (_, level) =>
      store.declare({
        name: `${name}.scales.${level}.scale`,
        shape: [],
        layout: 'plain',
        init: { kind: 'constant', value: 1 },
        trainable: true,
      }),
    );
  }

  /** One output a level, in the pyramid's order. */
  forward(tape: Tape, features: readonly Value[]): LevelOutput[] {
    return features.map((feature, level) => tape.scope(() => this.#forwardLevel(tape, feature, level)));
  }

  #forwardLevel(tape: Tape, feature: Value, level: number): LevelOutput {
    const factor = this.#scales[level];
    if (factor === undefined) throw new Error(`the head has ${this.#scales.length} levels, not ${level + 1}`);
    const cls = this.#clsTower.forward(tape, feature);
    const reg = this.#regTower.forward(tape, feature);
    return {
      clsLogits: this.#cls.forward(tape, cls),
      bboxPreds: scale(tape, this.#reg.forward(tape, reg), tape.parameter(factor)),
      iouLogits: this.#iou.forward(tape, reg),
    };
  }
}
