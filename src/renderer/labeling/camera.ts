// What part of which image is in sight, and how large.
import type { Point, Size } from '../../shared/box.ts';
import type { Rect } from '../../shared/model.ts';
import { panBy, toImage, toScreen, type Viewport, wholeImage, zoomAt } from './viewport.ts';

/** Screen pixels around a whole image. */
const MARGIN = 24;
/** Between what stands at the top and a whole image: as far as a handle is reached from. */
const BELOW_TOP = 8;

export class Camera {
  image: Size = { width: 1, height: 1 };
  /** The canvas in CSS pixels. */
  area: Size = { width: 1, height: 1 };
  view: Viewport = { scale: 1, x: 0, y: 0 };
  readonly #onChange: () => void;
  #showsWhole = true;
  #top = MARGIN;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Another image, whole. */
  show(image: Size): void {
    this.image = image;
    this.whole();
  }

  /** The canvas has another size; a whole image stays whole. */
  resize(area: Size): void {
    this.area = area;
    if (this.#showsWhole) this.whole();
    else this.#onChange();
  }

  /** Something lies over the canvas down to here; a whole image stays below it. */
  reserve(top: number): void {
    this.#top = Math.max(MARGIN, top + BELOW_TOP);
    if (this.#showsWhole) this.whole();
  }

  whole(): void {
    this.#showsWhole = true;
    this.view = wholeImage(this.image, this.area, MARGIN, this.#top);
    this.#onChange();
  }

  /** Brings a part of the image to the middle, and near enough to fill this share of the screen. */
  lookAt(part: Rect, share = 0.25): void {
    const scale = share * Math.min(this.area.width / part.width, this.area.height / part.height);
    if (scale > this.view.scale) this.zoom(scale / this.view.scale);
    this.#centre(part);
  }

  /** Brings a part of the image to the middle where nothing of it is on the screen, or with `whole` where some of it is not. */
  reveal(part: Rect, whole: boolean): void {
    const { x, y } = toScreen(this.view, part);
    const { area } = this;
    const isSeen = (from: number, length: number, room: number) => {
      const [start, end] = [from, from + length * this.view.scale];
      const isWithin = start >= 0 && end <= room;
      return isWithin || (start <= 0 && end >= room) || (!whole && start < room && end > 0);
    };
    if (!isSeen(x, part.width, area.width) || !isSeen(y, part.height, area.height)) this.#centre(part);
  }

  #centre({ x, y, width, height }: Rect): void {
    const at = toScreen(this.view, { x: x + width / 2, y: y + height / 2 });
    this.pan(this.area.width / 2 - at.x, this.area.height / 2 - at.y);
  }

  actualSize(): void {
    this.zoom(1 / this.view.scale);
  }

  /** Zooms around a point of the screen, its middle where left out. */
  zoom(factor: number, at: Point = { x: this.area.width / 2, y: this.area.height / 2 }): void {
    this.#look(zoomAt(this.view, at, factor, this.image, this.area));
  }

  /** By screen pixels. */
  pan(dx: number, dy: number): void {
    this.#look(panBy(this.view, dx, dy, this.image, this.area));
  }

  /** The part of the image on the screen; without area where none is. */
  get inSight(): Rect {
    const { x, y } = this.imagePoint({ x: 0, y: 0 });
    const end = this.imagePoint({ x: this.area.width, y: this.area.height });
    const [left, top] = [Math.max(0, x), Math.max(0, y)];
    const [right, bottom] = [Math.min(this.image.width, end.x), Math.min(this.image.height, end.y)];
    return { x: left, y: top, width: right - left, height: bottom - top };
  }

  imagePoint(at: Point): Point {
    return toImage(this.view, at);
  }

  /** A length on the screen in image pixels. */
  reach(screenPixels: number): number {
    return screenPixels / this.view.scale;
  }

  #look(view: Viewport): void {
    this.view = view;
    this.#showsWhole = false;
    this.#onChange();
  }
}
