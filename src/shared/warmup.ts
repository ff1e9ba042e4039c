// How long the warm-up of the learning rate may be: a part of the training that it begins.
import type { Recipe } from './recipe.ts';

/** Updates of a whole training on so many images. */
export function updatesOf({ batch, accumulate, epochs }: Recipe['train'], images: number): number {
  return Math.ceil(Math.ceil(images / batch) / accumulate) * epochs;
}

/** A quarter of the training at most, so that most of it has the rate that every text tells. */
export function withFittingWarmup(recipe: Recipe, images: number): Recipe {
  if (images === 0) return recipe;
  const { train } = recipe;
  const iterations = Math.min(train.warmup.iterations, Math.floor(updatesOf(train, images) / 4));
  return { ...recipe, train: { ...train, warmup: { ...train.warmup, iterations } } };
}
