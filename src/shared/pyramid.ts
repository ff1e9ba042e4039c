// How a large image is cut into tiles, level by level: level 0 is one pixel, each next one twice as large, the last one the
// image itself. (The numbering of Deep Zoom, in which the tiles are written.)
import type { Size } from './box.ts';
import type { Rect } from './model.ts';

export const TILE_SIDE = 512;
/** Longer side of the small copy that is shown first: under half of most photographs, so that JPEGs are read at half size. */
export const PREVIEW_SIDE = 1536;
const LARGE_PIXELS = 10e6;

export interface Tile {
  readonly level: number;
  readonly x: number;
  readonly y: number;
}

/** True for images that are shown by tiles. */
export function isLarge({ width, height }: Size): boolean {
  return width * height >= LARGE_PIXELS;
}

export function topLevel({ width, height }: Size): number {
  return Math.ceil(Math.log2(Math.max(width, height)));
}

/** Pixels of a level per pixel of the image: 1, 1/2, 1/4, ... */
export function levelScale(image: Size, level: number): number {
  return 2 ** (level - topLevel(image));
}

/** The coarsest level that holds a pixel for each of the screen, at `scale` screen pixels per image pixel. */
export function levelFor(image: Size, scale: number): number {
  const top = topLevel(image);
  // a quarter short of a pixel cannot be told from a whole one
  return Math.max(0, Math.min(top, top + Math.ceil(Math.log2(scale * 0.75))));
}

/** The tiles of a level that a part of the image touches, row by row. */
export function tilesIn(image: Size, level: number, part: Rect): Tile[] {
  const side = TILE_SIDE / levelScale(image, level);
  const first = (value: number) => Math.max(0, Math.floor(value / side));
  const last = (value: number, length: number) =>
    Math.min(Math.ceil(length / side) - 1, Math.floor(value / side));
  const tiles: Tile[] = [];
  for (let y = first(part.y); y <= last(part.y + part.height, image.height); y++)
    for (let x = first(part.x); x <= last(part.x + part.width, image.width); x++) tiles.push({ level, x, y });
  return tiles;
}

/** The part of the image that a tile shows. */
export function tileRect(image: Size, { level, x, y }: Tile): Rect {
  const side = TILE_SIDE / levelScale(image, level);
  return {
    x: x * side,
    y: y * side,
    width: Math.min(side, image.width - x * side),
    height: Math.min(side, image.height - y * side),
  };
}
