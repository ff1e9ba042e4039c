// Why a recipe is what it is, a sentence a choice, true whoever chose it.
import type { RecipeAdvice, TrainingWishes } from '../../shared/contract/recipes.ts';
import { counted } from '../../shared/counted.ts';
import type { Recipe } from '../../shared/recipe.ts';
import type { DataFacts } from './data-facts.ts';
import { sets } from './recipes.ts';
import { workOf } from './training-time.ts';

/** Steps after which a fine-tuning of a small set has converged. */
export const STEPS_WANTED = 600;
/** Passes over the same images after which more of them teach little. */
export const MOST_PASSES = 60;
/** Objects smaller than this on the network's input are hardly found: the finest level has a cell every 8 pixels. */
export const SMALLEST_SEEN = 12;
/** Images a step that give steady gradients. */
export const STEADY_BATCH = 8;

/** Fewer training images than these show few conditions of light. */
export const FEW_IMAGES = 100;

/** Where the value lies in the recipe, and what is said of it. */
export interface PlacedReason {
  readonly path: string;
  readonly reason: RecipeAdvice['reasons'][number];
}

export function reasonsFor(recipe: Recipe, wishes: TrainingWishes, facts: DataFacts): PlacedReason[] {
  const { train } = recipe;
  const reason = (path: string, what: string, words: string) => ({ path, reason: { what, words } });
  return [
    reason('backbone', 'Network', networkReason(recipe, wishes)),
    reason('input.scales', 'Images', sizeReason(recipe, facts)),
    reason('train.epochs', 'Epochs', epochsReason(train, facts)),
    reason('train.batch', 'Batch', batchReason(train, wishes, facts)),
    reason('train.lr', 'Learning rate', rateReason(train, wishes)),
    reason('augment.photometric', 'Augmentation', augmentReason(recipe, facts)),
    reason('train.evalEvery', 'Evaluation', evaluationReason(train, facts)),
  ];
}

function networkReason(recipe: Recipe, { from, init }: TrainingWishes): string {
  const network = `${spokenBackbone(recipe)} with a head ${recipe.channels} channels wide`;
  if (init === 'none')
    return `${network}, its weights drawn anew: it takes far more images and epochs than with ImageNet weights.`;
  if (from !== undefined) return `${network}: that of the run whose weights it begins with.`;
  if (recipe.backbone === 'efficientnet-lite0')
    return `${network}: the quickest that ships with ImageNet weights, made for a CPU.`;
  const work = workOf(recipe) / workOf({ ...recipe, backbone: 'efficientnet-lite0' });
  return `${network}: about ${Number(work.toPrecision(2))} times the work of EfficientNet-Lite0 with such a head.`;
}

function epochsReason({ epochs, batch, accumulate }: Recipe['train'], { train }: DataFacts): string {
  const steps = Math.ceil(train / (batch * accumulate)) * epochs;
  const wanted =
    epochs >= MOST_PASSES && steps < STEPS_WANTED
      ? `fewer than the ${STEPS_WANTED} that are otherwise advised, because more than ${MOST_PASSES} passes over the same images teach little`
      : `about ${STEPS_WANTED} are what a small set needs`;
  return `${counted(epochs, 'pass', 'passes')} over ${counted(train, 'training image')} ${epochs === 1 ? 'makes' : 'make'} ${counted(steps, 'step')}; ${wanted}.`;
}

function batchReason(
  { batch, accumulate }: Recipe['train'],
  wishes: TrainingWishes,
  { train }: DataFacts,
): string {
  if (wishes.batch === 'auto')
    return 'As many images a step as fit in memory: some steps on the largest images find out, before the first.';
  if (batch === STEADY_BATCH)
    return 'Eight images a step give steady gradients; where memory does not allow it, each step is computed in parts.';
  const steps = Math.ceil(train / (batch * accumulate));
  return `${counted(batch, 'image')} a step, so that an epoch has ${counted(steps, 'step')} with ${counted(train, 'training image')}.`;
}

function rateReason({ lr, batch, accumulate }: Recipe['train'], wishes: TrainingWishes): string {
  const rate = Number(lr.toPrecision(3));
  if (sets(wishes, 'train.lr')) return `${rate}, as it was set; it does not move with the batch.`;
  if (wishes.batch === 'auto')
    return `${rate} for ${counted(batch, 'image')} a step; it moves with the batch.`;
  return `${rate}, which goes with ${counted(batch * accumulate, 'image')} ${accumulate === 1 ? 'a step' : 'an update'}.`;
}

function sizeReason(recipe: Recipe, { longSide, smallSide }: DataFacts): string {
  const side = recipe.input.scales.at(-1)?.long ?? 0;
  if (longSide === 0 || smallSide === 0) return `${sidesOf(recipe)}: where a first try on a CPU begins.`;
  const seen = Math.round((smallSide * side) / longSide);
  const small =
    seen < SMALLEST_SEEN ? ', which is small: a larger size would find more of them and take longer' : '';
  return `${sidesOf(recipe)}: nine of ten objects are then at least ${seen} pixels across${small}.`;
}

function augmentReason({ augment: { flip, photometric } }: Recipe, { train }: DataFacts): string {
  const part = flip === 0.5 ? 'Half' : `${Math.round(flip * 100)} %`;
  const mirror = flip > 0 ? `${part} of the images are mirrored` : 'Images are not mirrored';
  if (!photometric) return `${mirror}; light and colour stay as they are.`;
  const why = train < FEW_IMAGES ? `, because ${counted(train, 'image')} show few conditions` : '';
  return `${mirror}, light and colour are varied${why}.`;
}

function evaluationReason({ evalEvery, epochs }: Recipe['train'], { val }: DataFacts): string {
  if (val === 0)
    return 'Without labelled validation images nothing is measured, and the last weights are kept.';
  const images = counted(val, 'validation image');
  if (evalEvery >= epochs) return `At the end, on ${images}.`;
  const often = evalEvery === 1 ? 'After every epoch' : `Every ${evalEvery} epochs and at the end`;
  return `${often}, on ${images}; the best moment is kept.`;
}

export function spokenBackbone({ backbone }: Pick<Recipe, 'backbone'>): string {
  const lite = /^efficientnet-lite(\d)$/.exec(backbone)?.[1];
  return lite === undefined ? `ResNet-${/\d+/.exec(backbone)?.[0] ?? ''}` : `EfficientNet-Lite${lite}`;
}

export function sidesOf({ input }: Recipe): string {
  const sides = input.scales.map(({ long, short }) => (long === short ? `${long}` : `${long} x ${short}`));
  return `${sides.join(', ')} px`;
}
