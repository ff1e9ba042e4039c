// The advanced panel's fields: every value of a recipe has one, with words of its own.
import { describe, expect, it } from 'vitest';
import { recipeFields } from '../../../src/main/services/recipe-fields.ts';
import { builtInRecipe, recipeNames, resolveRecipe } from '../../../src/main/services/recipes.ts';

/** The paths of all that is no object. */
function leaves(value: unknown, path = ''): string[] {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return [path];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`));
}

describe('the fields of a recipe', () => {
  it.each(recipeNames())('are all its values but its name: %s', (name) => {
    const recipe = builtInRecipe(name);
    const fields = recipeFields(recipe);
    const wanted = leaves(recipe).filter((path) => path !== 'name' && path !== 'description');
    expect(fields.map(({ path }) => path).sort()).toEqual(wanted.sort());
    for (const { path, name: called, reason, value } of fields) {
      expect(called, path).toMatch(/^[A-Z].* ?\w/);
      expect(reason.length, path).toBeGreaterThan(20);
      // as it is shown it can be sent back
      const set = [`${path}=${JSON.stringify(value)}`];
      expect(resolveRecipe({ preset: name, set }), path).toEqual(recipe);
    }
  });

  it('have the bounds and choices of the schema', () => {
    const of = new Map(recipeFields(builtInRecipe('paper')).map((field) => [field.path, field]));
    expect(of.get('frozen')).toMatchObject({ kind: 'integer', min: -1, step: 1, optional: false });
    expect(of.get('train.epochs')).toMatchObject({ kind: 'integer', min: 1, group: 'Training' });
    expect(of.get('train.batch')).toMatchObject({ auto: true, value: 4 });
    expect(of.get('train.ema')).toMatchObject({ kind: 'number', min: 0, optional: true, value: null });
    expect(of.get('augment.crop')).toMatchObject({ kind: 'flag', group: 'Augmentation' });
    expect(of.get('rule')).toMatchObject({ kind: 'choice', choices: ['official', 'mmdet3'] });
    expect(of.get('train.decay.kind')).toMatchObject({ choices: ['step', 'cosine'], value: 'step' });
    expect(of.get('train.decay.milestones')).toMatchObject({ kind: 'list', value: [8, 11] });
    expect(of.has('train.decay.finalRatio')).toBe(false);
  });
});
