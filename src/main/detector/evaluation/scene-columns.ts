// Labelled images as columns, which go from thread to thread without being copied.
import type { Rect } from '../../../shared/model.ts';

export interface SceneImage {
  readonly id: number;
  /** Images of one group show the same scene; null: on its own. */
  readonly group: string | null;
  readonly boxes: readonly (Rect & {
    readonly id: number;
    readonly classId: number;
    readonly ignore: boolean;
  })[];
}

/** [I] a column of images, [B] of their boxes, image after image. */
export interface SceneColumns {
  /** [I] */
  readonly imageIds: Float64Array;
  /** [I], the same number for images of a group */
  readonly groups: Int32Array;
  /** [I] boxes of each */
  readonly counts: Int32Array;
  /** [B] */
  readonly boxIds: Float64Array;
  /** [B] */
  readonly classIds: Float64Array;
  /** [B] 1 for an ignored region */
  readonly ignore: Uint8Array;
  /** [B * 4] x, y, width, height */
  readonly boxes: Float64Array;
}

export class SceneColumnsBuilder {
  readonly #images: { readonly id: number; readonly group: number; readonly count: number }[] = [];
  readonly #groups = new Map<string, number>();
  readonly #boxIds: number[] = [];
  readonly #classIds: number[] = [];
  readonly #ignore: number[] = [];
  readonly #boxes: number[] = [];

  add({ id, group, boxes }: SceneImage): void {
    this.#images.push({ id, group: this.#numberOf(group), count: boxes.length });
    for (const box of boxes) {
      this.#boxIds.push(box.id);
      this.#classIds.push(box.classId);
      this.#ignore.push(Number(box.ignore));
      this.#boxes.push(box.x, box.y, box.width, box.height);
    }
  }

  columns(): SceneColumns {
    return {
      imageIds: Float64Array.from(this.#images, ({ id }) => id),
      groups: Int32Array.from(this.#images, ({ group }) => group),
      counts: Int32Array.from(this.#images, ({ count }) => count),
      boxIds: Float64Array.from(this.#boxIds),
      classIds: Float64Array.from(this.#classIds),
      ignore: Uint8Array.from(this.#ignore),
      boxes: Float64Array.from(this.#boxes),
    };
  }

  /** Numbers below the count of images: the first image of a group gives its place. */
  #numberOf(group: string | null): number {
    const own = this.#images.length;
    if (group === null) return own;
    const known = this.#groups.get(group);
    if (known === undefined) this.#groups.set(group, own);
    return known ?? own;
  }
}
