// A recipe: every number of a training run, resolved before it starts and kept with it. Each value says why it is there.
import { z } from 'zod';

const ratio = z.number().min(0).max(1);
const count = z.number().int().positive();

/** Pixels of an image side that make sense to a detector whose coarsest level has a cell every 128. */
export const SMALLEST_SIDE = 64;
export const LARGEST_SIDE = 4096;

export const detectorNames = ['ddod-atss', 'atss'] as const;
export const backboneNames = [
  'efficientnet-lite0',
  'efficientnet-lite1',
  'efficientnet-lite2',
  'resnet18',
  'resnet34',
  'resnet50',
  'resnet101',
  'resnet50-caffe',
  'resnet101-caffe',
] as const;

const inputSchema = z.strictObject({
  scales: z
    .array(z.strictObject({ long: count, short: count }))
    .min(1)
    .describe('largest image sides in pixels; one of them is drawn for each image and epoch'),
  resample: z
    .enum(['reference', 'antialias'])
    .describe('how images are resized: as OpenCV does, or smoothed first'),
});

const augmentSchema = z.strictObject({
  flip: ratio.describe('chance of the mirror image'),
  photometric: z.boolean().describe('brightness, contrast, saturation and hue at random'),
  crop: z.boolean().describe('random windows, so that objects appear larger'),
});

const disentangleSchema = z.strictObject({
  assignment: z.boolean().describe('cost-aware label assignment, apart for class and box'),
  features: z.boolean().describe('a deformable convolution first in each tower'),
  pyramid: z.boolean().describe('levels with few positives weigh more'),
});

const assignerSchema = z.strictObject({
  topk: count.describe('candidates per level of each box'),
  clsAlpha: ratio.describe('weight of the box against the class in the cost of the class branch'),
  regAlpha: ratio.describe('the same for the box branch'),
  plainPart: ratio.describe('first part of training with plain ATSS and equal levels'),
  rampPart: ratio.describe(
    "part of training over which DDOD's assignment and level weights fade in after that",
  ),
});

const decaySchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('step'),
    milestones: z.array(count).describe('finished epochs after which the learning rate falls'),
    gamma: ratio,
  }),
  z.strictObject({ kind: z.literal('cosine'), finalRatio: ratio }),
]);

const trainSchema = z.strictObject({
  epochs: count,
  batch: count.describe('images a step'),
  accumulate: count.describe('batches whose gradients make one update'),
  lr: z.number().positive().describe('base learning rate, for this batch size'),
  momentum: ratio,
  weightDecay: z.number().min(0),
  offsetLr: ratio.describe('learning rate of where deformable convolutions look, as a part of the base rate'),
  clip: z.number().positive().nullable().describe('largest L2 norm of the gradients'),
  warmup: z.strictObject({ iterations: z.number().int().min(0), ratio }),
  decay: decaySchema,
  ema: ratio.nullable().describe('decay of the running mean of the weights that is evaluated and kept'),
  earlyStop: count.nullable().describe('evaluations without a better AP after which training ends'),
  evalEvery: count.describe('epochs between evaluations on the validation images'),
  precision: z.enum(['fp32']),
  order: z
    .enum(['random', 'reference'])
    .describe('order of the images, and where new weights are drawn from'),
});

const testSchema = z.strictObject({
  nmsPre: count,
  scoreThresh: ratio,
  nmsThresh: ratio,
  maxPerImage: count,
});

export const recipeSchema = z.strictObject({
  name: z.string(),
  description: z.string(),
  detector: z.enum(detectorNames),
  backbone: z.enum(backboneNames),
  frozen: z
    .number()
    .int()
    .min(-1)
    .describe('stages (ResNet) or blocks (EfficientNet) that keep their weights; -1 none'),
  channels: count.describe('width of the pyramid and of the head'),
  stackedConvs: count.describe('convolutions in each tower of the head'),
  normGroups: count,
  input: inputSchema,
  augment: augmentSchema,
  disentangle: disentangleSchema,
  assigner: assignerSchema,
  rule: z.enum(['official', 'mmdet3']).describe('whose level counters, averages and pre-NMS are followed'),
  train: trainSchema,
  test: testSchema,
});

export type Recipe = z.infer<typeof recipeSchema>;
export type DetectorName = (typeof detectorNames)[number];
export type BackboneName = (typeof backboneNames)[number];
