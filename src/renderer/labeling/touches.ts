// Tells fingers, pens and mice apart: one finger draws and moves, two fingers pan and zoom, and while a pen is down the
// hand that rests beside it does nothing.
import type { Point } from '../../shared/box.ts';
import type { Editor } from './editor.ts';

/** What of a pointer event counts here; `x` and `y` on the canvas. */
export interface PointerLike extends Point {
  readonly pointerId: number;
  readonly pointerType: string;
  readonly button: number;
  readonly shiftKey: boolean;
}

interface Pinch {
  readonly middle: Point;
  readonly distance: number;
}

export class Touches {
  readonly #editor: Editor;
  readonly #fingers = new Map<number, Point>();
  #pinch: Pinch | undefined;
  /** After two fingers, the one that stays does nothing until it is lifted. */
  #spent = false;
  #penId: number | undefined;

  constructor(editor: Editor) {
    this.#editor = editor;
  }

  down(event: PointerLike): void {
    const { x, y, button, shiftKey } = event;
    if (event.pointerType !== 'touch') {
      if (event.pointerType === 'pen') this.#takePen(event.pointerId);
      this.#editor.press({ x, y, button, adds: shiftKey });
      return;
    }
    if (this.#penId !== undefined) return;
    this.#fingers.set(event.pointerId, { x, y });
    if (this.#fingers.size === 1) this.#editor.press({ x, y, button: 0, adds: shiftKey, finger: true });
    if (this.#fingers.size === 2) {
      this.#editor.cancel();
      this.#spent = true;
      this.#pinch = this.#reading();
    }
  }

  move(event: PointerLike): void {
    const known = this.#fingers.has(event.pointerId);
    if (known) this.#fingers.set(event.pointerId, { x: event.x, y: event.y });
    if (event.pointerType !== 'touch') this.#editor.drag(event);
    else if (!known) return;
    else if (this.#pinch) this.#follow(this.#pinch);
    else if (!this.#spent) this.#editor.drag(event);
  }

  up(event: PointerLike): void {
    if (event.pointerType !== 'touch') {
      if (this.#penId === event.pointerId) this.#penId = undefined;
      this.#editor.release(event);
      return;
    }
    if (!this.#fingers.delete(event.pointerId)) return;
    if (!this.#spent) this.#editor.release(event);
    this.#lifted();
  }

  cancel(event: PointerLike): void {
    if (this.#penId === event.pointerId) this.#penId = undefined;
    // a hand that was not listened to ends nothing
    const known = this.#fingers.delete(event.pointerId);
    if (event.pointerType === 'touch' && !known) return;
    this.#editor.cancel();
    this.#lifted();
  }

  /** The hand that came down before its pen did not mean anything. */
  #takePen(id: number): void {
    this.#penId = id;
    if (this.#fingers.size === 0) return;
    this.#fingers.clear();
    this.#pinch = undefined;
    this.#spent = false;
    this.#editor.cancel();
  }

  #lifted(): void {
    this.#pinch = undefined;
    if (this.#fingers.size > 0) return;
    this.#spent = false;
    this.#editor.leave();
  }

  #follow(before: Pinch): void {
    const now = this.#reading();
    if (!now) return;
    const { camera } = this.#editor;
    camera.pan(now.middle.x - before.middle.x, now.middle.y - before.middle.y);
    if (before.distance > 0 && now.distance > 0) camera.zoom(now.distance / before.distance, now.middle);
    this.#pinch = now;
  }

  #reading(): Pinch | undefined {
    const [a, b] = [...this.#fingers.values()];
    if (!a || !b) return undefined;
    return {
      middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 },
      distance: Math.hypot(a.x - b.x, a.y - b.y),
    };
  }
}
