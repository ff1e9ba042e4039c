// What a model suggests for an image and nobody rejected, under the project's classes as they are today.
import type { ModelClass, Suggestion } from '../../shared/suggestion.ts';
import type { ReadableDb } from '../db/database.ts';
import { type ModelRow, suggestionsOf } from '../db/suggestions.ts';
import type { Heirs } from './living-classes.ts';

export interface Standing {
  /** Best first. */
  readonly suggestions: readonly Suggestion[];
  /** Finds of classes that stand for none of the project's. */
  readonly unmapped: number;
}

/** The model's classes with what they stand for today. */
export function livingClasses(classes: readonly ModelClass[], heirOf: Heirs): ModelClass[] {
  return classes.map(({ name, classId }) => ({ name, classId: heirOf(classId) }));
}

export function standingSuggestions(
  db: ReadableDb,
  { id, classes }: ModelRow,
  imageId: number,
  heirOf: Heirs,
): Standing {
  const standing = suggestionsOf(db, id, imageId).filter(({ rejected }) => rejected === 0);
  const suggestions = standing.flatMap(({ classIndex, rejected: _, ...rest }) => {
    const classId = heirOf(classes[classIndex]?.classId ?? null);
    return classId === null ? [] : [{ ...rest, classId }];
  });
  return { suggestions, unmapped: standing.length - suggestions.length };
}
