// Which images of the gallery are selected, and where the keyboard stands in it.
import { gallery } from './gallery.svelte.ts';

class Selection {
  ids = $state.raw<ReadonlySet<number>>(new Set());
  /** The image under the keyboard, by its place in the gallery. */
  cursor = $state(0);
  /** Where a range begins. */
  #anchor = 0;

  get size(): number {
    return this.ids.size;
  }

  has(id: number): boolean {
    return this.ids.has(id);
  }

  clear(): void {
    this.ids = new Set();
  }

  all(): void {
    this.ids = new Set(gallery.ids);
  }

  /** Takes an image in or out; a range goes on from here. */
  toggle(at: number): void {
    const id = gallery.ids[at];
    if (id === undefined) return;
    const next = new Set(this.ids);
    if (!next.delete(id)) next.add(id);
    this.ids = next;
    this.cursor = at;
    this.#anchor = at;
  }

  /** Everything from where the last step was to here, on top of what is selected. */
  extendTo(at: number): void {
    const [from, to] = [Math.min(this.#anchor, at), Math.max(this.#anchor, at)];
    this.ids = new Set([...this.ids, ...gallery.ids.slice(from, to + 1)]);
    this.cursor = at;
  }

  /** Moves the keyboard's place; a range will begin there. */
  moveTo(at: number): void {
    this.cursor = Math.min(Math.max(0, at), Math.max(0, gallery.ids.length - 1));
    this.#anchor = this.cursor;
  }

  /** Forgets images that are no longer in the project. */
  keep(ids: readonly number[]): void {
    if (this.ids.size === 0) return;
    const there = new Set(ids);
    this.ids = new Set([...this.ids].filter((id) => there.has(id)));
  }
}

export const selection = new Selection();
