// The values of a recipe that a person may change before a training: each with its bounds, and why it is what it is.
import type { RecipeField } from '../../shared/contract/recipes.ts';
import type { Json } from '../../shared/model.ts';
import { backboneNames, detectorNames, type Recipe } from '../../shared/recipe.ts';

/** A field without its value. */
type Shape = Pick<RecipeField, 'path' | 'group' | 'name' | 'kind' | 'reason'> &
  Partial<Pick<RecipeField, 'min' | 'max' | 'step' | 'choices' | 'unit' | 'optional'>>;

const integer = (min: number, max: number) => ({ kind: 'integer', min, max, step: 1 }) as const;
const number = (min: number, max: number, step: number) => ({ kind: 'number', min, max, step }) as const;
const choice = (choices: readonly string[]) => ({ kind: 'choice', choices }) as const;
const flag = { kind: 'flag' } as const;

const network = 'Network';
const images = 'Images';
const chance = 'Augmentation';
const training = 'Training';
const assignment = 'Label assignment';
const testing = 'Testing';

const shapes: readonly Shape[] = [
  {
    path: 'detector',
    group: network,
    name: 'Detector',
    ...choice(detectorNames),
    reason: 'DDOD gives class and box their own label assignment; atss is the baseline it is compared with.',
  },
  {
    path: 'backbone',
    group: network,
    name: 'Backbone',
    ...choice(backboneNames),
    reason:
      'EfficientNet-Lite0 is the quickest that ships with ImageNet weights; larger ones see finer and take longer.',
  },
  {
    path: 'frozen',
    group: network,
    name: 'Frozen stages',
    ...integer(-1, 16),
    reason:
      'Early layers already know edges and colours; keeping them saves time and spares small data sets from overfitting.',
  },
  {
    path: 'channels',
    group: network,
    name: 'Width of the head',
    ...integer(32, 256),
    step: 32,
    unit: 'channels',
    reason: 'Wider heads tell more classes apart and cost time in proportion to the square.',
  },
  {
    path: 'stackedConvs',
    group: network,
    name: 'Convolutions a tower',
    ...integer(1, 4),
    reason: 'Two are enough for small images; four are what the paper has.',
  },
  {
    path: 'disentangle.assignment',
    group: network,
    name: 'Apart: label assignment',
    ...flag,
    reason: 'Class and box each choose the anchors they learn from.',
  },
  {
    path: 'disentangle.features',
    group: network,
    name: 'Apart: features',
    ...flag,
    reason: 'Each branch looks where it needs to, by a deformable convolution.',
  },
  {
    path: 'disentangle.pyramid',
    group: network,
    name: 'Apart: levels of the pyramid',
    ...flag,
    reason: 'Levels with few positives weigh more, so that rare sizes are learned too.',
  },
  {
    path: 'input.scales',
    group: images,
    name: 'Image sides',
    kind: 'list',
    unit: 'pixels',
    reason:
      'The larger, the smaller the objects that are seen, and the longer each step takes. Several sides are drawn from at random.',
  },
  {
    path: 'input.resample',
    group: images,
    name: 'Resizing',
    ...choice(['antialias', 'reference']),
    reason: 'Smoothed resizing keeps thin objects; the reference way is for weights that others trained.',
  },
  {
    path: 'augment.flip',
    group: chance,
    name: 'Mirror images',
    ...number(0, 1, 0.05),
    reason:
      'Half of the images mirrored doubles what is seen; set 0 where left and right mean different things, as in text.',
  },
  {
    path: 'augment.photometric',
    group: chance,
    name: 'Vary light and colour',
    ...flag,
    reason:
      'Helps where lighting changes between images; leave off where colour itself tells the classes apart.',
  },
  {
    path: 'augment.crop',
    group: chance,
    name: 'Random windows',
    ...flag,
    reason: 'Shows objects larger than they are; helps with few images.',
  },
  {
    path: 'train.epochs',
    group: training,
    name: 'Epochs',
    ...integer(1, 1000),
    reason:
      'Passes over the training images: enough for about 600 steps in all, which small sets need to converge.',
  },
  {
    path: 'train.batch',
    group: training,
    name: 'Images a step',
    ...integer(1, 64),
    reason:
      'Eight give steady gradients and fit in memory; where they do not, each step is computed in parts.',
  },
  {
    path: 'train.accumulate',
    group: training,
    name: 'Batches an update',
    ...integer(1, 64),
    reason: 'Several small batches act as a large one.',
  },
  {
    path: 'train.lr',
    group: training,
    name: 'Learning rate',
    ...number(0.00001, 1, 0.001),
    reason: 'Fits this batch size; it should grow and fall with it.',
  },
  {
    path: 'train.warmup.iterations',
    group: training,
    name: 'Warm-up',
    ...integer(0, 5000),
    unit: 'steps',
    reason: 'The rate rises slowly at first, so that the new head does not shake the backbone.',
  },
  {
    path: 'train.momentum',
    group: training,
    name: 'Momentum',
    ...number(0, 0.999, 0.01),
    reason: 'How much of the last update is kept in the next.',
  },
  {
    path: 'train.weightDecay',
    group: training,
    name: 'Weight decay',
    ...number(0, 0.1, 0.0001),
    reason: 'Keeps weights small, against learning images by heart.',
  },
  {
    path: 'train.clip',
    group: training,
    name: 'Gradient limit',
    ...number(0.1, 1000, 0.1),
    optional: true,
    reason: 'One odd image cannot throw the weights off.',
  },
  {
    path: 'train.ema',
    group: training,
    name: 'Mean of weights',
    ...number(0, 0.9999, 0.001),
    optional: true,
    reason:
      'The running mean of the weights is steadier than the last step; it is what is evaluated and kept.',
  },
  {
    path: 'train.offsetLr',
    group: training,
    name: 'Rate of offsets',
    ...number(0, 1, 0.05),
    reason: 'Where deformable convolutions look is learned more slowly than the rest.',
  },
  {
    path: 'train.evalEvery',
    group: training,
    name: 'Evaluate every',
    ...integer(1, 1000),
    unit: 'epochs',
    reason: 'Often enough to see the best moment, rarely enough not to cost much.',
  },
  {
    path: 'train.earlyStop',
    group: training,
    name: 'Stop without progress',
    ...integer(1, 1000),
    unit: 'evaluations',
    optional: true,
    reason: 'Ends when AP has not become better so many times.',
  },
  {
    path: 'assigner.topk',
    group: assignment,
    name: 'Candidates a level',
    ...integer(1, 50),
    reason: 'Anchors that each box may choose from on each level; nine as in the paper.',
  },
  {
    path: 'assigner.clsAlpha',
    group: assignment,
    name: 'Weight of the box, class branch',
    ...number(0, 1, 0.05),
    reason:
      'How much the fit of the box counts when the class branch picks its positives; 0.8 as in the paper.',
  },
  {
    path: 'assigner.regAlpha',
    group: assignment,
    name: 'Weight of the box, box branch',
    ...number(0, 1, 0.05),
    reason: 'The same for the box branch; 0.5 as in the paper.',
  },
  {
    path: 'assigner.plainPart',
    group: assignment,
    name: 'Plain start',
    ...number(0, 1, 0.05),
    reason:
      'The first part of the training with plain ATSS. Measured on small data, any of it costs accuracy.',
  },
  {
    path: 'assigner.rampPart',
    group: assignment,
    name: 'Fading in',
    ...number(0, 1, 0.05),
    reason: "The part over which DDOD's own assignment takes over.",
  },
  {
    path: 'test.scoreThresh',
    group: testing,
    name: 'Lowest score',
    ...number(0, 1, 0.01),
    reason: 'Weaker detections are dropped; AP wants it low.',
  },
  {
    path: 'test.nmsThresh',
    group: testing,
    name: 'Overlap of doubles',
    ...number(0, 1, 0.05),
    reason: 'Of two detections of a class that overlap more than this, the weaker goes.',
  },
  {
    path: 'test.maxPerImage',
    group: testing,
    name: 'Most detections',
    ...integer(1, 1000),
    unit: 'an image',
    reason: 'More than any image holds.',
  },
];

/** Every field with its value in `recipe`; `reasons` by path take the place of the general ones. */
export function recipeFields(
  recipe: Recipe,
  reasons: ReadonlyMap<string, string> = new Map(),
): RecipeField[] {
  return shapes.map((shape) => ({
    min: null,
    max: null,
    step: null,
    choices: [],
    unit: null,
    optional: false,
    ...shape,
    value: valueAt(recipe, shape.path),
    reason: reasons.get(shape.path) ?? shape.reason,
  }));
}

function valueAt(recipe: Recipe, path: string): Json {
  let at: unknown = recipe;
  for (const key of path.split('.')) at = (at as Record<string, unknown>)[key];
  return at as Json;
}
