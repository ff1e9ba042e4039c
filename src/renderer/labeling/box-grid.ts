// Finds boxes by where they lie: a grid of cells, each with the boxes that touch it.
import type { Size } from '../../shared/box.ts';
import type { Rect } from '../../shared/model.ts';

const CELLS_A_SIDE = 64;
/** Boxes over more cells than this are few and are looked at always. */
const LARGE = 256;

interface Span {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export class BoxGrid<T extends Rect> {
  readonly #boxes: readonly T[];
  readonly #cell: number;
  readonly #columns: number;
  readonly #rows: number;
  readonly #cells = new Map<number, number[]>();
  readonly #large: number[] = [];

  constructor(boxes: readonly T[], image: Size) {
    this.#boxes = boxes;
    this.#cell = Math.max(image.width, image.height, 1) / CELLS_A_SIDE;
    this.#columns = Math.max(1, Math.ceil(image.width / this.#cell));
    this.#rows = Math.max(1, Math.ceil(image.height / this.#cell));
    for (const [index, box] of boxes.entries()) this.#enter(this.#span(box), index);
  }

  /** Boxes that touch a part of the image, in drawing order. */
  within(part: Rect): T[] {
    const span = this.#span(part);
    const count = (span.right - span.left + 1) * (span.bottom - span.top + 1);
    const found = count >= this.#columns * this.#rows ? this.#boxes : this.#gather(span);
    return found.filter((box) => touches(box, part));
  }

  #gather(span: Span): T[] {
    const indices = new Set(this.#large);
    for (const cell of this.#cellsOf(span))
      for (const index of this.#cells.get(cell) ?? []) indices.add(index);
    return [...indices].sort((a, b) => a - b).flatMap((index) => this.#boxes[index] ?? []);
  }

  #enter(span: Span, index: number): void {
    if ((span.right - span.left + 1) * (span.bottom - span.top + 1) > LARGE) {
      this.#large.push(index);
      return;
    }
    for (const cell of this.#cellsOf(span)) {
      const known = this.#cells.get(cell);
      if (known) known.push(index);
      else this.#cells.set(cell, [index]);
    }
  }

  *#cellsOf({ left, top, right, bottom }: Span): Iterable<number> {
    for (let y = top; y <= bottom; y++) for (let x = left; x <= right; x++) yield y * this.#columns + x;
  }

  /** What lies outside the image belongs to the cells of its edge. */
  #span({ x, y, width, height }: Rect): Span {
    const at = (value: number, cells: number) =>
      Math.min(cells - 1, Math.max(0, Math.floor(value / this.#cell)));
    return {
      left: at(x, this.#columns),
      top: at(y, this.#rows),
      right: at(x + width, this.#columns),
      bottom: at(y + height, this.#rows),
    };
  }
}

/** True where two rectangles have a point in common, an edge too. */
export function touches(a: Rect, b: Rect): boolean {
  return a.x <= b.x + b.width && b.x <= a.x + a.width && a.y <= b.y + b.height && b.y <= a.y + a.height;
}
