// The recipe as it is, where the backend has no advice on it: what it says, and the two values that are changed most.
import type { RecipeAdvice, RecipeField, TrainingWishes } from '../../shared/contract/recipes.ts';
import type { Recipe } from '../../shared/recipe.ts';
import { recipeInWords } from '../views/recipe-words.ts';

/** Training and validation images that are labelled. */
export interface LabelledImages {
  readonly train: number;
  readonly val: number;
}

const EMPTY = { min: null, max: null, step: null, choices: [], unit: null, optional: false };

/** Advice without an estimate. */
export function plainAdvice(recipe: Recipe, wishes: TrainingWishes, images: LabelledImages): RecipeAdvice {
  const size = recipe.input.scales.at(-1)?.long ?? 0;
  const { epochs } = recipe.train;
  return {
    refusal: null,
    headline: `${recipe.backbone}, ${size} px, ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}`,
    reasons: recipeInWords(recipe),
    warnings: images.val === 0 ? ['No validation images: there will be no AP.'] : [],
    wishes,
    recipe,
    fields: fieldsOf(recipe),
    estimate: { seconds: 0, secondsPerStep: 0, steps: 0, from: 'scale' },
    device: '',
    data: { ...images, boxes: 0, classes: [] },
  };
}

function fieldsOf(recipe: Recipe): RecipeField[] {
  return [
    {
      ...EMPTY,
      path: 'train.epochs',
      group: 'Training',
      name: 'Epochs',
      kind: 'integer',
      min: 1,
      max: 10_000,
      value: recipe.train.epochs,
      reason: 'Passes over the training images.',
    },
    {
      ...EMPTY,
      path: 'input.scales',
      group: 'Images',
      name: 'Image sides',
      kind: 'list',
      unit: 'px',
      value: recipe.input.scales,
      reason: 'Largest image sides; one of them is drawn for each image and epoch.',
    },
  ];
}
