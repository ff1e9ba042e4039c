// A gesture drawn on labels that another window changed meanwhile, made to fit what stands now: it still does what the hand
// did and leaves alone what the other window did.
import { type EditorBox, type EditorGesture, flags } from './gesture.ts';

const PLACE = ['x', 'y', 'width', 'height'] as const;
const CHANGES: Readonly<Record<string, readonly (keyof EditorBox)[]>> = {
  move: PLACE,
  nudge: PLACE,
  resize: PLACE,
  reclass: ['classId'],
  'to-front': ['z'],
  'to-back': ['z'],
  ...Object.fromEntries(flags.map((flag) => [flag, [flag]])),
};

/**
 * The gesture over `now`; undefined where nothing of it is left to do. New boxes stay; of a known box only what the gesture
 * is about is changed; boxes that are gone stay gone.
 */
export function overtaken(gesture: EditorGesture, now: readonly EditorBox[]): EditorGesture | undefined {
  const byId = new Map(now.map((box) => [box.id, box]));
  const put = gesture.put.flatMap((box) => {
    const stands = byId.get(box.id);
    if (box.id < 0) return [box];
    return stands ? [merged(stands, box, CHANGES[gesture.name])] : [];
  });
  const remove = gesture.remove.filter((id) => id < 0 || byId.has(id));
  return put.length + remove.length > 0 ? { ...gesture, put, remove } : undefined;
}

function merged(
  stands: EditorBox,
  box: EditorBox,
  keys: readonly (keyof EditorBox)[] | undefined,
): EditorBox {
  if (!keys) return box;
  return { ...stands, ...Object.fromEntries(keys.map((key) => [key, box[key]])) };
}
