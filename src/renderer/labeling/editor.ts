// The boxes of one image under a pointer: turns presses, drags and releases into gestures. Knows no DOM.
import { clip, type Handle, type Point, type Size } from '../../shared/box.ts';
import type { Rect } from '../../shared/model.ts';
import { BoxList } from './box-list.ts';
import { Camera } from './camera.ts';
import { banding, type Drag, drawing, moving, resizing } from './drags.ts';
import { type EditorBox, type EditorGesture, sameBox } from './gesture.ts';
import { type Hover, targetAt } from './target.ts';

/** `button`: 0 left, 1 middle, 2 right. */
export type PointerPress = Point & {
  readonly button: number;
  /** Adds to the selection, or draws a rubber band. */
  readonly adds?: boolean;
  /** A finger reaches further than a mouse. */
  readonly finger?: boolean;
};

export interface EditorHooks {
  onGesture(gesture: EditorGesture): void;
  /** Something to show changed. */
  onChange(): void;
}

export type Tool = 'select' | 'draw';

/** Screen pixels. */
const REACH = 6;
const FINGER_REACH = 18;
const SNAP = 3;
const CLICK = 3;

export class Editor {
  readonly #hooks: EditorHooks;
  readonly camera: Camera;
  readonly list = new BoxList();
  tool: Tool = 'select';
  /** The class of the next box. */
  classId: number | undefined;
  /** The next box keeps its class whatever is given to others. */
  classLocked = false;
  /** The pointer over the canvas, in screen pixels. */
  pointer: Point | undefined;
  /** What the drag under way makes of its boxes, or the rectangle being drawn. */
  draft: readonly Rect[] | undefined;
  /** While true, a press pans. */
  holdsPan = false;
  #drag: Drag | undefined;
  #pressed: PointerPress | undefined;
  #panFrom: Point | undefined;
  #nextId = -1;

