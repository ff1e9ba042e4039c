// Changes of an advised recipe: one that says what is advised anyway is none, unless without it the value would move.
import { describe, expect, it } from 'vitest';
import { recipeFields } from '../../../../src/main/services/recipe-fields.ts';
import { builtInRecipe, resolveRecipe } from '../../../../src/main/services/recipes.ts';
import { settled } from '../../../../src/renderer/state/recipe-changes.ts';
import type { Json } from '../../../../src/shared/model.ts';

const advised = recipeFields(builtInRecipe('fast'));
const kept = (...changes: [string, Json][]) => [...settled(new Map(changes), advised).keys()];

describe('changes of an advised recipe', () => {
  it('are dropped where they are as advised', () => {
    expect(kept(['train.epochs', 8], ['augment.flip', 0.5])).toEqual([]);
    expect(kept(['train.epochs', 9], ['augment.flip', 0.5])).toEqual(['train.epochs']);
  });

  it('stay as advised where what they follow is changed', () => {
    expect(kept(['train.batch', 4], ['train.lr', 0.01])).toEqual(['train.batch', 'train.lr']);
    expect(kept(['train.batch', 8], ['train.lr', 0.01])).toEqual(['train.lr']);
    expect(kept(['train.lr', 0.01])).toEqual([]);
  });

  it.each([
    ['train.batch', 4],
    ['train.accumulate', 2],
    ['train.epochs', 30],
    ['train.decay.kind', 'step'],
    ['backbone', 'resnet18'],
  ] as const)('know every value that moves with %s', (path, value) => {
    const moved = recipeFields(resolveRecipe({ set: [`${path}=${JSON.stringify(value)}`] }));
    for (const field of advised) {
      const now = moved.find((other) => other.path === field.path)?.value;
      if (field.path === path || JSON.stringify(now) === JSON.stringify(field.value)) continue;
      expect(field.follows, field.path).toContain(path);
    }
  });
});
