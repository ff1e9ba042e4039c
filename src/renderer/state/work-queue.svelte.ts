// In which order the images come: as they are numbered, or those first that are most worth a look, with the reasons.
import type { QueuedImage } from '../../shared/contract/suggestions.ts';
import { msg } from '../words/message.ts';
import { t } from '../words/words.ts';
import { app } from './app.svelte.ts';
import { gallery } from './gallery.svelte.ts';
import { suggestions } from './suggestions.svelte.ts';

export const queueNames = {
  none: msg('in order'),
  unlabelled: msg('unlabelled first'),
  uncertain: msg('most uncertain first'),
  disagreement: msg('most disagreement first'),
} as const;
export type Queue = keyof typeof queueNames;

class WorkQueue {
  kind = $state<Queue>('none');
  #reasons = $state.raw<ReadonlyMap<number, string>>(new Map());

  constructor() {
    gallery.arrange = (ids) => this.#arrange(ids);
    app.onLeave(() => this.clear());
  }

  /** Why an image stands in the queue; empty where it stands in none. */
  reasonOf(imageId: number | undefined): string {
    return this.#reasons.get(imageId ?? 0) ?? '';
  }

  async choose(kind: Queue): Promise<void> {
    this.kind = kind;
    await app.attempt(() => gallery.load());
  }

  clear(): void {
    this.kind = 'none';
    this.#reasons = new Map();
  }

  async #arrange(ids: readonly number[]): Promise<readonly number[]> {
    const { kind } = this;
    const queued = kind === 'none' ? [] : await this.#queued(kind);
    this.#reasons = new Map(queued.map(({ id, reason }) => [id, reason]));
    if (kind === 'none') return ids;
    const shown = new Set(ids);
    if (queued.length > 0) return queued.map(({ id }) => id).filter((id) => shown.has(id));
    // an empty queue must not hide the images
    this.kind = 'none';
    app.say(nothingIn(kind));
    return ids;
  }

  async #queued(kind: Exclude<Queue, 'none'>): Promise<readonly Pick<QueuedImage, 'id' | 'reason'>[]> {
    if (kind === 'unlabelled') {
      const ids = await app.client.images.ids({ state: 'unlabelled' });
      return ids.map((id) => ({ id, reason: 'unlabelled' }));
    }
    const { model, score } = suggestions;
    return model === undefined ? [] : app.client.suggestions.queue({ model, kind, score });
  }
}

function nothingIn(kind: Exclude<Queue, 'none'>): string {
  if (kind === 'unlabelled') return t('Every image has been looked at.');
  if (suggestions.model === undefined) return t('This order needs a model: train one first.');
  if ((suggestions.choice?.images ?? 0) === 0)
    return t('The model has looked at no image yet: start "Suggest for many images" in Label.');
  return kind === 'uncertain'
    ? t('The model is sure of every image that is not finished.')
    : t('Labels and model agree on every image that the model has looked at.');
}

export const workQueue = new WorkQueue();
