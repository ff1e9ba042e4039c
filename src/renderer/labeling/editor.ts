// The boxes of one image under a pointer and a keyboard: turns presses and actions into gestures. Knows no DOM.
import {
  clip,
  contains,
  type HitTarget,
  hitTest,
  move,
  type Point,
  resizeByHandle,
  type Size,
} from '../../shared/box.ts';
import type { Rect } from '../../shared/model.ts';
import { Camera } from './camera.ts';
import { type Drag, drawing, moving, resizing, sameRect } from './drags.ts';
import type { EditorBox, EditorGesture } from './gesture.ts';

/** `button`: 0 left, 1 middle, 2 right. */
export type PointerPress = Point & { readonly button: number };

export interface EditorHooks {
  onGesture(gesture: EditorGesture): void;
  /** Something to show changed. */
  onChange(): void;
}

export type Tool = 'select' | 'draw';

/** Screen pixels. */
const REACH = 6;
const SNAP = 3;
const CLICK = 3;

export class Editor {
  readonly #hooks: EditorHooks;
  readonly camera: Camera;
  boxes: readonly EditorBox[] = [];
  selectedId: number | undefined;
  tool: Tool = 'select';
  /** The class of the next box. */
  classId: number | undefined;
  /** The box being drawn, moved or resized. */
  draft: Rect | undefined;
  /** The pointer over the canvas, in screen pixels. */
  pointer: Point | undefined;
  #drag: Drag | undefined;
  #pressed: Point | undefined;
  #panFrom: Point | undefined;
  #holdsPan = false;
  #nextId = -1;

  constructor(hooks: EditorHooks) {
    this.#hooks = hooks;
    this.camera = new Camera(() => hooks.onChange());
  }

  get selected(): EditorBox | undefined {
    return this.boxes.find((box) => box.id === this.selectedId);
  }

  get dragging(): Drag['kind'] | 'pan' | undefined {
    return this.#panFrom ? 'pan' : this.#drag?.kind;
  }

