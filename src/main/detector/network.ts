/** A whole detector: backbone, neck and head, with all its weights. */
import type { ParameterStore } from './autograd/parameter-store.ts';
import type { Tape } from './autograd/tape.ts';
import type { Backbone } from './backbones/backbone.ts';
import { EfficientNetLite } from './backbones/efficientnet-lite.ts';
import { ResNet, type ResNetDepth } from './backbones/resnet.ts';
import { DdodHead, type DdodHeadConfig, type LevelOutput } from './heads/ddod-head.ts';
import { Fpn } from './necks/fpn.ts';
import type { Tensor } from './tf.ts';

export type BackboneConfig =
  | { readonly kind: 'efficientnet-lite'; readonly variant: 0 | 1 | 2; readonly frozenBlocks: number }
  | {
      readonly kind: 'resnet';
      readonly depth: ResNetDepth;
      readonly style: 'pytorch' | 'caffe';
      readonly frozenStages: number;
      readonly baseChannels: number;
      readonly stemChannels: number;
    };

export interface NetworkConfig {
  readonly backbone: BackboneConfig;
  readonly neck: { readonly outChannels: number; readonly startLevel: number };
  readonly head: Omit<DdodHeadConfig, 'inChannels' | 'levels'>;
}

/** Pixels from one cell of a pyramid level to the next. */
export const strides = [8, 16, 32, 64, 128] as const;

export class Network {
  readonly config: NetworkConfig;
  readonly store: ParameterStore;
  readonly backbone: Backbone;
  readonly neck: Fpn;
  readonly head: DdodHead;

  /** Declares every weight in `store`, which gives them their first values. */
  constructor(store: ParameterStore, config: NetworkConfig) {
    this.config = config;
    this.store = store;
    this.backbone = makeBackbone(store, config.backbone);
    const levels = strides.length;
    const { outChannels } = config.neck;
    this.neck = new Fpn(store, { ...config.neck, inChannels: this.backbone.outChannels, levels });
    this.head = new DdodHead(store, { ...config.head, inChannels: outChannels, levels });
  }

  /** `pixels` [N, H, W, 3], normalised, H and W multiples of 32; gives the head's outputs, one a level. */
  forward(tape: Tape, pixels: Tensor): LevelOutput[] {
    return tape.scope(() => {
      const features = tape.scope(() => this.backbone.forward(tape, tape.constant(pixels)));
      const levels = tape.scope(() => this.neck.forward(tape, features));
      return this.head.forward(tape, levels);
    });
  }

  dispose(): void {
    this.store.dispose();
  }
}

function makeBackbone(store: ParameterStore, config: BackboneConfig): Backbone {
  return config.kind === 'resnet' ? new ResNet(store, config) : new EfficientNetLite(store, config);
}
