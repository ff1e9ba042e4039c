// What a person changed of an advised recipe: which of it still says something.
import type { RecipeField } from '../../shared/contract/recipes.ts';
import type { Json } from '../../shared/model.ts';

export type RecipeChanges = ReadonlyMap<string, Json>;

/**
 * The changes without those that say what is advised anyway. A value that follows another one is wished for as long as that one
 * is changed: without the wish it would move.
 */
export function settled(changes: RecipeChanges, advised: readonly RecipeField[]): RecipeChanges {
  const kept = [...changes].filter(([path, value]) => {
    const field = advised.find((other) => other.path === path);
    if (!field || JSON.stringify(field.value) !== JSON.stringify(value)) return true;
    return field.follows.some((leader) => changes.has(leader));
  });
  return new Map(kept);
}
