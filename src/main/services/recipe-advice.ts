// What to train on these labels with this computer, in plain words: a recipe whose every choice has its reason.
import type { RecipeAdvice, RecipeField, TrainingWishes } from '../../shared/contract/recipes.ts';
import { counted } from '../../shared/counted.ts';
import { Problem } from '../../shared/problem.ts';
import type { Recipe } from '../../shared/recipe.ts';
import { updatesOf } from '../../shared/warmup.ts';
import { type Computer, thisComputer } from './computer.ts';
import type { DataFacts } from './data-facts.ts';
import type { OpenProject } from './projects.ts';
import { recipeFields } from './recipe-fields.ts';
import {
  FEW_IMAGES,
  MOST_PASSES,
  type PlacedReason,
  reasonsFor,
  SMALLEST_SEEN,
  STEADY_BATCH,
  STEPS_WANTED,
  sidesOf,
  spokenBackbone,
} from './recipe-reasons.ts';
import { resolveRecipe } from './recipes.ts';
import type { Sliced } from './slices.ts';
import { assertLearnable } from './training-job.ts';
import { neededMB } from './training-memory.ts';
import { estimateTime, spokenTime } from './training-time.ts';
import { fitted, recipeOf } from './training-wishes.ts';
import { isFetchable, missingWeight } from './weights.ts';

const SIZES = [320, 416, 512, 640, 800, 1024];
/** On a CPU every doubling costs four times the time: larger is for the advanced panel. */
const LARGEST_ON_CPU = 640;

/**
 * The advice; with `wishes` for what is wished, so that an estimate and the reasons follow each change. May be set aside.
 */
export function* adviseRecipe(
  project: OpenProject,
  wishes?: TrainingWishes,
  computer: Computer = thisComputer(),
): Sliced<RecipeAdvice> {
  const facts = yield* project.labelFacts.read();
  const advised = wishes ?? advisedWishes(facts, computer);
  const recipe = fitted(recipeOf(project, advised), advised, facts.train);
  const estimate = estimateTime(project, recipe, facts, computer);
  const reasons = reasonsFor(recipe, advised, facts);
  const device = computer.gpu ? 'this GPU' : 'this CPU';
  const time = estimate === null ? `on ${device}` : `about ${spokenTime(estimate.seconds)} on ${device}`;
  return {
    refusal: refusalOf(facts) ?? withoutWeights(recipe, advised),
    headline: `${spokenBackbone(recipe)}, ${sidesOf(recipe)}, ${counted(recipe.train.epochs, 'epoch')}, ${time}`,
    reasons: reasons.map(({ reason }) => reason),
    warnings: [
      ...warningsOf(facts),
      ...warmupWarning(recipe, facts.train),
      ...memoryWarning(recipe, advised, computer),
    ],
    wishes: advised,
    recipe,
    fields: fieldsOf(recipe, advised, reasons),
    estimate,
    device: computer.gpu ? device : `${device}, ${computer.cores} cores`,
    data: {
      train: facts.train,
      val: facts.val,
      boxes: facts.boxes,
      classes: facts.classes,
    },
  };
}

/** What can be changed: not the network where a run's weights are to go on. */
function fieldsOf(
  recipe: Recipe,
  { batch, from }: TrainingWishes,
  reasons: readonly PlacedReason[],
): RecipeField[] {
  const words = new Map(reasons.map(({ path, reason }) => [path, reason.words]));
  return recipeFields(recipe, words)
    .filter(({ path, group }) => from === undefined || group !== 'Network' || path === 'frozen')
    .map((field) => (field.path === 'train.batch' && batch === 'auto' ? { ...field, value: batch } : field));
}

function advisedWishes(facts: DataFacts, computer: Computer): TrainingWishes {
  const size = String(sizeFor(facts, computer));
  const set = facts.train > 0 && facts.train < FEW_IMAGES ? ['augment.photometric=true'] : [];
  const batch = Math.max(1, Math.min(STEADY_BATCH, Math.floor(facts.train / 4)));
  const stepsPerEpoch = Math.max(1, Math.ceil(facts.train / batch));
  const epochs = Math.max(8, Math.min(MOST_PASSES, Math.round(STEPS_WANTED / stepsPerEpoch)));
  const advised = {
    preset: 'fast',
    size,
    epochs,
    ...(batch === STEADY_BATCH ? {} : { batch }),
    set: [...set, `train.evalEvery=${Math.max(1, Math.round(epochs / 8))}`],
  };
  // what a GPU holds is not known here; a CPU learns no faster from larger batches
  const isTight = neededMB(resolveRecipe(advised)) > computer.freeMB / 2;
  return computer.gpu || isTight ? { ...advised, batch: 'auto' } : advised;
}

