// Networks and weights as the fixtures describe them: mmdet configurations, and values drawn from the documented hash.

import type { Initializer, TorchTensor } from '../../src/main/detector/autograd/parameter-store.ts';
import type { Tape, Value } from '../../src/main/detector/autograd/tape.ts';
import { hashUniform } from '../../src/main/detector/data/hash-uniform.ts';
import type { NetworkConfig } from '../../src/main/detector/network.ts';
import { type Tensor, tf } from '../../src/main/detector/tf.ts';
import type { Fixture } from './fixture.ts';

interface HashParams {
  readonly shape: readonly number[];
  readonly offset: number;
  readonly scale: number;
}

/** mmdet's model dictionary, as far as it matters here. */
interface ModelDict {
  readonly backbone: {
    readonly depth: 18 | 34 | 50 | 101;
    readonly base_channels: number;
    readonly stem_channels: number;
    readonly frozen_stages: number;
    readonly style: 'pytorch' | 'caffe';
  };
  readonly neck: { readonly out_channels: number; readonly start_level: number };
  readonly bbox_head: {
    readonly num_classes: number;
    readonly feat_channels: number;
    readonly stacked_convs: number;
    readonly norm_cfg: { readonly num_groups: number };
  };
}

/** Our configuration of the network in an mmdet model dictionary. */
export function networkConfigOf(model: ModelDict, deformable = true): NetworkConfig {
  const { backbone, neck, bbox_head: head } = model;
  return {
    backbone: {
      kind: 'resnet',
      depth: backbone.depth,
      style: backbone.style,
      frozenStages: backbone.frozen_stages,
      baseChannels: backbone.base_channels,
      stemChannels: backbone.stem_channels,
    },
    neck: { outChannels: neck.out_channels, startLevel: neck.start_level },
    head: {
      numClasses: head.num_classes,
      featChannels: head.feat_channels,
      stackedConvs: head.stacked_convs,
      normGroups: head.norm_cfg.num_groups,
      deformable,
    },
  };
}

/** Weights from the fixture's `hash_params`; `prefix` stands before a weight's name there. */
export function hashedWeights(fixture: Fixture, prefix = ''): Initializer {
  const params = fixture.value<Record<string, HashParams>>('hash_params');
  return ({ name, shape }) => {
    const size = shape.reduce((product, side) => product * side, 1);
    const { offset, scale } = params[`${prefix}${name}`] ?? missing(name);
    return Float32Array.from(hashUniform(`${prefix}${name}`, size), (u) => offset + scale * (2 * u - 1));
  };
}

/** Weights from the tensors of a fixture. */
export function fixtureWeights(fixture: Fixture, nameOf: (name: string) => string): Initializer {
  return ({ name }) => fixture.tensor(nameOf(name)).data as Float32Array;
}

function missing(name: string): never {
  throw new Error(`the fixture says nothing of ${name}`);
}

/** An NHWC tensor from a fixture's NCHW one. */
export function toNhwc(source: {
  shape: readonly number[];
  data: ArrayLike<number> | BigInt64Array;
}): Tensor {
  return tf.tidy(() => {
    const nchw = tf.tensor(Float32Array.from(source.data as ArrayLike<number>), [...source.shape]);
    return tf.transpose(nchw, [0, 2, 3, 1]);
  });
}

/** The values of an NHWC tensor in NCHW order. */
export function toNchw(tensor: Tensor): TorchTensor {
  return tf.tidy(() => {
    const nchw = tf.transpose(tensor, [0, 3, 1, 2]);
    return { shape: nchw.shape, data: nchw.dataSync<'float32'>() };
  });
}

/** A value that wants its gradient, from a fixture's NCHW tensor. */
export function leaf(
  tape: Tape,
  source: { shape: readonly number[]; data: ArrayLike<number> | BigInt64Array },
): Value {
  return tape.leaf(toNhwc(source));
}

/** The network of the reference run on real data: EfficientNet-Lite0 and a narrow DDOD head. */
export function liteNetworkConfig(head: { numClasses: number; channels: number }): NetworkConfig {
  return {
    backbone: { kind: 'efficientnet-lite', variant: 0, frozenBlocks: 3 },
    neck: { outChannels: head.channels, startLevel: 0 },
    head: {
      numClasses: head.numClasses,
      featChannels: head.channels,
      stackedConvs: 4,
      normGroups: 32,
      deformable: true,
    },
  };
}
