// The boxes of one image under a pointer: turns presses, drags and releases into gestures. Knows no DOM.
import { contains, type Handle, type Point, type Size } from '../../shared/box.ts';
import type { Rect } from '../../shared/model.ts';
import { BoxEditor } from './box-editor.ts';
import { banding, type Drag, drawing, moving, resizing } from './drags.ts';
import { type EditorBox, noFlags } from './gesture.ts';
import { type Hover, targetAt } from './target.ts';
import { toScreen } from './viewport.ts';

/** `button`: 0 left, 1 middle, 2 right. */
export type PointerPress = Point & {
  readonly button: number;
  /** Adds to the selection, or draws a rubber band. */
  readonly adds?: boolean;
  /** A finger reaches further than a mouse. */
  readonly finger?: boolean;
};

export type Tool = 'select' | 'draw';

/** Screen pixels. */
const REACH = 6;
const FINGER_REACH = 18;
const SNAP = 3;
const CLICK = 3;

export class Editor extends BoxEditor {
  tool: Tool = 'select';
  /** What the drag under way makes of its boxes, or the rectangle being drawn. */
  draft: readonly Rect[] | undefined;
  /** A rectangle that was drawn while there is no class: it becomes a box once it is named. */
  nameless: Rect | undefined;
  /** While true, a press pans. */
  holdsPan = false;
  #pointer: Point | undefined;
  /** Where keys put the crosshair, in image pixels; the next move of a pointer takes it from there. */
  #aim: Point | undefined;
  #drag: Drag | undefined;
  #pressed: PointerPress | undefined;
  #panFrom: Point | undefined;

  /** The pointer over the canvas or the crosshair of the keys, in screen pixels. */
  get pointer(): Point | undefined {
    return this.#aim ? toScreen(this.camera.view, this.#aim) : this.#pointer;
  }

  set pointer(at: Point | undefined) {
    this.#pointer = at;
    this.#aim = undefined;
  }

  /** True while a crosshair stands that keys have put there. */
  get aims(): boolean {
    return this.#aim !== undefined;
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

  override load(image: Size, boxes: readonly EditorBox[]): void {
    this.cancel();
    this.#aim = undefined;
    super.load(image, boxes);
  }

  override hide(hidden: boolean): void {
    this.#endDrag();
    super.hide(hidden);
  }

  override adopt(temporary: number, id: number): void {
    const drag = this.#drag;
    const boxes = drag?.boxes.map((box) => (box.id === temporary ? { ...box, id } : box));
    if (drag && boxes) this.#drag = { ...drag, boxes };
    super.adopt(temporary, id);
  }

  setTool(tool: Tool): void {
    this.cancel();
    this.#aim = undefined;
    // what is drawn next is another box
    if (tool === 'draw') this.list.select([]);
    this.tool = tool;
    this.hooks.onChange();
  }

  holdPan(held: boolean): void {
    this.holdsPan = held;
    this.hooks.onChange();
  }

  press(at: PointerPress): void {
    this.pointer = at;
    if (at.button === 1 || (at.button === 0 && this.holdsPan)) this.#panFrom = at;
    else if (at.button === 0) this.#pressLeft(at);
    this.hooks.onChange();
  }

  drag(at: Point): void {
    // a pointer that rests takes nothing from the keys
    if (this.#aim && at.x === this.#pointer?.x && at.y === this.#pointer.y) return;
    this.pointer = at;
    if (this.#panFrom) {
      this.camera.pan(at.x - this.#panFrom.x, at.y - this.#panFrom.y);
      this.#panFrom = at;
    } else if (this.#drag && (!this.#pressed || this.draft || !this.#isClick(at))) {
      this.draft = this.#drag.to(this.camera.imagePoint(at));
    }
    this.hooks.onChange();
  }

  release(at: Point): void {
    this.pointer = at;
    if (this.#panFrom) this.#panFrom = undefined;
    else if (this.#drag && this.#pressed) this.#releaseLeft(at);
    this.hooks.onChange();
  }

  leave(): void {
    this.#pointer = undefined;
    this.hooks.onChange();
  }

  /** Gives up what is being done; says whether there was anything to give up. */
  cancel(): boolean {
    const busy = [this.#drag, this.#panFrom, this.nameless].some((going) => going !== undefined);
    this.#endDrag();
    this.nameless = undefined;
    this.#panFrom = undefined;
    this.hooks.onChange();
    return busy;
  }

  /** Moves the crosshair by image pixels, at first from the pointer or the middle of what is in sight. */
  aimBy(dx: number, dy: number): void {
    const { image } = this.camera;
    const from = this.#aim ?? this.#aimStart();
    const within = (at: number, side: number) => Math.min(side, Math.max(0, Math.round(at)));
    this.#aim = { x: within(from.x + dx, image.width), y: within(from.y + dy, image.height) };
    this.camera.reveal({ ...this.#aim, width: 0, height: 0 }, true);
    if (this.#drag?.kind === 'draw') this.draft = this.#drag.to(this.#aim);
    this.hooks.onChange();
  }

  /** Sets a corner of a box where the crosshair of the keys stands: the first one, or the one across from it. */
  setCorner(): void {
    if (!this.#aim) return;
    if (this.#drag?.kind !== 'draw') {
      this.list.select([]);
      this.nameless = undefined;
      this.#drag = drawing(this.#aim, this.camera.image, 0);
    } else if (this.draft) this.#commitDrag();
    this.hooks.onChange();
  }

  /** Puts the crosshair of the keys away; says whether there was one. */
  endAim(): boolean {
    const aimed = this.aims;
    this.#aim = undefined;
    this.hooks.onChange();
    return aimed;
  }

  #aimStart(): Point {
    const { inSight } = this.camera;
    const at = this.#pointer && this.camera.imagePoint(this.#pointer);
    if (at && contains(inSight, at)) return at;
    return { x: inSight.x + inSight.width / 2, y: inSight.y + inSight.height / 2 };
  }

  /** Makes a box of what was drawn before there was a class for it. */
  name(classId: number): void {
    const rect = this.nameless;
    this.nameless = undefined;
    this.classId = classId;
    if (rect) this.#finishDrawing([rect]);
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
      this.nameless = undefined;
      this.#drag = drawing(from, image, pull);
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
    return this.hidden ? undefined : targetAt(this.list, point, this.camera.reach(screenReach));
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
    else if (drag.kind === 'select') this.#band(rects[0]);
    else
      this.change(
        drag.kind,
        drag.boxes.map((box, index) => ({ ...(this.list.get(box.id) ?? box), ...rects[index] })),
      );
  }

  #band(part: Rect | undefined): void {
    this.list.selectWithin(part);
    this.selectAll(this.list.selection);
  }

  #finishDrawing([rect]: readonly Rect[]): void {
    // less than a screen pixel is a slip of the hand
    if (!rect || Math.min(rect.width, rect.height) < this.camera.reach(1)) return;
    if (this.classId === undefined) {
      this.nameless = rect;
      this.hooks.onNameless?.();
      return;
    }
    this.add('draw', [{ ...rect, ...noFlags, classId: this.classId, z: this.list.top }]);
  }

  #endDrag(): void {
    this.#drag = undefined;
    this.#pressed = undefined;
    this.draft = undefined;
  }
}
