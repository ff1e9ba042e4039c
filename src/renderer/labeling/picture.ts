// The pixels of one image as they are at hand: the whole of it, smaller copies that are quicker to paint, and the tiles of a
// large one.
import type { Size } from '../../shared/box.ts';
import type { Tiles } from './tiles.ts';

export type Pixels = HTMLImageElement | ImageBitmap;

/** Images above this many pixels get smaller copies. */
const COPIED_PIXELS = 1.5e6;
const LEAST_COPY = 700;

export class Picture {
  /** The whole image: itself, or a small copy of a large one. */
  readonly whole: Pixels;
  readonly tiles: Tiles<Pixels> | undefined;
  /** Halved again and again, largest first. */
  #copies: readonly ImageBitmap[] = [];

  constructor(whole: Pixels, tiles?: Tiles<Pixels>) {
    this.whole = whole;
    this.tiles = tiles;
  }

  /** Makes the smaller copies, away from the page's own thread where the browser can. */
  async copy(onCopy: () => void): Promise<void> {
    const { width, height } = sizeOf(this.whole);
    if (width * height < COPIED_PIXELS) return;
    for (let side = width / 2; side >= LEAST_COPY; side /= 2) {
      const size = { resizeWidth: Math.round(side), resizeHeight: Math.round((side * height) / width) };
      const from = this.#copies.at(-1) ?? this.whole;
      this.#copies = [...this.#copies, await createImageBitmap(from, { ...size, resizeQuality: 'medium' })];
      onCopy();
    }
  }

  /** The smallest copy that has a pixel for each of `width` on the screen. */
  wholeFor(width: number): Pixels {
    return this.#copies.findLast((copy) => copy.width >= width * 0.9) ?? this.whole;
  }
}

export function sizeOf(pixels: Pixels): Size {
  return pixels instanceof HTMLImageElement
    ? { width: pixels.naturalWidth, height: pixels.naturalHeight }
    : { width: pixels.width, height: pixels.height };
}
