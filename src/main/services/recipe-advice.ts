// What to train on these labels with this computer, in plain words: a recipe whose every choice has its reason.
import { availableParallelism } from 'node:os';
import type { RecipeAdvice, TrainingWishes } from '../../shared/contract/recipes.ts';
import { Problem } from '../../shared/problem.ts';
import type { Recipe } from '../../shared/recipe.ts';
import type { DataFacts } from './data-facts.ts';
import type { OpenProject } from './projects.ts';
import { recipeFields } from './recipe-fields.ts';
import type { Sliced } from './slices.ts';
import { assertLearnable } from './training-job.ts';
import { estimateTime, spokenTime } from './training-time.ts';
import { recipeOf } from './training-wishes.ts';

/** Steps after which a fine-tuning of a small set has converged. */
const STEPS_WANTED = 600;
/** Objects smaller than this on the network's input are hardly found: the finest level has a cell every 8 pixels. */
const SMALLEST_SEEN = 12;
const SIZES = [320, 416, 512, 640, 800, 1024];

type Reason = RecipeAdvice['reasons'][number];

/**
 * The advice; with `wishes` for what is wished, so that an estimate and the reasons follow each change. May be set aside.
 */
export function* adviseRecipe(project: OpenProject, wishes?: TrainingWishes): Sliced<RecipeAdvice> {
  const facts = yield* project.labelFacts.read();
  const advised = wishes ?? advisedWishes(facts);
  const recipe = recipeOf(project, advised);
  const estimate = estimateTime(project, recipe, { train: facts.train, val: facts.val });
  const reasons = reasonsFor(recipe, facts);
  const device = `this CPU, ${availableParallelism()} cores`;
  return {
    refusal: refusalOf(facts),
    headline: `${spokenBackbone(recipe)}, ${sidesOf(recipe)}, ${count(recipe.train.epochs, 'epoch')}, about ${spokenTime(estimate.seconds)} on this CPU`,
    reasons: reasons.map(({ reason }) => reason),
    warnings: warningsOf(facts),
    wishes: advised,
    recipe,
    fields: recipeFields(recipe, new Map(reasons.map(({ path, reason }) => [path, reason.words]))),
    estimate,
    device,
    data: {
      train: facts.train,
      val: facts.val,
      boxes: facts.boxes,
      classes: facts.classes,
    },
  };
}

function advisedWishes(facts: DataFacts): TrainingWishes {
  const size = sizeFor(facts);
  const set = facts.train > 0 && facts.train < 100 ? ['augment.photometric=true'] : [];
  const batch = Math.max(1, Math.min(8, Math.floor(facts.train / 4)));
  const stepsPerEpoch = Math.max(1, Math.ceil(facts.train / batch));
  const epochs = Math.max(8, Math.min(60, Math.round(STEPS_WANTED / stepsPerEpoch)));
  return {
    preset: 'fast',
    size: String(size),
    epochs,
    ...(batch === 8 ? {} : { batch }),
    set: [...set, `train.evalEvery=${Math.max(1, Math.round(epochs / 8))}`],
  };
}

/** The smallest size at which nine of ten objects are large enough to be found, but never beyond the images' own. */
function sizeFor({ longSide, smallSide }: DataFacts): number {
  const [first = 320] = SIZES;
  if (longSide === 0 || smallSide === 0) return first;
  const wanted = (SMALLEST_SEEN * longSide) / smallSide;
  const useful = SIZES.filter((size) => size <= Math.max(first, longSide));
  // on a CPU every doubling costs four times the time: larger is for the advanced panel
  const affordable = useful.filter((size) => size <= 640);
  return affordable.find((size) => size >= wanted) ?? affordable.at(-1) ?? first;
}

