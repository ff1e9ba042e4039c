/** The network and the loss that a recipe asks for. */
import type { Recipe } from '../../shared/recipe.ts';
import { anchorGenerator } from './anchors/anchor-grid.ts';
import { squareAnchors } from './anchors/base-anchors.ts';
import { DEFAULT_IGNORE_IOF_THRESH } from './assigners/ignored.ts';
import { deltaXywhGradient } from './coders/decode-gradient.ts';
import { deltaXywh } from './coders/delta-xywh.ts';
import { type DdodLossConfig, lossWeights } from './heads/ddod-loss.ts';
import type { BackboneConfig, NetworkConfig } from './network.ts';

type NetworkChoices = Pick<
  Recipe,
  'detector' | 'backbone' | 'frozen' | 'channels' | 'stackedConvs' | 'normGroups' | 'disentangle'
>;

/** The network of a recipe for `numClasses` classes. */
export function networkConfigOf(recipe: NetworkChoices, numClasses: number): NetworkConfig {
  const backbone = backboneConfigOf(recipe);
  return {
    backbone,
    neck: { outChannels: recipe.channels, startLevel: backbone.kind === 'resnet' ? 1 : 0 },
    head: {
      numClasses,
      featChannels: recipe.channels,
      stackedConvs: recipe.stackedConvs,
      normGroups: recipe.normGroups,
      deformable: isDdod(recipe) && recipe.disentangle.features,
    },
  };
}

/** The loss of a recipe when `progress` (0..1) of the training is behind it. */
export function lossConfigOf(recipe: Recipe, progress: number): DdodLossConfig {
  const { assigner, disentangle, rule } = recipe;
  const aware = isDdod(recipe) && disentangle.assignment;
  const share = fadedIn(assigner, progress);
  return {
    anchors: sharedAnchors,
    coder: deltaXywh,
    decodeGradient: deltaXywhGradient,
    assignment: {
      topk: assigner.topk,
      clsAlpha: assigner.clsAlpha,
      regAlpha: assigner.regAlpha,
      costWeight: aware ? share : 0,
      ignoreIofThresh: DEFAULT_IGNORE_IOF_THRESH,
      // the reference run breaks ties as torch's topk happens to
      ...(recipe.train.order === 'reference' ? { ties: 'torch' as const } : {}),
    },
    levelWeights: isDdod(recipe) && disentangle.pyramid,
    levelWeightShare: share,
    rule,
    lossWeights,
  };
}

const sharedAnchors = anchorGenerator(squareAnchors);

function isDdod(recipe: Pick<Recipe, 'detector'>): boolean {
  return recipe.detector === 'ddod-atss';
}

/** How much of DDOD is at work: 0 during the plain part, then rising to 1 over the ramp. */
function fadedIn({ plainPart, rampPart }: Recipe['assigner'], progress: number): number {
  if (progress < plainPart) return 0;
  return rampPart === 0 ? 1 : Math.min(1, (progress - plainPart) / rampPart);
}

function backboneConfigOf({ backbone, frozen }: NetworkChoices): BackboneConfig {
  const lite = /^efficientnet-lite([012])$/.exec(backbone);
  if (lite) return { kind: 'efficientnet-lite', variant: Number(lite[1]) as 0 | 1 | 2, frozenBlocks: frozen };
  const depth = Number(/^resnet(\d+)/.exec(backbone)?.[1]) as 18 | 34 | 50 | 101;
  const style = backbone.endsWith('-caffe') ? 'caffe' : 'pytorch';
  return { kind: 'resnet', depth, style, frozenStages: frozen, baseChannels: 64, stemChannels: 64 };
}
