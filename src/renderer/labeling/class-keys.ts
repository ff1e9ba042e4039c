// Which key gives which class: its own, or its place in the list for the first nine that have none.
import type { LabelClass } from '../../shared/model.ts';

/** Key -> id of the class. A key that means something else, as `isTaken` says, gives none. */
export function classKeys(
  list: readonly Pick<LabelClass, 'id' | 'hotkey'>[],
  isTaken: (key: string) => boolean,
): ReadonlyMap<string, number> {
  const keys = new Map<string, number>();
  for (const { id, hotkey } of list) if (hotkey !== null && !isTaken(hotkey)) keys.set(hotkey, id);
  for (const [index, { id, hotkey }] of list.slice(0, 9).entries()) {
    const place = String(index + 1);
    if (hotkey === null && !keys.has(place) && !isTaken(place)) keys.set(place, id);
  }
  return keys;
}

/** The key of a class that was pressed, as it is kept; undefined for others. */
export function classKey({
  key,
  shiftKey,
}: {
  readonly key: string;
  readonly shiftKey: boolean;
}): string | undefined {
  return /^[1-9a-z]$/i.test(key) && !shiftKey ? key.toUpperCase() : undefined;
}