  /** What the pointer is over, for the cursor and the highlight. */
  get hover(): (HitTarget & { readonly id: number }) | undefined {
    if (!this.pointer || this.tool === 'draw' || this.#holdsPan) return undefined;
    return this.#hit(this.camera.imagePoint(this.pointer));
  }

  get holdsPan(): boolean {
    return this.#holdsPan;
  }

  /** Shows another image, whole. */
  load(image: Size, boxes: readonly EditorBox[]): void {
    this.cancel();
    this.selectedId = undefined;
    this.camera.show(image);
    this.setBoxes(boxes);
  }

  /** The boxes as they are stored now; what was selected stays so where it still exists. */
  setBoxes(boxes: readonly EditorBox[]): void {
    this.boxes = boxes;
    if (!this.selected) this.selectedId = undefined;
    this.#hooks.onChange();
  }

  /** A new box got its lasting id. */
  adopt(temporary: number, id: number): void {
    this.boxes = this.boxes.map((box) => (box.id === temporary ? { ...box, id } : box));
    if (this.selectedId === temporary) this.selectedId = id;
    this.#hooks.onChange();
  }

  setTool(tool: Tool): void {
    this.cancel();
    this.tool = tool;
    this.#hooks.onChange();
  }

  select(id: number | undefined): void {
    this.selectedId = id;
    this.#hooks.onChange();
  }

  /** While held, a press pans. */
  holdPan(held: boolean): void {
    this.#holdsPan = held;
    this.#hooks.onChange();
  }

  press(at: PointerPress): void {
    this.pointer = at;
    if (at.button === 1 || (at.button === 0 && this.#holdsPan)) this.#panFrom = at;
    else if (at.button === 0) this.#pressLeft(at);
    this.#hooks.onChange();
  }

  drag(at: Point): void {
    this.pointer = at;
    if (this.#panFrom) {
      this.camera.pan(at.x - this.#panFrom.x, at.y - this.#panFrom.y);
      this.#panFrom = at;
    } else if (this.#drag && (!this.#pressed || !this.#isClick(at))) {
      this.draft = this.#drag.to(this.camera.imagePoint(at));
    }
    this.#hooks.onChange();
  }

  release(at: Point): void {
    this.pointer = at;
    if (this.#panFrom) this.#panFrom = undefined;
    else if (this.#drag && this.#pressed) {
      const clicked = this.#isClick(at) && this.draft === undefined;
      this.#pressed = undefined;
      // a click with the drawing tool leaves the first corner standing until the second click
      if (!clicked) this.#commitDrag();
      else if (this.tool !== 'draw') this.#endDrag();
    }
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

  /** Moves the selected box by image pixels. */
  nudge(dx: number, dy: number): void {
    const box = this.selected;
    if (box) this.#change('nudge', { ...box, ...move(box, dx, dy, this.camera.image) });
  }

  /** Moves the right or the lower edge of the selected box. */
  grow(dx: number, dy: number): void {
    const box = this.selected;
    const grown = box && resizeByHandle(box, 'se', dx, dy, this.camera.image);
    if (box && grown && grown.width >= 1 && grown.height >= 1) this.#change('resize', { ...box, ...grown });
  }

  remove(): void {
    const box = this.selected;
    if (!box) return;
    this.boxes = this.boxes.filter(({ id }) => id !== box.id);
    this.selectedId = undefined;
    this.#commit({ name: 'delete', put: [], remove: [box.id] });
  }

  duplicate(): void {
    const box = this.selected;
    if (!box) return;
    const shift = this.camera.reach(12);
    this.add('duplicate', [{ ...box, ...move(box, shift, shift, this.camera.image) }]);
  }

  /** Adds boxes as one gesture, each cut at the image's edge; the last one is selected. */
  add(name: string, inputs: readonly Omit<EditorBox, 'id'>[]): void {
    const put = inputs.flatMap((input) => {
      const inside = clip(input, this.camera.image);
      return inside ? [{ ...input, ...inside, id: this.#nextId-- }] : [];
    });
    if (put.length === 0) return;
    this.boxes = [...this.boxes, ...put];
    this.selectedId = put.at(-1)?.id;
    this.#commit({ name, put, remove: [] });
  }

  /** Gives the selected box a class, and the next one. */
  assign(classId: number): void {
    this.classId = classId;
    const box = this.selected;
    if (box && box.classId !== classId) this.#change('reclass', { ...box, classId });
    else this.#hooks.onChange();
  }

  toggleIgnore(): void {
    const box = this.selected;
    if (box) this.#change('ignore', { ...box, ignore: !box.ignore });
  }

  /** Selects the next (1) or the previous (-1) box. */
  step(direction: 1 | -1): void {
    const count = this.boxes.length;
    if (count === 0) return;
    const at = this.boxes.findIndex(({ id }) => id === this.selectedId);
    const next = at < 0 ? (direction > 0 ? 0 : count - 1) : (at + direction + count) % count;
    this.select(this.boxes[next]?.id);
  }

  /** Selects the next of the boxes that lie over each other under the pointer. */
  cycle(): void {
    if (!this.pointer) return;
    const at = this.camera.imagePoint(this.pointer);
    const under = this.boxes.filter((box) => contains(box, at));
    const current = under.findIndex(({ id }) => id === this.selectedId);
    const next = under[(current + 1) % Math.max(1, under.length)];
    if (next) this.select(next.id);
  }

  #pressLeft(at: PointerPress): void {
    const point = this.camera.imagePoint(at);
    if (this.#drag?.kind === 'draw' && !this.#pressed) {
      this.draft = this.#drag.to(point);
      this.#commitDrag();
      return;
    }
    this.#pressed = at;
    const target = this.tool === 'draw' ? undefined : this.#hit(point);
    this.selectedId = target?.id;
    this.#drag = this.#dragOn(target, point);
  }

  #dragOn(target: (HitTarget & { id: number }) | undefined, from: Point): Drag | undefined {
    const pull = this.camera.reach(SNAP);
    const box = target && this.boxes[target.index];
    if (!target || !box)
      return this.classId === undefined ? undefined : drawing(from, this.camera.image, pull);
    if (target.part === 'body') return moving(box, from, this.camera.image);
    return resizing(box, target.part, from, this.camera.image, pull);
  }

  #hit(point: Point): (HitTarget & { readonly id: number }) | undefined {
    const selected = this.boxes.findIndex(({ id }) => id === this.selectedId);
    const reach = this.camera.reach(REACH);
    const target = hitTest(this.boxes, point, reach, selected < 0 ? undefined : selected);
    const box = target && this.boxes[target.index];
    return target && box ? { ...target, id: box.id } : undefined;
  }

  #isClick(at: Point): boolean {
    const from = this.#pressed;
    return from !== undefined && Math.hypot(at.x - from.x, at.y - from.y) < CLICK;
  }

  #commitDrag(): void {
    const { draft } = this;
    const kind = this.#drag?.kind;
    const box = this.selected;
    this.#endDrag();
    // less than a screen pixel is a slip of the hand
    if (!draft || Math.min(draft.width, draft.height) < this.camera.reach(1)) return;
    if (kind === 'draw' && this.classId !== undefined) {
      this.add('draw', [{ ...draft, classId: this.classId, ignore: false }]);
    } else if (box && kind && !sameRect(box, draft)) this.#change(kind, { ...box, ...draft });
  }

  #endDrag(): void {
    this.#drag = undefined;
    this.#pressed = undefined;
    this.draft = undefined;
  }

  #change(name: string, changed: EditorBox): void {
    this.boxes = this.boxes.map((box) => (box.id === changed.id ? changed : box));
    this.#commit({ name, put: [changed], remove: [] });
  }

  #commit(gesture: EditorGesture): void {
    this.#hooks.onGesture(gesture);
    this.#hooks.onChange();
  }
}