function reasonsFor(recipe: Recipe, facts: DataFacts): { path: string; reason: Reason }[] {
  const { train } = recipe;
  const steps = Math.ceil(facts.train / Math.max(1, train.batch)) * train.epochs;
  const reason = (path: string, what: string, words: string) => ({ path, reason: { what, words } });
  return [
    reason(
      'backbone',
      'Network',
      `${spokenBackbone(recipe)} with a head ${recipe.channels} channels wide: the quickest that ships with ImageNet weights, made for a CPU.`,
    ),
    reason('input.scales', 'Images', sizeReason(recipe, facts)),
    reason(
      'train.epochs',
      'Epochs',
      `${count(train.epochs, 'pass', 'passes')} over ${count(facts.train, 'training image')} ${train.epochs === 1 ? 'makes' : 'make'} ${count(steps, 'step')}; about ${STEPS_WANTED} are what a small set needs.`,
    ),
    reason(
      'train.batch',
      'Batch',
      train.batch === 8
        ? 'Eight images a step give steady gradients; where memory does not allow it, each step is computed in parts.'
        : `${count(train.batch, 'image')} a step, so that an epoch has some steps with ${count(facts.train, 'training image')}.`,
    ),
    reason(
      'train.lr',
      'Learning rate',
      `${Number(train.lr.toPrecision(3))}, which goes with ${count(train.batch, 'image')} a step.`,
    ),
    reason('augment.photometric', 'Augmentation', augmentReason(recipe, facts)),
    reason('train.evalEvery', 'Evaluation', evaluationReason(train, facts)),
  ];
}

function sizeReason(recipe: Recipe, { longSide, smallSide }: DataFacts): string {
  const side = recipe.input.scales.at(-1)?.long ?? 0;
  if (longSide === 0 || smallSide === 0) return `${sidesOf(recipe)}: where a first try on a CPU begins.`;
  const seen = Math.round((smallSide * side) / longSide);
  const small =
    seen < SMALLEST_SEEN ? ', which is small: a larger size would find more of them and take longer' : '';
  return `${sidesOf(recipe)}: nine of ten objects are then at least ${seen} pixels across${small}.`;
}

function augmentReason(recipe: Recipe, facts: DataFacts): string {
  const mirror = recipe.augment.flip > 0 ? 'Half of the images are mirrored' : 'Images are not mirrored';
  if (!recipe.augment.photometric) return `${mirror}; light and colour stay as they are.`;
  return `${mirror}, light and colour are varied, because ${count(facts.train, 'image')} show few conditions.`;
}

function evaluationReason({ evalEvery, epochs }: Recipe['train'], { val }: DataFacts): string {
  if (val === 0)
    return 'Without labelled validation images nothing is measured, and the last weights are kept.';
  const images = count(val, 'validation image');
  if (evalEvery >= epochs) return `At the end, on ${images}.`;
  const often = evalEvery === 1 ? 'After every epoch' : `Every ${evalEvery} epochs and at the end`;
  return `${often}, on ${images}; the best moment is kept.`;
}

function refusalOf({ train, boxes, classes }: DataFacts): RecipeAdvice['refusal'] {
  try {
    assertLearnable({ images: train, boxes }, classes);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { sentence: error.message, remedy: error.remedy ?? null };
  }
  if (train > 1) return null;
  return {
    sentence: 'There is one labelled training image: it would be learned by heart.',
    remedy: 'Label some more; with twenty a first training makes sense.',
  };
}

function warningsOf({ train, val, classes }: DataFacts): string[] {
  const rare = classes.filter(({ boxes }) => boxes > 0 && boxes < 10);
  const absent = classes.filter(({ boxes }) => boxes === 0);
  const most = classes.reduce((largest, { boxes }) => Math.max(largest, boxes), 0);
  const uneven = classes.filter(({ boxes }) => boxes >= 10 && boxes * 50 < most);
  return [
    ...(train > 1 && train < 20
      ? [`${train} training images are few; expect a first impression, not a finished detector.`]
      : []),
    ...(val === 0
      ? ['No validation image is labelled: there will be no AP, and the last weights are kept.']
      : []),
    ...(val > 0 && val < 10
      ? [`${count(val, 'validation image')} make AP jump from one evaluation to the next.`]
      : []),
    ...rare.map(
      ({ name, boxes }) => `${name} has ${boxes === 1 ? 'one box' : `${boxes} boxes`} to learn from.`,
    ),
    ...absent.map(({ name }) => `${name} has no box in the training images, so it cannot be learned.`),
    ...uneven.map(
      ({ name, boxes }) => `${name} is rare: ${boxes} boxes against ${most} of the most frequent class.`,
    ),
  ];
}

function spokenBackbone({ backbone }: Recipe): string {
  const lite = /^efficientnet-lite(\d)$/.exec(backbone)?.[1];
  return lite === undefined ? `ResNet-${/\d+/.exec(backbone)?.[0] ?? ''}` : `EfficientNet-Lite${lite}`;
}

function sidesOf({ input }: Recipe): string {
  const sides = input.scales.map(({ long, short }) => (long === short ? `${long}` : `${long} x ${short}`));
  return `${sides.join(', ')} px`;
}

function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}
