// JSON in a TEXT column, and lists of ids as one parameter.
import type { Json, JsonObject } from '../../shared/model.ts';

/** The text to store, or null. */
export function toColumn(value: Json | undefined): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}

/** The object stored in a column that holds an object or null. */
export function objectFrom(column: string | null): JsonObject | null {
  return column === null ? null : (JSON.parse(column) as JsonObject);
}

/** A list of ids as the one parameter of `SELECT value FROM json_each(?)`. */
export function idList(ids: Iterable<number>): string {
  return JSON.stringify([...ids]);
}
