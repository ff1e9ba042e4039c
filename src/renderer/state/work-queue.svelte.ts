// In which order the images come: as they are sorted, or those first that are most worth a look, with the reasons.
import { msg } from '../words/message.ts';
import { t } from '../words/words.ts';
import { app } from './app.svelte.ts';
import { gallery } from './gallery.svelte.ts';
import { suggestions } from './suggestions.svelte.ts';
import { Task } from './task.svelte.ts';

export const queueNames = {
  unlabelled: msg('unlabelled first'),
  uncertain: msg('most uncertain first'),
  disagreement: msg('most disagreement first'),
} as const;
/** `none`: as they are sorted. */
export type Queue = keyof typeof queueNames | 'none';

class WorkQueue {
  kind = $state<Queue>('none');
  /** Why the image in sight stands in the queue; empty where it stands in none. */
  reason = $state('');
  readonly task = new Task();
  #asked = 0;

  constructor() {
    gallery.arrange = (ids) => this.#arrange(ids);
    app.onLeave(() => this.clear());
  }

  async choose(kind: Queue): Promise<void> {
    this.kind = kind;
    await app.attempt(() => gallery.load());
  }

  /** Gives up comparing: the images come in order. */
  stop(): void {
    this.kind = 'none';
    this.task.stop();
  }

  clear(): void {
    this.kind = 'none';
    this.reason = '';
    this.task.stop();
  }

  /** Reads why an image stands where it does. */
  async explain(imageId: number | undefined): Promise<void> {
    const asked = ++this.#asked;
    const { kind } = this;
    const reason = imageId === undefined ? '' : await this.#reasonOf(kind, imageId);
    if (asked === this.#asked) this.reason = reason ?? '';
  }

  #reasonOf(kind: Queue, imageId: number): Promise<string | undefined> | string {
    const { model, score } = suggestions;
    if (kind === 'none' || kind === 'unlabelled' || model === undefined) return '';
    return app.attempt(() => app.client.suggestions.queued({ model, kind, score, imageId }));
  }

  /** Those of the queue first, then all others in their order. */
  async #arrange(ids: readonly number[]): Promise<readonly number[]> {
    const { kind } = this;
    if (kind === 'none') return ids;
    const queued = await this.task.run((signal) => this.#queued(kind, signal));
    if (queued === undefined || kind !== this.kind) {
      // stopped or failed; overtaken by another where one is going on
      if (!this.task.running) this.kind = 'none';
      return ids;
    }
    const shown = new Set(ids);
    const first = new Set(queued.filter((id) => shown.has(id)));
    if (first.size > 0) return [...first, ...ids.filter((id) => !first.has(id))];
    this.kind = 'none';
    app.say(nothingIn(kind));
    return ids;
  }

  async #queued(kind: Exclude<Queue, 'none'>, signal: AbortSignal): Promise<readonly number[]> {
    if (kind === 'unlabelled') return app.client.images.ids({ state: 'unlabelled' }, { signal });
    const { model, score } = suggestions;
    return model === undefined ? [] : app.client.suggestions.queue({ model, kind, score }, { signal });
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