  constructor(hooks: EditorHooks) {
    this.#hooks = hooks;
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

  get dragging(): Drag['kind'] | 'pan' | undefined {
    return this.#panFrom ? 'pan' : this.#drag?.kind;
  }

  /** The boxes that the drag under way changes, in the order of `draft`. */
  get dragged(): readonly EditorBox[] {
    return this.#drag?.boxes ?? [];
  }

  /** What the pointer is over, for the cursor and the highlight. */
  get hover(): Hover | undefined {
    if (!this.pointer || this.tool === 'draw' || this.holdsPan) return undefined;
    return this.#hit(this.camera.imagePoint(this.pointer), REACH);
  }

  /** Shows another image, whole. */
  load(image: Size, boxes: readonly EditorBox[]): void {
    this.cancel();
    this.list.select([]);
    this.camera.show(image);
    this.list.set(boxes, image);
    this.#hooks.onChange();
  }

  /** The boxes as they are stored now. */
  setBoxes(boxes: readonly EditorBox[]): void {
    this.list.set(boxes);
    this.#hooks.onChange();
  }

  /** A new box got its lasting id. */
  adopt(temporary: number, id: number): void {
    this.list.rename(temporary, id);
    const drag = this.#drag;
    const boxes = drag?.boxes.map((box) => (box.id === temporary ? { ...box, id } : box));
    if (drag && boxes) this.#drag = { ...drag, boxes };
    this.#hooks.onChange();
  }

  /** New boxes get temporary ids below this one. */
  idsBelow(lowest: number): void {
    this.#nextId = Math.min(this.#nextId, lowest - 1);
  }

  setTool(tool: Tool): void {
    this.cancel();
    this.tool = tool;
    this.#hooks.onChange();
  }

  /** Selects one box, or none. */
  select(id: number | undefined): void {
    this.selectAll(id === undefined ? [] : [id]);
  }

  selectAll(ids: Iterable<number>): void {
    this.list.select(ids);
    this.#hooks.onChange();
  }

  toggle(id: number): void {
    this.list.toggle(id);
    this.#hooks.onChange();
  }

  holdPan(held: boolean): void {
    this.holdsPan = held;
    this.#hooks.onChange();
  }

  press(at: PointerPress): void {
    this.pointer = at;
    if (at.button === 1 || (at.button === 0 && this.holdsPan)) this.#panFrom = at;
    else if (at.button === 0) this.#pressLeft(at);
    this.#hooks.onChange();
  }

  drag(at: Point): void {
    this.pointer = at;
    if (this.#panFrom) {
      this.camera.pan(at.x - this.#panFrom.x, at.y - this.#panFrom.y);
      this.#panFrom = at;
    } else if (this.#drag && (!this.#pressed || this.draft || !this.#isClick(at))) {
      this.draft = this.#drag.to(this.camera.imagePoint(at));
    }
    this.#hooks.onChange();
  }

  release(at: Point): void {
    this.pointer = at;
    if (this.#panFrom) this.#panFrom = undefined;
    else if (this.#drag && this.#pressed) this.#releaseLeft(at);
    this.#hooks.onChange();
  }

  leave(): void {
    this.pointer = undefined;
    this.#hooks.onChange();
  }

  /** Gives up what is being done; says whether there was anything to give up. */
  cancel(): boolean {
    const busy = this.#drag !== undefined || this.#panFrom !== undefined;
    this.#endDrag();
    this.#panFrom = undefined;
    this.#hooks.onChange();
    return busy;
  }

  /** Adds boxes as one gesture, each cut at the image's edge; they are selected. */
  add(name: string, inputs: readonly Omit<EditorBox, 'id'>[]): void {
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
  change(name: string, changed: readonly EditorBox[]): void {
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

  #pressLeft(at: PointerPress): void {
    const point = this.camera.imagePoint(at);
    if (this.#drag?.kind === 'draw' && !this.#pressed) {
      this.draft = this.#drag.to(point);
      this.#commitDrag();
      return;
    }
    this.#pressed = at;
    const target = this.tool === 'draw' ? undefined : this.#hit(point, at.finger ? FINGER_REACH : REACH);
    if (at.adds && this.tool !== 'draw') this.#pressAdding(target, point);
    else this.#pressOn(target, point);
  }

  #pressAdding(target: Hover | undefined, point: Point): void {
    if (target?.id === undefined) this.#drag = banding(point);
    else this.list.toggle(target.id);
  }

  #pressOn(target: Hover | undefined, from: Point): void {
    const pull = this.camera.reach(SNAP);
    const { image } = this.camera;
    if (!target) {
      this.list.select([]);
      this.#drag = this.classId === undefined ? undefined : drawing(from, image, pull);
      return;
    }
    if (target.id !== undefined && (target.part !== 'body' || !this.list.selection.has(target.id)))
      this.list.select([target.id]);
    const boxes = this.list.selected;
    this.#drag =
      target.part === 'body'
        ? moving(boxes, from, image, pull)
        : resizing(boxes, target.part as Handle, from, image, pull);
  }

  #releaseLeft(at: Point): void {
    const clicked = this.#isClick(at) && this.draft === undefined;
    const pressed = this.#pressed;
    this.#pressed = undefined;
    if (!clicked) this.#commitDrag();
    // a click with the drawing tool leaves the first corner standing until the second click
    if (!clicked || this.tool === 'draw') return;
    this.#endDrag();
    const under = pressed && this.#hit(this.camera.imagePoint(pressed), REACH);
    if (this.list.selection.size > 1 && under?.id !== undefined && !pressed?.adds)
      this.list.select([under.id]);
  }

  #hit(point: Point, screenReach: number): Hover | undefined {
    return targetAt(this.list, point, this.camera.reach(screenReach));
  }

  #isClick(at: Point): boolean {
    const from = this.#pressed;
    return from !== undefined && Math.hypot(at.x - from.x, at.y - from.y) < CLICK;
  }

  #commitDrag(): void {
    const rects = this.draft;
    const drag = this.#drag;
    this.#endDrag();
    if (!rects || !drag) return;
    if (drag.kind === 'draw') this.#finishDrawing(rects);
    else if (drag.kind === 'select') this.list.selectWithin(rects[0]);
    else
      this.change(
        drag.kind,
        drag.boxes.map((box, index) => ({ ...(this.list.get(box.id) ?? box), ...rects[index] })),
      );
  }

  #finishDrawing([rect]: readonly Rect[]): void {
    // less than a screen pixel is a slip of the hand
    if (!rect || this.classId === undefined || Math.min(rect.width, rect.height) < this.camera.reach(1))
      return;
    const plain = { ignore: false, difficult: false, truncated: false, occluded: false };
    this.add('draw', [{ ...rect, ...plain, classId: this.classId, z: this.list.top }]);
  }

  #endDrag(): void {
    this.#drag = undefined;
    this.#pressed = undefined;
    this.draft = undefined;
  }

  #commit(gesture: EditorGesture): void {
    this.#hooks.onGesture(gesture);
    this.#hooks.onChange();
  }
}
