// A box while it is edited, and what is done to boxes.
import type { BoxGesture } from '../../shared/gestures.ts';
import type { Rect } from '../../shared/model.ts';

export const flags = ['ignore', 'difficult', 'truncated', 'occluded'] as const;
/** What can be said of a box beside its class. */
export type Flag = (typeof flags)[number];

export interface EditorBox extends Rect, Readonly<Record<Flag, boolean>> {
  /** Negative until the backend has given it one. */
  readonly id: number;
  readonly classId: number;
  /** Boxes of a higher number lie over those of a lower one. */
  readonly z: number;
  /** How sure the model was that a new box comes from; the box keeps it. */
  readonly score?: number;
}

/** Of a box of which nothing is said but its class. */
export const noFlags: Readonly<Record<Flag, boolean>> = {
  ignore: false,
  difficult: false,
  truncated: false,
  occluded: false,
};

/** One undoable step: all of it or nothing. */
export interface EditorGesture {
  readonly name: BoxGesture;
  readonly put: readonly EditorBox[];
  readonly remove: readonly number[];
}

/** True where nothing of a box would change. */
export function sameBox(a: EditorBox, b: EditorBox): boolean {
  return (
    a.x === b.x &&
    a.y === b.y &&
    a.width === b.width &&
    a.height === b.height &&
    a.classId === b.classId &&
    a.z === b.z &&
    a.ignore === b.ignore &&
    a.difficult === b.difficult &&
    a.truncated === b.truncated &&
    a.occluded === b.occluded
  );
}

/** True where the same boxes lie in the same order. */
export function sameBoxes(some: readonly EditorBox[], others: readonly EditorBox[]): boolean {
  const isSame = (box: EditorBox, other: EditorBox | undefined) =>
    other !== undefined && box.id === other.id && sameBox(box, other);
  return some.length === others.length && some.every((box, index) => isSame(box, others[index]));
}

/** What is left of a gesture without these boxes; undefined where nothing is. */
export function withoutBoxes(gesture: EditorGesture, ids: ReadonlySet<number>): EditorGesture | undefined {
  const put = gesture.put.filter(({ id }) => !ids.has(id));
  const remove = gesture.remove.filter((id) => !ids.has(id));
  return put.length + remove.length > 0 ? { ...gesture, put, remove } : undefined;
}

/** The boxes after a gesture. */
export function applied({ put, remove }: EditorGesture, boxes: readonly EditorBox[]): readonly EditorBox[] {
  const changed = new Map(put.map((box) => [box.id, box]));
  const gone = new Set(remove);
  const known = new Set(boxes.map(({ id }) => id));
  const kept = boxes.filter(({ id }) => !gone.has(id)).map((box) => changed.get(box.id) ?? box);
  return [...kept, ...put.filter(({ id }) => !known.has(id))];
}
