// The tiles of a large image that are in memory: asked for as they come in sight, forgotten when they were long out of it.
import type { Size } from '../../shared/box.ts';
import type { Rect } from '../../shared/model.ts';
import { levelFor, levelScale, type Tile, tileRect, tilesIn } from '../../shared/pyramid.ts';

export interface LoadedTile<T> {
  readonly rect: Rect;
  readonly pixels: T;
}

export interface TileHooks<T> {
  load(tile: Tile): Promise<T>;
  /** A tile came that may be in sight. */
  onTile(): void;
}

/** Each takes a megabyte. */
const KEPT = 160;
/** Levels that are painted below one that is not there yet. */
const COARSER = 2;

export class Tiles<T> {
  readonly #image: Size;
  readonly #hooks: TileHooks<T>;
  /** The small copy that is there anyway: coarser tiles than it are never asked for. */
  readonly #base: Size;
  readonly #loaded = new Map<string, T>();
  readonly #coming = new Set<string>();

  constructor(image: Size, base: Size, hooks: TileHooks<T>) {
    this.#image = image;
    this.#base = base;
    this.#hooks = hooks;
  }

  /** What is there of a part of the image at a scale, coarsest first; what is missing is asked for. */
  inSight(part: Rect, scale: number): LoadedTile<T>[] {
    const level = levelFor(this.#image, scale);
    const wanted = this.#isFiner(level) ? tilesIn(this.#image, level, part) : [];
    const missing = wanted.filter((tile) => !this.#loaded.has(name(tile)));
    for (const tile of nearestFirst(missing, this.#image, part)) void this.#load(tile);
    const below = missing.length === 0 ? [] : this.#coarser(level, part);
    return [...below, ...wanted].flatMap((tile) => this.#found(tile));
  }

  #coarser(level: number, part: Rect): Tile[] {
    const levels = Array.from({ length: COARSER }, (_, step) => level - COARSER + step);
    return levels.filter((one) => this.#isFiner(one)).flatMap((one) => tilesIn(this.#image, one, part));
  }

  #isFiner(level: number): boolean {
    return level >= 0 && this.#image.width * levelScale(this.#image, level) > this.#base.width;
  }

  #found(tile: Tile): LoadedTile<T>[] {
    const key = name(tile);
    const pixels = this.#loaded.get(key);
    if (pixels === undefined) return [];
    // the newest last, so that the first ones are the oldest
    this.#loaded.delete(key);
    this.#loaded.set(key, pixels);
    return [{ rect: tileRect(this.#image, tile), pixels }];
  }

  async #load(tile: Tile): Promise<void> {
    const key = name(tile);
    if (this.#coming.has(key)) return;
    this.#coming.add(key);
    try {
      this.#loaded.set(key, await this.#hooks.load(tile));
      for (const old of [...this.#loaded.keys()].slice(0, -KEPT)) this.#loaded.delete(old);
      this.#hooks.onTile();
    } catch {
      // stays coarse; asked for again when it is in sight again
    } finally {
      this.#coming.delete(key);
    }
  }
}

function name({ level, x, y }: Tile): string {
  return `${level}/${x}_${y}`;
}

function nearestFirst(tiles: readonly Tile[], image: Size, part: Rect): Tile[] {
  const distance = (tile: Tile) => {
    const rect = tileRect(image, tile);
    const dx = rect.x + rect.width / 2 - part.x - part.width / 2;
    return Math.hypot(dx, rect.y + rect.height / 2 - part.y - part.height / 2);
  };
  return [...tiles].sort((a, b) => distance(a) - distance(b));
}
