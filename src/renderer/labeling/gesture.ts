// A box while it is edited, and what is done to boxes.
import type { Rect } from '../../shared/model.ts';

export interface EditorBox extends Rect {
  /** Negative until the backend has given it one. */
  readonly id: number;
  readonly classId: number;
  readonly ignore: boolean;
}

/** One undoable step: all of it or nothing. */
export interface EditorGesture {
  readonly name: string;
  readonly put: readonly EditorBox[];
  readonly remove: readonly number[];
}
