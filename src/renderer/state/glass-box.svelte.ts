// The glass box of the image in sight: what of it is shown, and the survey over the data set.

import type { GlassImage, GlassSurvey, SurveyProgress } from '../../shared/contract/glass-box.ts';
import type { Notice } from '../../shared/contract.ts';
import { t } from '../words/words.ts';
import { app } from './app.svelte.ts';
import { labels } from './labels.svelte.ts';
import { suggestions } from './suggestions.svelte.ts';

class GlassBox {
  isOpen = $state(false);
  glass = $state.raw<GlassImage>();
  /** Index of the level in sight; undefined for all. */
  level = $state<number>();
  cls = $state(true);
  reg = $state(true);
  heat = $state<'none' | 'cls' | 'reg'>('none');
  loading = $state(false);
  progress = $state.raw<SurveyProgress | null>(null);
  survey = $state.raw<GlassSurvey | null>(null);
  /** What is shown was asked for this. */
  #asked = '';

  constructor() {
    app.onLeave(() => this.clear());
    app.onNotice((notice) => this.hear(notice));
  }

  toggle(): void {
    if (suggestions.model !== undefined) this.isOpen = !this.isOpen;
    else app.say(t('The glass box needs a model: train one first.'));
  }

  clear(): void {
    this.isOpen = false;
    this.glass = undefined;
    this.progress = null;
    this.survey = null;
    this.#asked = '';
  }

  /** Explains the labels of the image as they are now. */
  async show(): Promise<void> {
    const [model, project, image] = [suggestions.model, app.project?.id, labels.image];
    if (!this.isOpen || model === undefined || project === undefined || !image) return;
    const asked = `${model} ${image.id} ${image.revision}`;
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.glass = undefined;
    this.loading = true;
    const glass = await app.attempt(() => app.client.glassBox.image({ project, model, imageId: image.id }));
    if (asked !== this.#asked) return;
    this.loading = false;
    this.glass = glass;
  }

  /** Looks at every labelled image for boxes that nothing learns. */
  async start(): Promise<void> {
    const [model, project] = [suggestions.model, app.project?.id];
    if (model === undefined || project === undefined) return;
    await app.attempt(() => app.client.glassBox.survey({ project, model }));
  }

  hear(notice: Notice): void {
    if (notice.type !== 'survey') return;
    this.progress = notice.progress;
    if (notice.progress.state === 'failed') app.say(notice.progress.cause ?? t('The survey failed.'));
    if (notice.progress.state === 'done') void this.#readSurvey();
  }

  async #readSurvey(): Promise<void> {
    const read = await app.attempt(() => app.client.glassBox.surveyed());
    this.survey = read?.survey ?? null;
  }
}

export const glassBox = new GlassBox();
