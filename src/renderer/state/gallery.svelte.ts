// Which images there are under the filter, and records of those that were in sight.
import { SvelteMap } from 'svelte/reactivity';
import type { GalleryFilter, ImageCounts, Notice, Thumbnail } from '../../shared/contract.ts';
import { app } from './app.svelte.ts';

const BATCH_MS = 15;
const BATCH_SIZE = 200;
const QUIET_MS = 400;

class Gallery {
  filter = $state.raw<GalleryFilter>({});
  ids = $state.raw<readonly number[]>([]);
  counts = $state.raw<ImageCounts>();
  loaded = $state(false);
  readonly thumbnails = new SvelteMap<number, Thumbnail>();
  /** Puts the ids that a filter leaves in the order of work. */
  arrange: (ids: readonly number[]) => readonly number[] | Promise<readonly number[]> = (ids) => ids;
  #wanted = new Set<number>();
  #countTimer: ReturnType<typeof setTimeout> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  async load(): Promise<void> {
    const filter = this.filter;
    const [ids, counts] = await Promise.all([app.client.images.ids(filter), app.client.images.counts()]);
    const arranged = await this.arrange(ids);
    if (filter !== this.filter) return;
    this.ids = arranged;
    this.counts = counts;
    this.loaded = true;
  }

  async setFilter(filter: GalleryFilter): Promise<void> {
    this.filter = filter;
    await app.attempt(() => this.load());
  }

  /** Forgets everything, for another project. */
  clear(): void {
    this.filter = {};
    this.ids = [];
    this.counts = undefined;
    this.loaded = false;
    this.thumbnails.clear();
  }

  /** Asks for the records of images that came in sight. */
  want(ids: readonly number[]): void {
    for (const id of ids) if (!this.thumbnails.has(id)) this.#wanted.add(id);
    if (this.#wanted.size > 0) this.#timer ??= setTimeout(() => void this.#fetch(), BATCH_MS);
  }

  hear(notice: Notice): void {
    if (notice.type === 'images') {
      this.thumbnails.clear();
      void app.attempt(() => this.load());
    }
    if (notice.type === 'labels') {
      const known = notice.imageIds.filter((id) => this.thumbnails.has(id));
      for (const id of known) this.#wanted.add(id);
      if (known.length > 0) this.#timer ??= setTimeout(() => void this.#fetch(), BATCH_MS);
      clearTimeout(this.#countTimer);
      this.#countTimer = setTimeout(() => void app.attempt(() => this.#count()), QUIET_MS);
    }
  }

  /** The image after (1) or before (-1) another under the filter. */
  neighbour(id: number, direction: 1 | -1): number | undefined {
    const at = this.ids.indexOf(id);
    return at < 0 ? this.ids[0] : this.ids[at + direction];
  }

  async #count(): Promise<void> {
    this.counts = await app.client.images.counts();
  }

  async #fetch(): Promise<void> {
    this.#timer = undefined;
    const ids = [...this.#wanted].slice(0, BATCH_SIZE);
    for (const id of ids) this.#wanted.delete(id);
    const found = await app.attempt(() => app.client.images.thumbnails({ ids }));
    for (const thumbnail of found ?? []) this.thumbnails.set(thumbnail.image.id, thumbnail);
    if (this.#wanted.size > 0) this.#timer ??= setTimeout(() => void this.#fetch(), BATCH_MS);
  }
}

export const gallery = new Gallery();
