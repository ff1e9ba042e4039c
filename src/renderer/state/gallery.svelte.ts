// Which images there are under the filter, and records of those that were in sight.
import { SvelteMap } from 'svelte/reactivity';
import type { GalleryFilter, ImageCounts, Notice, Thumbnail } from '../../shared/contract.ts';
import { app } from './app.svelte.ts';
import { beside } from './image-order.ts';

const BATCH_MS = 15;
const BATCH_SIZE = 200;
const QUIET_MS = 400;
/** Records kept of images that were in sight. */
const KEPT = 4000;

class Gallery {
  filter = $state.raw<GalleryFilter>({});
  ids = $state.raw<readonly number[]>([]);
  counts = $state.raw<ImageCounts>();
  loaded = $state(false);
  readonly thumbnails = new SvelteMap<number, Thumbnail>();
  /** Puts the ids that a filter leaves in the order of work. */
  arrange: (ids: readonly number[]) => readonly number[] | Promise<readonly number[]> = (ids) => ids;
  /** How far the grid of images was scrolled, in pixels. */
  scrolled = 0;
  /** Images in sight, whose records are asked for; what was scrolled past is asked for no more. */
  #sight: readonly number[] = [];
  /** Images in sight whose record is of older labels. */
  readonly #old = new Set<number>();
  /** Labels changed since the ids were listed: the filter may leave others. */
  #stale = false;
  /** Asked for and not in the project any more. */
  readonly #gone = new Set<number>();
  #fetching = false;
  readonly #orders = new Map<string, Promise<readonly number[]>>();
  #countTimer: ReturnType<typeof setTimeout> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  async load(): Promise<void> {
    const filter = this.filter;
    this.#stale = false;
    this.#gone.clear();
    this.#orders.clear();
    const [ids, counts] = await Promise.all([app.client.images.ids(filter), app.client.images.counts()]);
    const arranged = await this.arrange(ids);
    if (filter !== this.filter) return;
    this.ids = arranged;
    this.counts = counts;
    this.loaded = true;
  }

  /** Lists anew where labels changed since, so that the filter's sentence is true. */
  async renew(): Promise<void> {
    if (this.loaded && this.#stale) await app.attempt(() => this.load());
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
    this.scrolled = 0;
    this.#sight = [];
    this.#old.clear();
    this.#gone.clear();
    this.#stale = false;
    this.#orders.clear();
    this.thumbnails.clear();
  }

  /** Says which images are in sight. */
  want(ids: readonly number[]): void {
    this.#sight = ids;
    this.#fetchSoon();
  }

  hear(notice: Notice): void {
    if (notice.type === 'images') {
      this.thumbnails.clear();
      void app.attempt(() => this.load());
    }
    if (notice.type === 'suggesting' && this.filter.model !== undefined) this.#stale = true;
    if (notice.type === 'labels') this.#hearLabels(notice.imageIds, notice.session);
  }

  /** The image after (1) or before (-1) another under the filter; none for one that the filter leaves out. */
  neighbour(id: number, direction: 1 | -1): number | undefined {
    return beside(id, direction, this.ids, []);
  }

  /** As `neighbour`, also for an image that the filter leaves out. */
  async next(id: number, direction: 1 | -1): Promise<number | undefined> {
    if (this.ids.includes(id)) return this.neighbour(id, direction);
    const { order, descending } = this.filter;
    return beside(id, direction, this.ids, await this.#all(order, descending));
  }

  /** The image before another in the project, whatever the filter and the order of work show. */
  async before(id: number): Promise<number | undefined> {
    const { order, descending } = this.filter;
    // others put pictures beside each other that have nothing in common
    const isNatural = order === undefined || order === 'added' || order === 'name';
    const all = await (isNatural ? this.#all(order, descending) : this.#all());
    return beside(id, -1, all, all);
  }

  /** All images in an order, read once until something changes. */
  #all(order?: GalleryFilter['order'], descending?: boolean): Promise<readonly number[]> {
    const key = `${order} ${descending}`;
    const known = this.#orders.get(key);
    if (known) return known;
    const read = app.client.images.ids({ ...(order && { order }), ...(descending && { descending }) });
    this.#orders.set(key, read);
    read.catch(() => this.#orders.delete(key));
    return read;
  }

  #hearLabels(imageIds: readonly number[], session: string): void {
    const seen = new Set(this.#sight);
    for (const id of imageIds) {
      if (seen.has(id)) this.#old.add(id);
      else this.thumbnails.delete(id);
    }
    this.#fetchSoon();
    this.#stale = true;
    // what others do does not move the images under the hand that is at work here
    if (app.view === 'images' && session === app.start?.session) void this.renew();
    clearTimeout(this.#countTimer);
    this.#countTimer = setTimeout(() => void app.attempt(() => this.#count()), QUIET_MS);
  }

  async #count(): Promise<void> {
    this.counts = await app.client.images.counts();
  }

  #missing(): number[] {
    const isMissing = (id: number) => !this.thumbnails.has(id) && !this.#gone.has(id);
    return this.#sight.filter((id) => isMissing(id) || this.#old.has(id)).slice(0, BATCH_SIZE);
  }

  #fetchSoon(): void {
    if (this.#fetching || this.#missing().length === 0) return;
    this.#timer ??= setTimeout(() => void this.#fetch(), BATCH_MS);
  }

  async #fetch(): Promise<void> {
    this.#timer = undefined;
    const ids = this.#missing();
    for (const id of ids) this.#old.delete(id);
    this.#fetching = true;
    const found = await app.attempt(() => app.client.images.thumbnails({ ids }));
    this.#fetching = false;
    if (!found) return;
    for (const id of ids) this.#gone.add(id);
    for (const thumbnail of found) {
      this.thumbnails.set(thumbnail.image.id, thumbnail);
      this.#gone.delete(thumbnail.image.id);
    }
    this.#forgetOldest();
    this.#fetchSoon();
  }

  #forgetOldest(): void {
    const seen = new Set(this.#sight);
    for (const id of this.thumbnails.keys()) {
      if (this.thumbnails.size <= KEPT) return;
      if (!seen.has(id)) this.thumbnails.delete(id);
    }
  }
}

export const gallery = new Gallery();
