import { afterEach, describe, expect, it } from 'vitest';
import { builtInRecipe } from '../../../../src/main/services/recipes.ts';
import { recipeInWords } from '../../../../src/renderer/views/recipe-words.ts';
import { englishFormatter, pseudoFormatter } from '../../../../src/renderer/words/formatter.ts';
import { speak } from '../../../../src/renderer/words/words.ts';
import type { Recipe } from '../../../../src/shared/recipe.ts';

const paper = builtInRecipe('paper');
const words = (recipe: Recipe) => recipeInWords(recipe).map(({ what, words }) => `${what}: ${words}`);

describe('a recipe in words', () => {
  afterEach(() => speak(() => englishFormatter()));

  it('tells what is trained, on what, how long and how it is checked', () => {
    const { train } = paper;
    expect(words(paper)).toEqual([
      `Network: resnet50, ${paper.channels} channels`,
      'Detector: DDOD: labels assigned apart for class and box, features apart for class and box, levels weighed by their positives',
      'Images: 1333×800 pixels, mirrored at random',
      `Training: ${train.epochs} epochs, ${train.batch} images a step, learning rate ${train.lr}`,
      'Checks: AP on the validation images after every epoch',
    ]);
  });

  it('counts one as one, and says what is off', () => {
    const recipe: Recipe = {
      ...paper,
      train: { ...paper.train, epochs: 1, batch: 1, lr: 0.0025, evalEvery: 2 },
      disentangle: { assignment: false, features: false, pyramid: false },
    };
    const [, detector, , training, checks] = words(recipe);
    expect(detector).toBe('Detector: DDOD: every part off');
    expect(training).toBe('Training: 1 epoch, 1 image a step, learning rate 0.0025');
    expect(checks).toBe('Checks: AP on the validation images at the end');
    expect(words({ ...recipe, detector: 'atss' })[1]).toBe('Detector: ATSS');
  });

  it('follows the language of the window', () => {
    speak(() => pseudoFormatter());
    for (const line of recipeInWords(paper).map(({ words }) => words.replace(/DDOD|resnet50/g, '')))
      expect(line).not.toMatch(/[A-Za-z]/);
  });
});
