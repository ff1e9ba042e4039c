// What a person reads of each value of a recipe: its name, why it is what it is, and how far it makes sense. The type knows the
// recipe's values, so that none can be missing.
import { LARGEST_SIDE, type Recipe, SMALLEST_SIDE } from '../../shared/recipe.ts';

/** The paths of the values in `T`: lists and what is no object. */
type PathsOf<T, Prefix extends string = ''> = T extends unknown
  ? {
      [K in keyof T & string]: NonNullable<T[K]> extends readonly unknown[] | string | number | boolean
        ? `${Prefix}${K}`
        : PathsOf<NonNullable<T[K]>, `${Prefix}${K}.`>;
    }[keyof T & string]
  : never;

/** Every value but what names the recipe. */
export type RecipePath = Exclude<PathsOf<Recipe>, 'name' | 'description'>;

export interface FieldWords {
  readonly name: string;
  readonly reason: string;
  readonly unit?: string;
  /** Narrower than what the recipe allows: beyond it nothing sensible lies. */
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  /** `auto` may stand for it. */
  readonly auto?: boolean;
  /** Values that this one moves with, unless it is set itself. */
  readonly follows?: readonly RecipePath[];
}

/** In the order in which they are shown. */
export const fieldWords: Readonly<Record<RecipePath, FieldWords>> = {
  detector: {
    name: 'Detector',
    reason: 'DDOD gives class and box their own label assignment; atss is the baseline it is compared with.',
  },
  backbone: {
    name: 'Backbone',
    reason:
      'EfficientNet-Lite0 is the quickest that ships with ImageNet weights; larger ones see finer and take longer.',
  },
  frozen: {
    name: 'Frozen stages',
    follows: ['backbone'],
    min: -1,
    max: 16,
    reason:
      'Early layers already know edges and colours; keeping them saves time and spares small data sets from overfitting.',
  },
  channels: {
    name: 'Width of the head',
    min: 32,
    max: 256,
    step: 32,
    unit: 'channels',
    reason: 'Wider heads tell more classes apart and cost time in proportion to the square.',
  },
  stackedConvs: {
    name: 'Convolutions a tower',
    max: 4,
    reason: 'Two are enough for small images; four are what the paper has.',
  },
  normGroups: {
    name: 'Groups of channels',
    max: 64,
    reason: 'Channels of the head are normalised in so many groups, which must divide its width.',
  },
  'disentangle.assignment': {
    name: 'Apart: label assignment',
    reason: 'Class and box each choose the anchors they learn from.',
  },
  'disentangle.features': {
    name: 'Apart: features',
    reason: 'Each branch looks where it needs to, by a deformable convolution.',
  },
  'disentangle.pyramid': {
    name: 'Apart: levels of the pyramid',
    reason: 'Levels with few positives weigh more, so that rare sizes are learned too.',
  },
  'input.scales': {
    name: 'Image sides',
    min: SMALLEST_SIDE,
    max: LARGEST_SIDE,
    unit: 'pixels',
    reason:
      'The larger, the smaller the objects that are seen, and the longer each step takes. Several sides are drawn from at random.',
  },
  'input.resample': {
    name: 'Resizing',
    reason: 'Smoothed resizing keeps thin objects; the reference way is for weights that others trained.',
  },
  'augment.flip': {
    name: 'Mirror images',
    step: 0.05,
    reason:
      'Half of the images mirrored doubles what is seen; set 0 where left and right mean different things, as in text.',
  },
  'augment.photometric': {
    name: 'Vary light and colour',
    reason:
      'Helps where lighting changes between images; leave off where colour itself tells the classes apart.',
  },
  'augment.crop': {
    name: 'Random windows',
    reason: 'Shows objects larger than they are; helps with few images.',
  },
  'train.epochs': {
    name: 'Epochs',
    max: 1000,
    reason:
      'Passes over the training images: enough for about 600 steps in all, which small sets need to converge.',
  },
  'train.batch': {
    name: 'Images a step',
    max: 64,
    auto: true,
    reason:
      'Eight give steady gradients and fit in memory; where they do not, each step is computed in parts. “auto” finds how many fit, before the first step.',
  },
  'train.accumulate': {
    name: 'Batches an update',
    max: 64,
    reason: 'Several small batches act as a large one.',
  },
  'train.lr': {
    name: 'Learning rate',
    follows: ['train.batch', 'train.accumulate'],
    min: 0.00001,
    max: 1,
    step: 0.001,
    reason: 'Goes with the images a step: it moves with them unless it is set here.',
  },
  'train.warmup.iterations': {
    name: 'Warm-up',
    follows: ['train.epochs', 'train.batch', 'train.accumulate'],
    max: 5000,
    unit: 'steps',
    reason:
      'The rate rises slowly at first, so that the new head does not shake the backbone: over a quarter of the steps at most, unless it is set here.',
  },
  'train.warmup.ratio': {
    name: 'First rate of the warm-up',
    step: 0.001,
    reason: 'The part of the rate that the first step has.',
  },
  'train.decay.kind': {
    name: 'How the rate falls',
    reason: 'By a cosine it falls smoothly to the end; in steps it falls at certain epochs, as in the paper.',
  },
  'train.decay.milestones': {
    name: 'Falls after',
    follows: ['train.epochs', 'train.decay.kind'],
    unit: 'epochs',
    reason: 'Finished epochs after which the rate falls; they move with the number of epochs.',
  },
  'train.decay.gamma': {
    name: 'Falls to',
    follows: ['train.decay.kind'],
    step: 0.05,
    reason: 'The part of the rate that is left after each fall.',
  },
  'train.decay.finalRatio': {
    name: 'Ends at',
    follows: ['train.decay.kind'],
    step: 0.01,
    reason: 'The part of the rate that the last step has.',
  },
  'train.momentum': {
    name: 'Momentum',
    max: 0.999,
    step: 0.01,
    reason: 'How much of the last update is kept in the next.',
  },
  'train.weightDecay': {
    name: 'Weight decay',
    max: 0.1,
    step: 0.0001,
    reason: 'Keeps weights small, against learning images by heart.',
  },
  'train.clip': {
    name: 'Gradient limit',
    min: 0.1,
    max: 1000,
    step: 0.1,
    reason: 'One odd image cannot throw the weights off.',
  },
  'train.ema': {
    name: 'Mean of weights',
    max: 0.9999,
    step: 0.001,
    reason:
      'The running mean of the weights is steadier than the last step; it is what is evaluated and kept.',
  },
  'train.offsetLr': {
    name: 'Rate of offsets',
    step: 0.05,
    reason: 'Where deformable convolutions look is learned more slowly than the rest.',
  },
  'train.evalEvery': {
    name: 'Evaluate every',
    max: 1000,
    unit: 'epochs',
    reason: 'Often enough to see the best moment, rarely enough not to cost much.',
  },
  'train.earlyStop': {
    name: 'Stop without progress',
    max: 1000,
    unit: 'evaluations',
    reason: 'Ends when AP has not become better so many times.',
  },
  'train.precision': {
    name: 'Precision',
    reason: 'Single precision; half of it is not there yet.',
  },
  'train.order': {
    name: 'Order of images',
    reason:
      'Drawn anew each epoch; the reference order is for holding a training against the program of the paper.',
  },
  'assigner.topk': {
    name: 'Candidates a level',
    max: 50,
    reason: 'Anchors that each box may choose from on each level; nine as in the paper.',
  },
  'assigner.clsAlpha': {
    name: 'Weight of the box, class branch',
    step: 0.05,
    reason:
      'How much the fit of the box counts when the class branch picks its positives; 0.8 as in the paper.',
  },
  'assigner.regAlpha': {
    name: 'Weight of the box, box branch',
    step: 0.05,
    reason: 'The same for the box branch; 0.5 as in the paper.',
  },
  'assigner.plainPart': {
    name: 'Plain start',
    step: 0.05,
    reason:
      'The first part of the training with plain ATSS. Measured on small data, any of it costs accuracy.',
  },
  'assigner.rampPart': {
    name: 'Fading in',
    step: 0.05,
    reason: "The part over which DDOD's own assignment takes over.",
  },
  rule: {
    name: 'Reference that is followed',
    reason:
      'The official program and mmdetection 3 differ in level counters and averages; official is what the paper was measured with.',
  },
  'test.nmsPre': {
    name: 'Candidates before doubles go',
    max: 10000,
    unit: 'a level',
    reason:
      'The strongest detections of each level that are compared with each other; a thousand as in the paper.',
  },
  'test.scoreThresh': {
    name: 'Lowest score',
    step: 0.01,
    reason: 'Weaker detections are dropped; AP wants it low.',
  },
  'test.nmsThresh': {
    name: 'Overlap of doubles',
    step: 0.05,
    reason: 'Of two detections of a class that overlap more than this, the weaker goes.',
  },
  'test.maxPerImage': {
    name: 'Most detections',
    max: 1000,
    unit: 'an image',
    reason: 'More than any image holds.',
  },
};
