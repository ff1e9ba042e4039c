// What a detector's file is, read off its weights, for files that come without a recipe.

import { Problem } from '../../shared/problem.ts';
import { type BackboneName, backboneNames, type Recipe, recipeSchema } from '../../shared/recipe.ts';
import { liteVariant, resnetDepth } from '../detector/checkpoints/architecture.ts';
import type { StoredTensor } from '../detector/checkpoints/stored-tensor.ts';

type Tensors = ReadonlyMap<string, StoredTensor>;

/** The recipe to run the weights with. Throws a Problem where they are not a detector of this program's kind. */
export function recipeOfWeights(
  file: string,
  tensors: Tensors,
  known: Recipe | undefined,
): { readonly recipe: Recipe; readonly numClasses: number } {
  const shape = (name: string) => tensors.get(name)?.shape;
  const numClasses = shape('bbox_head.atss_cls.bias')?.[0];
  const channels = shape('neck.fpn_convs.0.conv.bias')?.[0];
  const backbone = backboneOf(tensors);
  if (
    numClasses === undefined ||
    channels === undefined ||
    backbone === undefined ||
    !shape('bbox_head.atss_iou.bias')
  ) {
    throw new Problem(
      `${file} does not hold a DDOD or ATSS(IoU) detector.`,
      'Give a checkpoint of a whole detector, not of a backbone.',
    );
  }
  if (known !== undefined) return { recipe: known, numClasses };
  const deformable = tensors.has('bbox_head.cls_convs.0.conv.conv_offset.weight');
  return { recipe: describe(backbone, channels, countConvs(tensors), deformable), numClasses };
}

function describe(
  backbone: BackboneName,
  channels: number,
  stackedConvs: number,
  deformable: boolean,
): Recipe {
  const small = backbone.startsWith('efficientnet');
  return recipeSchema.parse({
    name: 'file',
    description: 'read off the weights of a file',
    detector: deformable ? 'ddod-atss' : 'atss',
    backbone,
    frozen: small ? 3 : 1,
    channels,
    stackedConvs,
    normGroups: 32,
    input: {
      scales: [small ? { long: 320, short: 320 } : { long: 1333, short: 800 }],
      resample: 'reference',
    },
    augment: { flip: 0.5, photometric: false, crop: false },
    disentangle: { assignment: deformable, features: deformable, pyramid: deformable },
    assigner: { topk: 9, clsAlpha: 0.8, regAlpha: 0.5, plainPart: 0, rampPart: 0 },
    rule: 'official',
    train: {
      epochs: 12,
      batch: small ? 8 : 1,
      accumulate: 1,
      lr: 0.01,
      momentum: 0.9,
      weightDecay: 1e-4,
      offsetLr: 1,
      clip: null,
      warmup: { iterations: 500, ratio: 0.001 },
      decay: { kind: 'step', milestones: [8, 11], gamma: 0.1 },
      ema: null,
      earlyStop: null,
      evalEvery: 1,
      precision: 'fp32',
      order: 'random',
    },
    test: { nmsPre: 1000, scoreThresh: 0.05, nmsThresh: 0.6, maxPerImage: 100 },
  });
}

function countConvs(tensors: Tensors): number {
  return [...tensors.keys()].filter((name) => /^bbox_head\.cls_convs\.\d+\.conv\.weight$/.test(name)).length;
}

function backboneOf(tensors: Tensors): BackboneName | undefined {
  const shapes = new Map([...tensors].map(([name, { shape }]) => [name, shape]));
  const names = [`efficientnet-lite${liteVariant(shapes)}`, `resnet${resnetDepth(shapes)}`];
  return backboneNames.find((name) => names.includes(name));
}
