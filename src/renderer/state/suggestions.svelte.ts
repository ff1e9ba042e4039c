// What the chosen model suggests for the image in sight, and what is done with it.

import { contains, type Point } from '../../shared/box.ts';
import type { ImageSuggestions, ModelChoice, SuggestingProgress } from '../../shared/contract/suggestions.ts';
import type { Notice } from '../../shared/contract.ts';
import { acceptableTogether, openSuggestions, type Suggestion } from '../../shared/suggestion.ts';
import { t } from '../words/words.ts';
import { app } from './app.svelte.ts';
import { labels } from './labels.svelte.ts';
import { outbox } from './outbox.svelte.ts';

const NONE: ImageSuggestions = { lookedAt: null, checkpointId: null, suggestions: [], unmapped: 0 };
/** Where a find is usually rather right than wrong, of a model of which nobody knows better. */
const USUAL_SCORE = 0.35;
/** Lower ones cannot be chosen. */
const LOWEST_SCORE = 0.1;

class Suggestions {
  models = $state.raw<readonly ModelChoice[]>([]);
  /** Key of the model in use. */
  model = $state<string>();
  score = $state(USUAL_SCORE);
  /** Looks at each image as it is opened. */
  eager = $state(false);
  shown = $state.raw<ImageSuggestions>(NONE);
  /** The model is looking at the image in sight. */
  looking = $state(false);
  progress = $state.raw<SuggestingProgress | null>(null);
  loaded = $state(false);
  #chosenId = $state<number>();
  #imageId: number | undefined;
  /** Where the pointer was when it was followed last. */
  #followed: Point | undefined;

