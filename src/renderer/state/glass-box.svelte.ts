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
  /** What is shown, or asked for, is of this. */
  #shown = '';

  constructor() {
    app.onLeave(() => this.clear());
    app.onNotice((notice) => this.hear(notice));
  }

  toggle(): void {
    if (suggestions.model === undefined) app.say(t('The glass box needs a model: train one first.'));
    else this.isOpen = !this.isOpen;
    // a survey may have been made before this window was here
    if (this.isOpen) void app.attempt(() => this.#readSurvey());
  }

  clear(): void {
    this.isOpen = false;
    this.glass = undefined;
    this.loading = false;
    this.progress = null;
    this.survey = null;
    this.#shown = '';
  }

  /** Explains the labels of the image as they are now. */
  async show(): Promise<void> {
    const [model, project, image] = [suggestions.model, app.project?.id, labels.image];
    if (!this.isOpen || model === undefined || project === undefined || !image) return;
    const asked = `${model} ${suggestions.choice?.checkpointId} ${image.id} ${image.revision}`;
    if (asked === this.#shown) return;
    this.#shown = asked;
    this.glass = undefined;
    this.loading = true;
    const glass = await app.attempt(() => app.client.glassBox.image({ project, model, imageId: image.id }));
    if (asked !== this.#shown) return;
    this.loading = false;
    this.glass = glass;
    // what failed may be asked for again
    if (glass === undefined) this.#shown = '';
  }

  /** Looks at labelled images, `most` of them or all, for boxes that nothing learns. */
  async start(most: number | null): Promise<void> {
    const [model, project] = [suggestions.model, app.project?.id];
    if (model === undefined || project === undefined) return;
    await app.attempt(() => app.client.glassBox.survey({ project, model, most }));
  }

  async stop(): Promise<void> {
    await app.attempt(() => app.client.glassBox.cancel());
  }

  hear(notice: Notice): void {
    if (notice.type !== 'survey') return;
    this.progress = notice.progress;
    const { state, cause } = notice.progress;
    if (state === 'failed') app.say(cause ?? t('The survey failed.'));
    if (state !== 'going') void app.attempt(() => this.#readSurvey());
  }

  async #readSurvey(): Promise<void> {
    const { progress, survey } = await app.client.glassBox.surveyed();
    this.progress = progress;
    this.survey = survey;
  }
}

export const glassBox = new GlassBox();
