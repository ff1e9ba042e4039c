// Whether a gesture is found in what stands: asked after a connection was lost before the answer came.
import type { EditorBox, EditorGesture } from './gesture.ts';

/** Pixels that storing may round by. */
const ROUNDING = 0.01;

/** The ids of a gesture's boxes where all of it stands, else undefined. New boxes are none of those `known` before. */
export function storedIds(
  { put, remove }: EditorGesture,
  boxes: readonly EditorBox[],
  known: ReadonlySet<number>,
): number[] | undefined {
  if (boxes.some((box) => remove.includes(box.id))) return undefined;
  const taken = new Set(known);
  const ids: number[] = [];
  // the newest first: an older box may look the same
  const newest = boxes.toSorted((one, other) => other.id - one.id);
  for (const wanted of put) {
    const found = newest.find((box) => isMeant(wanted, box, taken) && isSame(wanted, box));
    if (!found) return undefined;
    taken.add(found.id);
    ids.push(found.id);
  }
  return ids;
}

function isMeant(wanted: EditorBox, box: EditorBox, taken: ReadonlySet<number>): boolean {
  return wanted.id >= 0 ? wanted.id === box.id : !taken.has(box.id);
}

function isSame(one: EditorBox, other: EditorBox): boolean {
  const near = (['x', 'y', 'width', 'height'] as const).every(
    (side) => Math.abs(one[side] - other[side]) <= ROUNDING,
  );
  const marks = ['classId', 'z', 'ignore', 'difficult', 'truncated', 'occluded'] as const;
  return near && marks.every((mark) => one[mark] === other[mark]);
}