  readonly choice = $derived(this.models.find(({ key }) => key === this.model));
  readonly #boxes = $derived.by(() => {
    void labels.version;
    return labels.editor.boxes;
  });
  /** Those that no label answers yet, best first. */
  readonly open: readonly Suggestion[] = $derived(
    openSuggestions(this.shown.suggestions, this.#boxes, this.score),
  );
  /** Those that Accept all takes: overlapping finds of one object make one label. */
  readonly together: readonly Suggestion[] = $derived(acceptableTogether(this.open, this.#boxes));
  readonly #hovered = $derived.by(() => {
    void labels.version;
    const { pointer, camera, dragging } = labels.editor;
    if (!pointer || dragging) return undefined;
    const point = camera.imagePoint(pointer);
    return smallest(this.open.filter((one) => contains(one, point)))?.id;
  });
  /** The one that Accept and Reject are about: what an example points at, what is chosen, or else the best. */
  readonly current = $derived(
    (labels.asksForLabel ? labels.pointed : undefined) ??
      this.open.find(({ id }) => id === this.#chosenId) ??
      this.open[0],
  );
  /** All that is drawn. */
  readonly drawn = $derived(labels.pointed ? [...this.open, labels.pointed] : this.open);

  /** The suggestion under the pointer becomes the current one once the pointer moves, and stays so when it leaves. */
  follow(): void {
    const { pointer } = labels.editor;
    if (this.#hovered !== undefined && pointer !== this.#followed) this.#chosenId = this.#hovered;
    this.#followed = pointer;
  }

  /** The suggestion that keys are about, in sight. */
  choose(id: number | undefined): void {
    this.#chosenId = id;
    this.#unhide();
    if (this.current) labels.editor.camera.reveal(this.current, true);
  }

  /** Nothing is taken or left unseen. */
  #unhide(): void {
    if (labels.editor.hidden) labels.editor.hide(false);
  }

  /** The next (1) or the previous (-1) suggestion becomes the current one. */
  step(direction: 1 | -1): void {
    const count = this.open.length;
    const at = this.open.findIndex(({ id }) => id === this.current?.id);
    this.choose(this.open[(at + direction + count) % Math.max(1, count)]?.id);
  }

  async load(): Promise<void> {
    const { client, project } = app;
    [this.models, this.progress] = await Promise.all([
      client.suggestions.models(),
      client.suggestions.progress(),
    ]);
    const kept = project && localStorage.getItem(`suggests:${project.id}`);
    if (!this.choice) this.model = this.models.find(({ key }) => key === kept)?.key ?? this.models[0]?.key;
    this.score = this.#scoreOf(this.choice);
    this.eager = localStorage.getItem('suggestion-eager') === 'yes';
    this.loaded = true;
  }

  clear(): void {
    this.models = [];
    this.model = undefined;
    this.progress = null;
    this.loaded = false;
    this.shown = NONE;
    this.#imageId = undefined;
  }

  async useModel(key: string): Promise<void> {
    this.model = key;
    if (app.project) localStorage.setItem(`suggests:${app.project.id}`, key);
    this.score = this.#scoreOf(this.choice);
    this.#imageId = undefined;
    await this.show(labels.image?.id);
  }

  setScore(score: number): void {
    this.score = score;
    if (app.project && this.model) localStorage.setItem(scoreKey(app.project.id, this.model), String(score));
  }

  /** As it was chosen for the model, or as its evaluation says. */
  #scoreOf(choice: ModelChoice | undefined): number {
    const kept = app.project && choice && localStorage.getItem(scoreKey(app.project.id, choice.key));
    return Math.max(LOWEST_SCORE, kept ? Number(kept) : (choice?.score ?? USUAL_SCORE));
  }

  setEager(eager: boolean): void {
    this.eager = eager;
    localStorage.setItem('suggestion-eager', eager ? 'yes' : 'no');
    if (eager && this.shown.lookedAt === null) void this.look();
  }

  /** Shows what the model suggests for an image. */
  async show(imageId: number | undefined): Promise<void> {
    if (imageId === this.#imageId) return;
    this.#imageId = imageId;
    this.#chosenId = undefined;
    this.shown = NONE;
    await this.#read();
    if (this.eager && imageId === this.#imageId && this.shown.lookedAt === null) await this.look();
  }

  /** What is asked about: an answer to a question about something else is not shown. */
  #isAbout(imageId: number, model: string): boolean {
    return imageId === this.#imageId && model === this.model;
  }

  /** Has the model look at the image in sight. */
  async look(): Promise<void> {
    const [imageId, model, project] = [this.#imageId, this.model, app.project?.id];
    if (imageId === undefined || project === undefined || this.looking) return;
    if (model === undefined)
      return app.say(t('There is no model yet: train one, and it will suggest boxes.'));
    this.looking = true;
    const found = await app.attempt(() => app.client.suggestions.now({ project, model, imageId }));
    this.looking = false;
    if (!this.#isAbout(imageId, model)) return this.eager ? this.#lookOn() : undefined;
    if (found) this.shown = found;
    if (this.choice?.classes.length === 0) this.models = await app.client.suggestions.models();
  }

  /** Uses a model from a file and has it look at the image in sight; false where it cannot. */
  async addFile(key: string): Promise<boolean> {
    const [imageId, project] = [this.#imageId, app.project?.id];
    if (imageId === undefined || project === undefined) return false;
    this.looking = true;
    const found = await app.attempt(() => app.client.suggestions.now({ project, model: key, imageId }));
    this.looking = false;
    if (!found) return false;
    this.models = await app.client.suggestions.models();
    await this.useModel(
      this.models.find((one) => one.key === key || one.key.endsWith(key.replace(/^~/, '')))?.key ?? key,
    );
    return true;
  }

  async accept(suggestion = this.current): Promise<void> {
    if (suggestion && suggestion === labels.pointed) labels.takePointed();
    else await this.#take(suggestion ? [suggestion] : []);
  }

  async acceptAll(): Promise<void> {
    if (this.together.length === 0 && this.open.length > 0)
      app.say(t('What is left lies on labels of another class: look at it one by one.'));
    await this.#take(this.together);
  }

  async reject(suggestion = this.current): Promise<void> {
    const [imageId, project] = [this.#imageId, app.project?.id];
    const isPointed = suggestion !== undefined && suggestion === labels.pointed;
    labels.pointed = undefined;
    if (isPointed || !suggestion || imageId === undefined || project === undefined) return;
    this.#goOn(suggestion);
    if (!(await outbox.settled())) return;
    const done = await app.attempt(async () => {
      await app.client.suggestions.reject({ project, imageId, ids: [suggestion.id] });
      return true;
    });
    if (done) await Promise.all([labels.reread(), this.#read()]);
  }

  /** Says what a class of the model stands for. */
  async map(classIndex: number, classId: number | null): Promise<void> {
    const [model, project] = [this.model, app.project?.id];
    if (model === undefined || project === undefined) return;
    await app.attempt(() => app.client.suggestions.map({ project, model, classIndex, classId }));
    this.models = await app.client.suggestions.models();
    await this.#read();
  }

  hear(notice: Notice): void {
    if (notice.type === 'run' && notice.live === null) void app.attempt(() => this.load());
    if (notice.type === 'suggesting') {
      this.progress = notice.progress;
      if (this.shown.lookedAt === null) void this.#read();
      if (notice.progress.state !== 'going') void app.attempt(() => this.load());
    }
    const inSight = notice.type === 'labels' && notice.imageIds.includes(this.#imageId ?? 0);
    // an undo may bring back what was rejected
    if (inSight || notice.type === 'classes') void this.#read();
  }

  async #take(taken: readonly Suggestion[]): Promise<void> {
    const [imageId, model, project] = [this.#imageId, this.model, app.project?.id];
    const revision = await labels.settled();
    if (imageId === undefined || model === undefined || project === undefined || taken.length === 0) return;
    if (revision === undefined || imageId !== labels.image?.id) return;
    this.#unhide();
    const ids = taken.map(({ id }) => id);
    const [only] = taken;
    if (taken.length === 1 && only) this.#goOn(only);
    await app.attempt(() => app.client.suggestions.accept({ project, model, imageId, revision, ids }));
    await labels.reread();
  }

  /** What comes after a suggestion that is dealt with. */
  #goOn(from: Suggestion): void {
    const at = this.open.findIndex(({ id }) => id === from.id);
    this.choose((this.open[at + 1] ?? this.open[at - 1])?.id);
  }

  async #read(): Promise<void> {
    const [imageId, model] = [this.#imageId, this.model];
    if (imageId === undefined || model === undefined) return;
    const found = await app.attempt(() => app.client.suggestions.ofImage({ model, imageId }));
    if (found && this.#isAbout(imageId, model)) this.shown = found;
  }

  /** The image or the model changed while the model was looking. */
  async #lookOn(): Promise<void> {
    await this.#read();
    if (this.shown.lookedAt === null) await this.look();
  }
}

const scoreKey = (project: string, model: string) => `suggestion-score:${project}:${model}`;

function smallest(suggestions: readonly Suggestion[]): Suggestion | undefined {
  return [...suggestions].sort((a, b) => a.width * a.height - b.width * b.height)[0];
}

export const suggestions = new Suggestions();
