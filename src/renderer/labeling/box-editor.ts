// The boxes of one image with their selection and view: each change of them is a gesture. Knows no DOM.
import { clip, type Size } from '../../shared/box.ts';
import type { BoxGesture } from '../../shared/gestures.ts';
import { BoxList } from './box-list.ts';
import { Camera } from './camera.ts';
import { type EditorBox, type EditorGesture, sameBox } from './gesture.ts';

export interface EditorHooks {
  onGesture(gesture: EditorGesture): void;
  /** Something to show changed. */
  onChange(): void;
  /** A box was drawn before there is a class for it. */
  onNameless?(): void;
}

export class BoxEditor {
  protected readonly hooks: EditorHooks;
  readonly camera: Camera;
  readonly list = new BoxList();
  /** The class of the next box. */
  classId: number | undefined;
  /** The next box keeps its class whatever is given to others. */
  classLocked = false;
  #hidden = false;
  #nextId = -1;

  constructor(hooks: EditorHooks) {
    this.hooks = hooks;
    this.camera = new Camera(() => hooks.onChange());
  }

  get boxes(): readonly EditorBox[] {
    return this.list.all;
  }

  /** The box that was selected last. */
  get selected(): EditorBox | undefined {
    return this.list.primary;
  }

  get selectedId(): number | undefined {
    return this.list.primary?.id;
  }

  /** True while the boxes are out of sight, and with that out of reach. */
  get hidden(): boolean {
    return this.#hidden;
  }

  /** Hides the boxes, of which none stays selected, or shows them. */
  hide(hidden: boolean): void {
    this.#hidden = hidden;
    if (hidden) this.list.select([]);
    this.hooks.onChange();
  }

  /** Shows another image, whole. */
  load(image: Size, boxes: readonly EditorBox[]): void {
    this.list.select([]);
    this.camera.show(image);
    this.list.set(boxes, image);
    this.hooks.onChange();
  }

  /** The boxes as they are stored now. */
  setBoxes(boxes: readonly EditorBox[]): void {
    this.list.set(boxes);
    this.hooks.onChange();
  }

  /** A new box got its lasting id. */
  adopt(temporary: number, id: number): void {
    this.list.rename(temporary, id);
    this.hooks.onChange();
  }

  /** New boxes get temporary ids below this one. */
  idsBelow(lowest: number): void {
    this.#nextId = Math.min(this.#nextId, lowest - 1);
  }

  /** Selects one box, or none. */
  select(id: number | undefined): void {
    this.selectAll(id === undefined ? [] : [id]);
  }

  /** What is selected is in sight. */
  selectAll(ids: Iterable<number>): void {
    this.list.select(ids);
    if (this.list.selection.size > 0) this.#hidden = false;
    this.hooks.onChange();
  }

  toggle(id: number): void {
    this.list.toggle(id);
    this.#hidden = false;
    this.hooks.onChange();
  }

  /** Moves the view to what is selected where nothing of that is on the screen, and to a single box where a part is not. */
  reveal(): void {
    const { bounds, selection } = this.list;
    if (bounds) this.camera.reveal(bounds, selection.size === 1);
  }

  /** Adds boxes as one gesture, each cut at the image's edge; they are selected. */
  add(name: BoxGesture, inputs: readonly Omit<EditorBox, 'id'>[]): void {
    const put = inputs.flatMap((input) => {
      const inside = clip(input, this.camera.image);
      return inside ? [{ ...input, ...inside, id: this.#nextId-- }] : [];
    });
    if (put.length === 0) return;
    this.list.set([...this.boxes, ...put]);
    this.list.select(put.map(({ id }) => id));
    this.#commit({ name, put, remove: [] });
  }

  /** Changes boxes as one gesture; those that are gone, and those that stay as they are, are left out. */
  change(name: BoxGesture, changed: readonly EditorBox[]): void {
    const put = changed.filter((box) => {
      const was = this.list.get(box.id);
      return was !== undefined && !sameBox(was, box);
    });
    if (put.length === 0) return;
    this.list.replace(put);
    this.#commit({ name, put, remove: [] });
  }

  remove(ids: readonly number[]): void {
    if (ids.length === 0) return;
    const gone = new Set(ids);
    this.list.set(this.boxes.filter(({ id }) => !gone.has(id)));
    this.#commit({ name: 'delete', put: [], remove: [...ids] });
  }

  #commit(gesture: EditorGesture): void {
    this.#hidden = false;
    this.hooks.onGesture(gesture);
    this.hooks.onChange();
  }
}
