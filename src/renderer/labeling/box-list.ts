// The boxes of an image and which of them are selected. Every change makes new arrays, so that views can compare them.
import type { Point, Size } from '../../shared/box.ts';
import { boundsOf } from '../../shared/box.ts';
import type { Rect } from '../../shared/model.ts';
import { BoxGrid } from './box-grid.ts';
import type { EditorBox } from './gesture.ts';

export class BoxList {
  all: readonly EditorBox[] = [];
  selection: ReadonlySet<number> = new Set();
  #image: Size = { width: 1, height: 1 };
  #grid: BoxGrid<EditorBox> | undefined;
  #byId: Map<number, EditorBox> | undefined;

  /** Selected boxes in drawing order. */
  get selected(): readonly EditorBox[] {
    return this.selection.size === 0 ? [] : this.all.filter(({ id }) => this.selection.has(id));
  }

  /** The box that was selected last. */
  get primary(): EditorBox | undefined {
    const last = [...this.selection].at(-1);
    return last === undefined ? undefined : this.get(last);
  }

  /** The smallest rectangle around what is selected. */
  get bounds(): Rect | undefined {
    return boundsOf(this.selected);
  }

  /** The order of the box that lies over all others. */
  get top(): number {
    return this.all.at(-1)?.z ?? 0;
  }

  get(id: number): EditorBox | undefined {
    this.#byId ??= new Map(this.all.map((box) => [box.id, box]));
    return this.#byId.get(id);
  }

  /** All boxes anew; what was selected stays so where it still exists. */
  set(boxes: readonly EditorBox[], image: Size = this.#image): void {
    this.all = inOrder(boxes);
    this.#image = image;
    this.#grid = undefined;
    this.#byId = undefined;
    if (this.selection.size === 0) return;
    const ids = new Set(boxes.map(({ id }) => id));
    this.select([...this.selection].filter((id) => ids.has(id)));
  }

  select(ids: Iterable<number>): void {
    this.selection = new Set(ids);
  }

  /** Adds what touches a part of the image to the selection. */
  selectWithin(part: Rect | undefined): void {
    if (part) this.select([...this.selection, ...this.within(part).map(({ id }) => id)]);
  }

  toggle(id: number): void {
    const rest = [...this.selection].filter((other) => other !== id);
    this.selection = new Set(rest.length === this.selection.size ? [...rest, id] : rest);
  }

  /** Puts changed boxes in their places. */
  replace(changed: readonly EditorBox[]): void {
    const byId = new Map(changed.map((box) => [box.id, box]));
    this.set(this.all.map((box) => byId.get(box.id) ?? box));
  }

  rename(temporary: number, id: number): void {
    this.selection = new Set([...this.selection].map((old) => (old === temporary ? id : old)));
    this.set(this.all.map((box) => (box.id === temporary ? { ...box, id } : box)));
  }

  /** Boxes that touch a part of the image, in drawing order. */
  within(part: Rect): EditorBox[] {
    this.#grid ??= new BoxGrid(this.all, this.#image);
    return this.#grid.within(part);
  }

  near({ x, y }: Point, reach: number): EditorBox[] {
    return this.within({ x: x - reach, y: y - reach, width: 2 * reach, height: 2 * reach });
  }
}

/** Lower ones first; those of equal order stay as they come. */
function inOrder(boxes: readonly EditorBox[]): readonly EditorBox[] {
  const isOrdered = boxes.every(({ z }, index) => index === 0 || (boxes[index - 1]?.z ?? z) <= z);
  return isOrdered ? boxes : [...boxes].sort((one, other) => one.z - other.z);
}