/** The smallest size at which nine of ten objects are large enough to be found, but never beyond the images' own. */
function sizeFor({ longSide, smallSide }: DataFacts, { gpu }: Computer): number {
  const [first = 320] = SIZES;
  if (longSide === 0 || smallSide === 0) return first;
  const wanted = (SMALLEST_SEEN * longSide) / smallSide;
  const useful = SIZES.filter((size) => size <= Math.max(first, longSide));
  const affordable = gpu ? useful : useful.filter((size) => size <= LARGEST_ON_CPU);
  return affordable.find((size) => size >= wanted) ?? affordable.at(-1) ?? first;
}

/** Where the rate that is told is never reached. */
export function warmupWarning({ train }: Recipe, images: number): string[] {
  const [steps, warmup] = [updatesOf(train, images), train.warmup.iterations];
  if (images === 0 || warmup < steps) return [];
  return [
    `The warm-up takes ${counted(warmup, 'step')} and the whole training ${steps}: the learning rate never reaches ${Number(train.lr.toPrecision(3))}. Shorten the warm-up, or train longer.`,
  ];
}

/** Said before a computer begins to swap. */
function memoryWarning(recipe: Recipe, { batch }: TrainingWishes, { gpu, freeMB }: Computer): string[] {
  const needed = neededMB(recipe);
  if (gpu || batch === 'auto' || needed < freeMB) return [];
  const gigabytes = (megabytes: number) => (megabytes / 1000).toFixed(1);
  return [
    `A step takes about ${gigabytes(needed)} GB of memory, and ${gigabytes(freeMB)} GB are free. Set “Images a step” to auto, or choose smaller images.`,
  ];
}

function refusalOf({ train, boxes, classes, inProgress }: DataFacts): RecipeAdvice['refusal'] {
  try {
    assertLearnable({ images: train, boxes, inProgress }, classes);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { sentence: error.message, remedy: error.remedy ?? null, weights: null };
  }
  if (train > 1) return null;
  return {
    sentence: 'There is one labelled training image: it would be learned by heart.',
    remedy: 'Label some more; with twenty a first training makes sense.',
    weights: null,
  };
}

/** Where the backbone's weights are not on this computer, and wanted. */
function withoutWeights({ backbone }: Recipe, { init, from }: TrainingWishes): RecipeAdvice['refusal'] {
  const missing = init === 'none' || from !== undefined ? undefined : missingWeight(backbone);
  if (missing === undefined) return null;
  const { name, title, size: bytes, licence } = missing;
  return {
    sentence: `The weights that ${spokenBackbone({ backbone })} begins with are not on this computer.`,
    remedy: 'What it learned from a million everyday images makes up for having few of your own.',
    weights: { name, title, bytes, licence, mayFetch: isFetchable(missing) },
  };
}

function warningsOf({ train, val, classes, inProgress }: DataFacts): string[] {
  const rare = classes.filter(({ boxes }) => boxes > 0 && boxes < 10);
  const absent = classes.filter(({ boxes }) => boxes === 0);
  const most = classes.reduce((largest, { boxes }) => Math.max(largest, boxes), 0);
  const uneven = classes.filter(({ boxes }) => boxes >= 10 && boxes * 50 < most);
  return [
    ...(train > 0 && inProgress > 0
      ? [
          `${counted(inProgress, 'training image')} in progress ${inProgress === 1 ? 'is' : 'are'} left out: mark each done (Enter) once all its objects have boxes.`,
        ]
      : []),
    ...(train > 1 && train < 20
      ? [`${train} training images are few; expect a first impression, not a finished detector.`]
      : []),
    ...(val === 0
      ? ['No validation image is labelled: there will be no AP, and the last weights are kept.']
      : []),
    ...(val > 0 && val < 10
      ? [`${counted(val, 'validation image')} make AP jump from one evaluation to the next.`]
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
